namespace MerKernel.Evaluation;

/// <summary>A clip's data for a baseline without images.</summary>
/// <param name="Id">Clip id ('01/EP02_01f').</param>
/// <param name="Subject">Subject.</param>
/// <param name="Label">True label.</param>
/// <param name="ActionUnits">FACS numbers of the active units among the network's 21.</param>
public sealed record LabelledClip(string Id, string Subject, int Label, ImmutableSortedSet<int> ActionUnits);

/// <summary>
/// Runs a rule leave one subject out: it is fitted on the other subjects' clips and decides the subject's.
/// </summary>
public static class LosoBaseline
{
    /// <summary>One outcome for each subject, in order of first appearance.</summary>
    /// <param name="clips">All clips.</param>
    /// <param name="fit">
    /// Takes the training clips of a fold and gives the rule that decides a test clip; it must not use the test clip's
    /// label. Is called from several threads.
    /// </param>
    public static ImmutableArray<FoldOutcome> Run(
        IReadOnlyList<LabelledClip> clips, Func<IReadOnlyList<LabelledClip>, Func<LabelledClip, int>> fit) =>
        [.. Subjects(clips).AsParallel().AsOrdered().Select(subject =>
        {
            var test = clips.Where(c => c.Subject == subject).ToList();
            var rule = fit([.. clips.Where(c => c.Subject != subject)]);
            return new FoldOutcome
            {
                Subject = subject,
                Clips = [.. test.Select(c => c.Id)],
                Labels = [.. test.Select(c => c.Label)],
                Predictions = [.. test.Select(rule)],
            };
        })];

    /// <summary>The subjects, of whom each needs another to learn from.</summary>
    /// <exception cref="UserErrorException">There is only one.</exception>
    internal static IEnumerable<string> Subjects(IReadOnlyList<LabelledClip> clips) =>
        clips.Select(c => c.Subject).Distinct().ToList() is var subjects && subjects.Count != 1 ? subjects
            : throw new UserErrorException(
                $"All clips are of subject {subjects[0]}; leave-one-subject-out needs two subjects.");
}

/// <summary>
/// The class of the training clips whose set of action units is nearest (Jaccard distance), without any image: the
/// information in the coders' annotation. Ties: the commonest class among the nearest clips, then the class commoner in
/// training, then the first in label order.
/// </summary>
public static class AuLookup
{
    /// <summary>The rule for a fold.</summary>
    public static Func<LabelledClip, int> Fit(IReadOnlyList<LabelledClip> train)
    {
        var frequency = train.CountBy(c => c.Label).ToDictionary();
        return clip =>
        {
            var distances = train.Select(t => Distance(clip.ActionUnits, t.ActionUnits)).ToList();
            var nearest = distances.Min();
            return train.Where((_, i) => distances[i] == nearest).CountBy(t => t.Label)
                .OrderByDescending(p => p.Value).ThenByDescending(p => frequency[p.Key]).ThenBy(p => p.Key).First().Key;
        };
    }

    /// <summary>Jaccard distance: 1 - |a and b| / |a or b|; two empty sets are equal.</summary>
    public static double Distance(IReadOnlySet<int> a, IReadOnlySet<int> b)
    {
        var common = a.Count(b.Contains);
        var union = a.Count + b.Count - common;
        return union == 0 ? 0 : 1 - (double)common / union;
    }
}

/// <summary>
/// Always the commonest class of the training subjects; of equally common ones the first in label order.
/// </summary>
public static class MajorityClass
{
    /// <summary>The rule for a fold.</summary>
    public static Func<LabelledClip, int> Fit(IReadOnlyList<LabelledClip> train)
    {
        var majority = train.CountBy(c => c.Label).OrderByDescending(p => p.Value).ThenBy(p => p.Key).First().Key;
        return _ => majority;
    }
}

/// <summary>
/// Guessing by the training subjects' class frequencies. Many draws are pooled, so the figure is the expected one and
/// not one draw's luck.
/// </summary>
public static class PriorWeightedRandom
{
    /// <summary>One outcome for each subject, with every clip listed once for each draw.</summary>
    public static ImmutableArray<FoldOutcome> Run(IReadOnlyList<LabelledClip> clips, int draws = 100, int seed = 1)
    {
        _ = LosoBaseline.Subjects(clips);
        // One generator for all subjects, one after the other.
        var random = new Random(seed);
        return [.. clips.GroupBy(c => c.Subject).Select(test =>
        {
            var others = clips.Where(c => c.Subject != test.Key).Select(c => c.Label).ToArray();
            LabelledClip[] repeated = [.. Enumerable.Repeat(test, draws).SelectMany(c => c)];
            return new FoldOutcome
            {
                Subject = test.Key,
                Clips = [.. repeated.Select(c => c.Id)],
                Labels = [.. repeated.Select(c => c.Label)],
                // As from a list of the other clips that is repeated as often, which the numbers in README and
                // notebooks were drawn from.
                Predictions = [.. repeated.Select(_ => others[random.Next(others.Length * draws) % others.Length])],
            };
        })];
    }
}
