namespace MerKernel.Evaluation;

/// <summary>
/// Scores of a confusion matrix. UF1 (unweighted F1) averages over classes and so counts a rare class as much as
/// a common one; weighted F1 averages by class size; mean per-fold F1 averages the macro F1 of each subject, where
/// a subject with few clips and classes weighs as much as one with many. The paper does not say which it means; the
/// field reports UF1 of the pooled matrix.
/// </summary>
public static class Metrics
{
    /// <summary>Share of clips predicted correctly.</summary>
    public static double Accuracy(ConfusionMatrix matrix) => Ratio(matrix.Correct, matrix.Total);

    /// <summary>
    /// Mean F1 over the classes that occur among labels or predictions (equations 5 and 6; macro F1).
    /// </summary>
    public static double UF1(ConfusionMatrix matrix)
    {
        var (sum, classes) = (0.0, 0);
        for (var c = 0; c < matrix.Classes; c++)
        {
            if (matrix.Support(c) + matrix.Predicted(c) == 0) continue;
            sum += F1(matrix, c);
            classes++;
        }
        return classes == 0 ? 0 : sum / classes;
    }

    /// <summary>Unweighted average recall: mean recall over the classes that have clips.</summary>
    public static double Uar(ConfusionMatrix matrix)
    {
        var (sum, classes) = (0.0, 0);
        for (var c = 0; c < matrix.Classes; c++)
        {
            if (matrix.Support(c) == 0) continue;
            sum += Ratio(matrix[c, c], matrix.Support(c));
            classes++;
        }
        return classes == 0 ? 0 : sum / classes;
    }

    /// <summary>Mean F1 over classes, weighted by the classes' clips.</summary>
    public static double WeightedF1(ConfusionMatrix matrix) =>
        Classes(matrix).Sum(c => matrix.Support(c) * F1(matrix, c)) / Math.Max(1, matrix.Total);

    /// <summary>
    /// Mean over folds of the fold's macro F1 over the classes that occur in it, as the published log computes it.
    /// </summary>
    public static double MeanFoldF1(IEnumerable<ConfusionMatrix> folds) =>
        folds.Select(UF1).DefaultIfEmpty(0).Average();

    /// <summary>
    /// Cohen's kappa: agreement beyond chance by the two class balances; 0 where chance by itself would be perfect.
    /// </summary>
    public static double Kappa(ConfusionMatrix matrix)
    {
        double total = Math.Max(1, matrix.Total);
        var chance = Classes(matrix).Sum(c => matrix.Support(c) / total * (matrix.Predicted(c) / total));
        return chance >= 1 ? 0 : (Accuracy(matrix) - chance) / (1 - chance);
    }

    /// <summary>Precision, recall and F1 of each class, in label order.</summary>
    public static ImmutableArray<ClassScore> PerClass(ConfusionMatrix matrix) =>
        [.. Classes(matrix).Select(c => new ClassScore(
            matrix.Support(c), Ratio(matrix[c, c], matrix.Predicted(c)), Ratio(matrix[c, c], matrix.Support(c)),
            F1(matrix, c)))];

    static double F1(ConfusionMatrix matrix, int c) => Ratio(2 * matrix[c, c], matrix.Support(c) + matrix.Predicted(c));

    static IEnumerable<int> Classes(ConfusionMatrix matrix) => Enumerable.Range(0, matrix.Classes);

    static double Ratio(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}

/// <summary>How one class fared. A ratio without cases (no clip of the class, or none predicted as it) is 0.</summary>
/// <param name="Support">Clips of the class.</param>
/// <param name="Precision">Share of the clips predicted as the class that are of it.</param>
/// <param name="Recall">Share of the class's clips that were found.</param>
/// <param name="F1">2 TP / (2 TP + FP + FN), equation 5 of the paper.</param>
public sealed record ClassScore(int Support, double Precision, double Recall, double F1);
