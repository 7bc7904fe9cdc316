namespace MerKernel.Reports;

/// <summary>The notice next to all numbers: which data and which size of network they come from.</summary>
public static class DataNotice
{
    /// <summary>A few words for a heading: 'synthetic data, small profile'.</summary>
    public static string Brief(bool synthetic, string profile) =>
        $"{(synthetic ? "synthetic data" : "real data")}, {profile} profile";

    /// <summary>The whole notice.</summary>
    public static string For(bool synthetic, string profile) => (synthetic, profile) switch
    {
        (true, "small" or "medium") => "Synthetic data: these numbers show how much networks learn from drawn faces. " +
            "They say nothing about real faces or about the paper's claims.",
        (true, _) => $"Synthetic data ({profile} profile): these numbers say nothing about real faces or about the " +
            "paper's claims.",
        (false, _) when profile != Profile.Paper.Name => $"Real data, but the {profile} profile's reduced network, " +
            "frames and epochs: not comparable with the paper.",
        (false, _) => $"Real data, {profile} profile.",
    };

    /// <summary>The notice over the paper's own numbers: they are apart where nothing compares with them.</summary>
    public static string Printed(ResultRow row) =>
        row.IsComparable ? "paper" : row.Synthetic ? "printed, other data" : "printed, other setting";

    /// <summary>The notices of all rows, each once.</summary>
    public static IEnumerable<string> For(IEnumerable<ResultRow> rows) =>
        rows.Select(r => For(r.Synthetic, r.Profile)).Distinct();
}

/// <summary>
/// The meaning of each score, and how it differs from its neighbours: the one place that explains them to people.
/// </summary>
public static class MetricGuide
{
    /// <summary>Each score's name with one sentence.</summary>
    public static ImmutableArray<(string Name, string Meaning)> Scores { get; } =
    [
        ("accuracy", "share of clips whose class is predicted; favours the common classes"),
        ("UF1",
            "unweighted F1, also macro F1: the F1 of each class of the confusion matrix pooled over all folds, " +
            "averaged with equal weight, so a rare class counts as much as a common one"),
        ("UAR", "unweighted average recall: the mean over classes of the share of a class's clips that were found"),
        ("weighted F1", "the F1 of each class averaged by the class's number of clips; lies near accuracy"),
        ("mean per-fold F1",
            "the macro F1 of each subject by itself, over the classes that occur in it, averaged over subjects; a " +
            "subject with two clips weighs as much as one with thirty, so it is neither UF1 nor near it. The " +
            "published log computes this one; the paper does not say which it prints"),
        ("kappa",
            "Cohen's kappa: agreement beyond that which the class balances of labels and predictions give by chance; " +
            "0 for a constant guess"),
        ("precision", "share of the clips predicted as a class that are of it"),
        ("recall", "share of a class's clips that were found"),
    ];

    /// <summary>The pooling, and its epochs.</summary>
    public const string Pooling = "All but the mean per-fold F1 come from the confusion matrix pooled over folds. " +
        "Where the epoch is chosen on the test subject, the F1 scores come from each fold's best epoch by F1, " +
        "the others (accuracy, UAR, kappa, precision, recall) from its best epoch by accuracy, as in " +
        "the successor's published code.";

    /// <summary>The scores and their meanings as a table.</summary>
    public static TextTable Table { get; } = TextTable.Of("The scores", ["score", "meaning"],
        Scores.Select(s => (string[])[s.Name, s.Meaning]), Pooling);
}

/// <summary>How numbers are written: accuracy in percent and F1 as a fraction, as the paper prints them.</summary>
static class Figures
{
    public static string Percent(double value) => (100 * value).ToString("0.0", CultureInfo.InvariantCulture);

    public static string Percent(Interval interval) =>
        $"{(100 * interval.Low).ToString("0", CultureInfo.InvariantCulture)}–" +
        $"{(100 * interval.High).ToString("0", CultureInfo.InvariantCulture)}";

    /// <summary>Multiply-accumulates in the unit that leaves them digits.</summary>
    public static string Macs(long macs) => macs >= 100_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{macs / 1e9:0.00} GMAC")
        : string.Create(CultureInfo.InvariantCulture, $"{macs / 1e6:0.0} MMAC");

    public static string Fraction(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    public static string Fraction(Interval interval) =>
        $"{interval.Low.ToString(".00", CultureInfo.InvariantCulture)}–" +
        $"{interval.High.ToString(".00", CultureInfo.InvariantCulture)}";

    /// <summary>Measured minus paper in percentage points, with its sign.</summary>
    public static string PercentDifference(double measured, decimal paper) =>
        (100 * measured - (double)paper).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>Measured minus paper, with its sign.</summary>
    public static string Difference(double measured, decimal paper) =>
        (measured - (double)paper).ToString("+.000;−.000;.000", CultureInfo.InvariantCulture);

    /// <summary>Mean of a score over seeds and its standard deviation (n - 1), which is 0 for one seed.</summary>
    public static (double Mean, double Deviation) Spread(IReadOnlyCollection<double> values)
    {
        var mean = values.Average();
        return (mean, values.Count < 2 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1)));
    }

    /// <summary>A time on a clock, hours, minutes and seconds, with the days before them.</summary>
    public static string Clock(TimeSpan time) => (time.Days > 0 ? $"{time.Days} d " : "")
        + time.ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture);

    public static string P(double p) =>
        p < 0.001 ? "< .001" : p.ToString("= .000", CultureInfo.InvariantCulture).Replace("= 1.000", "= 1");

    public static string Printed(decimal? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "–";
}
