namespace MerKernel.Reports;

/// <summary>What each score means and how it differs from its neighbours: the one place that explains them to people.</summary>
public static class MetricGuide
{
    /// <summary>Each score's name with one sentence.</summary>
    public static ImmutableArray<(string Name, string Meaning)> Scores { get; } =
    [
        ("accuracy", "share of clips predicted as what they are; favours the common classes"),
        ("UF1", "unweighted F1, also macro F1: the F1 of each class of the confusion matrix pooled over all folds, averaged with equal weight, so a rare class counts as much as a common one"),
        ("UAR", "unweighted average recall: the mean over classes of the share of a class's clips that were found"),
        ("weighted F1", "the F1 of each class averaged by the class's number of clips; lies near accuracy"),
        ("mean per-fold F1", "the macro F1 of each subject alone, over the classes that occur in it, averaged over subjects; a subject with two clips weighs as much as one with thirty, so it is neither UF1 nor near it. The published log computes this one; the paper does not say which it prints"),
        ("kappa", "Cohen's kappa: agreement beyond what the class balances of labels and predictions give by chance; 0 for a constant guess"),
        ("precision", "share of the clips predicted as a class that are of it"),
        ("recall", "share of a class's clips that were found"),
    ];

    /// <summary>What is pooled, and from which epochs.</summary>
    public const string Pooling = "All but the mean per-fold F1 come from the confusion matrix pooled over folds. Where the epoch is chosen on the test subject, the F1 scores come from each fold's best epoch by F1, " +
        "the others (accuracy, UAR, kappa, precision, recall) from its best epoch by accuracy, as in the published code.";

    /// <summary>The scores and their meanings as a table.</summary>
    public static TextTable Table { get; } = TextTable.Of("What the scores mean", ["score", "meaning"], Scores.Select(s => (string[])[s.Name, s.Meaning]), Pooling);
}
