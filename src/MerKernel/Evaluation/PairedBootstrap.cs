namespace MerKernel.Evaluation;

/// <summary>
/// The 95 % interval of a difference between two systems on the same clips: subjects are drawn with replacement and both systems are scored
/// on the same draw, so that what makes a subject hard for both cancels.
/// </summary>
public static class PairedBootstrap
{
    /// <summary>The interval of score(first) - score(second).</summary>
    /// <param name="first">Decisions of the first system, one entry for each subject.</param>
    /// <param name="second">Decisions of the second on the same subjects, in any order.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="score">The score, for example <see cref="Metrics.UF1"/>.</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentException">The two were not scored on the same subjects.</exception>
    public static Interval Of(IReadOnlyList<FoldOutcome> first, IReadOnlyList<FoldOutcome> second, int classes,
        Func<ConfusionMatrix, double> score, int resamples = 10_000, int seed = 1)
    {
        var partner = second.ToDictionary(f => f.Subject);
        if (first.Count != partner.Count || !first.All(f => partner.ContainsKey(f.Subject)))
            throw new ArgumentException("The two systems were scored on different subjects.");
        // Both matrices of a subject side by side: one draw moves both.
        var size = classes * classes;
        var pairs = first.Select(f => (int[])[.. f.Matrix(classes).Counts, .. partner[f.Subject].Matrix(classes).Counts]).ToList();
        return SubjectBootstrap.Draw(pairs, 1, resamples, seed, (counts, values) =>
            values[0] = score(ConfusionMatrix.FromCounts(classes, counts[..size])) - score(ConfusionMatrix.FromCounts(classes, counts[size..])))[0];
    }
}
