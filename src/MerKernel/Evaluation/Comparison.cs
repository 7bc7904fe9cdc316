using System.Numerics;

namespace MerKernel.Evaluation;

/// <summary>The evidence for a difference between two systems on the same clips.</summary>
/// <param name="First">Name of the first.</param>
/// <param name="Second">Name of the second.</param>
/// <param name="Accuracy">Accuracy of the first minus that of the second.</param>
/// <param name="UF1">UF1 of the first minus that of the second.</param>
/// <param name="McNemarP">
/// McNemar's exact test on accuracy, clip by clip; null where a clip is scored several times.
/// </param>
/// <param name="PermutationP">
/// Permutation test of UF1 by subject, which allows for clips of one subject being alike.
/// </param>
public sealed record Comparison(string First, string Second, double Accuracy, double UF1, double? McNemarP,
    double PermutationP)
{
    /// <summary><see cref="PermutationP"/> after Holm's correction over all <see cref="Among"/> comparisons.</summary>
    public double HolmP { get; init; } = PermutationP;

    /// <summary>How many comparisons <see cref="HolmP"/> is corrected over.</summary>
    public int Among { get; init; } = 1;

    /// <summary>Compares two systems fold by fold.</summary>
    /// <exception cref="ArgumentException">
    /// They were not scored on the same subjects, or a clip has another label in one than in the other.
    /// </exception>
    public static Comparison Of(string firstName, IReadOnlyList<FoldOutcome> first, string secondName,
        IReadOnlyList<FoldOutcome> second, int classes)
    {
        var partner = second.ToDictionary(f => f.Subject);
        if (first.Count != partner.Count || !first.All(f => partner.ContainsKey(f.Subject)))
            throw new ArgumentException("The two systems were scored on different subjects.");
        foreach (var fold in first) DemandLabels(fold, partner[fold.Subject]);
        var a = first.Select(f => f.Matrix(classes)).ToList();
        var b = first.Select(f => partner[f.Subject].Matrix(classes)).ToList();
        var (pooledA, pooledB) = (ConfusionMatrix.Sum(a), ConfusionMatrix.Sum(b));
        // A rule of many draws, or the mean of several epochs, decides a clip more than once; what changes places must
        // weigh the same.
        var common = (int)BigInteger.GreatestCommonDivisor(pooledA.Total, pooledB.Total);
        var (weightA, weightB) = (pooledB.Total / common, pooledA.Total / common);
        var once = first.Concat(second).All(f => f.Clips.Distinct().Count() == f.Clips.Length);
        return new(firstName, secondName, Metrics.Accuracy(pooledA) - Metrics.Accuracy(pooledB),
            Metrics.UF1(pooledA) - Metrics.UF1(pooledB),
            once ? McNemar.P(first, second) : null, SubjectPermutation.P([.. a.Select(m => m.Times(weightA))],
                [.. b.Select(m => m.Times(weightB))], Metrics.UF1));
    }

    /// <summary>Refuses two systems that were scored against different truths.</summary>
    static void DemandLabels(FoldOutcome first, FoldOutcome second)
    {
        if (first.Clips.SequenceEqual(second.Clips) && first.Labels.SequenceEqual(second.Labels)) return;
        var labels = first.Clips.Zip(first.Labels).DistinctBy(c => c.First).ToDictionary(c => c.First, c => c.Second);
        foreach (var (clip, label) in second.Clips.Zip(second.Labels))
            if (labels.TryGetValue(clip, out var other) && other != label)
                throw new ArgumentException($"Clip {clip} of subject {first.Subject} has label {other} in one system " +
                    $"and {label} in the other; score both against the same labels.");
    }

    /// <summary>Comparisons whose p-values allow for how many they are.</summary>
    public static ImmutableArray<Comparison> Corrected(IReadOnlyCollection<Comparison> comparisons) =>
        [.. comparisons.Zip(Holm.Adjust([.. comparisons.Select(c => c.PermutationP)]),
            (c, p) => c with { HolmP = p, Among = comparisons.Count })];

    /// <summary>
    /// Every pair of several systems; in each, the one with the greater UF1 is first, and the pairs of the best system
    /// come first.
    /// </summary>
    /// <param name="systems">Systems by name, all scored on the same subjects.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="ArgumentException">Two of them were scored on different subjects.</exception>
    public static ImmutableArray<Comparison> Pairs(IEnumerable<(string Name, IReadOnlyList<FoldOutcome> Folds)> systems,
        int classes)
    {
        var best = systems.OrderByDescending(s =>
            Metrics.UF1(ConfusionMatrix.Sum([.. s.Folds.Select(f => f.Matrix(classes))]))).ToList();
        var pairs = from i in Enumerable.Range(0, best.Count)
                    from j in Enumerable.Range(i + 1, best.Count - i - 1)
                    select (First: best[i], Second: best[j]);
        return Corrected([.. pairs.AsParallel().AsOrdered()
            .Select(p => Of(p.First.Name, p.First.Folds, p.Second.Name, p.Second.Folds, classes))]);
    }
}
