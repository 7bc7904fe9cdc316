namespace MerKernel.Evaluation;

/// <summary>What the data say about the difference between two systems on the same clips.</summary>
/// <param name="Accuracy">Accuracy of the first minus that of the second.</param>
/// <param name="UF1">UF1 of the first minus that of the second.</param>
/// <param name="McNemarP">McNemar's exact test on accuracy, clip by clip; null where a clip is scored several times.</param>
/// <param name="PermutationP">Permutation test of UF1 by subject, which allows for clips of one subject being alike.</param>
public sealed record PairedComparison(double Accuracy, double UF1, double? McNemarP, double PermutationP)
{
    /// <summary>Compares two systems fold by fold.</summary>
    /// <exception cref="ArgumentException">They were not scored on the same subjects.</exception>
    public static PairedComparison Of(IReadOnlyList<FoldOutcome> first, IReadOnlyList<FoldOutcome> second, int classes)
    {
        var partner = second.ToDictionary(f => f.Subject);
        if (first.Count != partner.Count || !first.All(f => partner.ContainsKey(f.Subject)))
            throw new ArgumentException("The two systems were scored on different subjects.");
        var a = first.Select(f => f.Matrix(classes)).ToList();
        var b = first.Select(f => partner[f.Subject].Matrix(classes)).ToList();
        var (pooledA, pooledB) = (ConfusionMatrix.Sum(a), ConfusionMatrix.Sum(b));
        var once = first.Concat(second).All(f => f.Clips.Distinct().Count() == f.Clips.Length);
        return new PairedComparison(
            Metrics.Accuracy(pooledA) - Metrics.Accuracy(pooledB), Metrics.UF1(pooledA) - Metrics.UF1(pooledB),
            once ? McNemar.P(first, second) : null, SubjectPermutation.P(a, b, Metrics.UF1));
    }
}
