namespace MerKernel.Evaluation;

/// <summary>
/// Looks for ways by which a fold could know its test subject. Runs with every fold of every experiment.
/// </summary>
public static class LeakCheck
{
    /// <summary>Every leak found, a message each; empty for a sound fold.</summary>
    public static ImmutableArray<string> Findings(FoldInputs fold) =>
    [
        .. Subjects(fold, fold.Train, "trained on"), .. Subjects(fold, fold.HeldOut, "used to choose the epoch"),
        .. fold.Test.Where(c => c.Subject != fold.Subject)
            .Select(c => $"clip {c.Id} is tested on and belongs to subject {c.Subject}"),
        .. Both(fold.Train, fold.Test, "trained on and tested on"),
        .. Both(fold.HeldOut, fold.Test, "used to choose the epoch and tested on"),
        .. Both(fold.Train, fold.HeldOut, "trained on and used to choose the epoch"),
        .. fold.HeldOut.Select(c => c.Subject).Distinct().Intersect(fold.Train.Select(c => c.Subject))
            .Select(s => $"subject {s} has clips that are trained on and clips used to choose the epoch"),
        .. Frames(fold),
        .. Strangers(fold, fold.WeightedFrom, "class weights were computed from"),
        .. Strangers(fold, fold.UnitsFrom, "the detector of action units learned from"),
        .. fold.Augmented.Distinct().Intersect(fold.Test.Concat(fold.HeldOut).Select(c => c.Id))
            .Select(c => $"clip {c} is not trained on and was augmented"),
    ];

    /// <summary>Stops the run if there is a leak.</summary>
    /// <exception cref="UserErrorException">Names the fold, the first leaks and how many there are.</exception>
    public static void Demand(FoldInputs fold)
    {
        var findings = Findings(fold);
        if (findings.IsEmpty) return;
        var more = findings.Length > 3 ? $" (and {findings.Length - 3} more)" : "";
        throw new UserErrorException($"The fold of subject {fold.Subject} leaks, so its result would be worthless: " +
            $"{string.Join("; ", findings.Take(3))}{more}. Mend the data or the split and run it again.");
    }

    static IEnumerable<string> Subjects(FoldInputs fold, IEnumerable<FoldClip> clips, string use) =>
        clips.Where(c => c.Subject == fold.Subject).Select(c => $"clip {c.Id} of the test subject is {use}");

    static IEnumerable<string> Both(IEnumerable<FoldClip> a, IEnumerable<FoldClip> b, string use) =>
        a.Select(c => c.Id).Intersect(b.Select(c => c.Id)).Select(id => $"clip {id} is {use}");

    /// <summary>
    /// A frame of the test subject that is also among another subject's clips, for example after a copying mistake.
    /// </summary>
    static IEnumerable<string> Frames(FoldInputs fold)
    {
        var owner = new Dictionary<string, FoldClip>();
        foreach (var clip in fold.Train.Concat(fold.HeldOut))
            foreach (var frame in clip.Frames) owner.TryAdd(frame, clip);
        return from clip in fold.Test
               from frame in clip.Frames.Distinct()
               where owner.ContainsKey(frame)
               let other = owner[frame]
               where other.Id != clip.Id
               select $"a frame of clip {clip.Id} is identical with one of clip {other.Id}, which is not tested on";
    }

    static IEnumerable<string> Strangers(FoldInputs fold, IEnumerable<string> clips, string use) =>
        clips.Distinct().Except(fold.Train.Select(c => c.Id)).Select(c => $"{use} clip {c}, which is not trained on");
}

/// <summary>
/// Everything a fold was computed from, as far as it could carry knowledge of the test subject into training.
/// </summary>
public sealed record FoldInputs
{
    /// <summary>The subject left out.</summary>
    public required string Subject { get; init; }

    /// <summary>Clips trained on.</summary>
    public required ImmutableArray<FoldClip> Train { get; init; }

    /// <summary>Clips of the validation subjects, which choose the epoch.</summary>
    public ImmutableArray<FoldClip> HeldOut { get; init; } = [];

    /// <summary>Clips tested on.</summary>
    public required ImmutableArray<FoldClip> Test { get; init; }

    /// <summary>Ids of the clips that class weights were computed from; empty where classes weigh the same.</summary>
    public ImmutableArray<string> WeightedFrom { get; init; } = [];

    /// <summary>Ids of the clips that a detector of action units learned from; empty where none is used.</summary>
    public ImmutableArray<string> UnitsFrom { get; init; } = [];

    /// <summary>Ids of the clips that were augmented.</summary>
    public ImmutableArray<string> Augmented { get; init; } = [];
}

/// <summary>A clip as the leak check sees it.</summary>
/// <param name="Id">Clip id ('01/EP02_01f').</param>
/// <param name="Subject">Subject.</param>
/// <param name="Frames">A hash of each frame that training or testing may draw.</param>
public sealed record FoldClip(string Id, string Subject, ImmutableArray<string> Frames);
