namespace MerKernel.Evaluation;

/// <summary>Two of several systems on the same clips, with a p-value that allows for how many pairs there are.</summary>
/// <param name="First">Name of the first.</param>
/// <param name="Second">Name of the second.</param>
/// <param name="Difference">The first minus the second.</param>
/// <param name="HolmP">The permutation test's p-value after Holm's correction over all pairs.</param>
public sealed record SystemPair(string First, string Second, PairedComparison Difference, double HolmP)
{
    /// <summary>Every pair of the systems; in each, the one with the greater UF1 is first.</summary>
    /// <param name="systems">Systems by name, all scored on the same subjects.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="ArgumentException">Two of them were scored on different subjects.</exception>
    public static ImmutableArray<SystemPair> Of(IEnumerable<(string Name, IReadOnlyList<FoldOutcome> Folds)> systems, int classes)
    {
        var best = systems.OrderByDescending(s => Metrics.UF1(ConfusionMatrix.Sum([.. s.Folds.Select(f => f.Matrix(classes))]))).ToList();
        var pairs = (from i in Enumerable.Range(0, best.Count)
                     from j in Enumerable.Range(i + 1, best.Count - i - 1)
                     select (First: best[i], Second: best[j])).ToList();
        var differences = pairs.AsParallel().AsOrdered().Select(p => PairedComparison.Of(p.First.Folds, p.Second.Folds, classes)).ToList();
        var corrected = Holm.Adjust([.. differences.Select(d => d.PermutationP)]);
        return [.. pairs.Select((p, i) => new SystemPair(p.First.Name, p.Second.Name, differences[i], corrected[i]))];
    }
}
