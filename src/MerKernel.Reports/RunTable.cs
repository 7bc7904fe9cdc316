using System.Globalization;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>Runs as a table that sorts by any column.</summary>
public static class RunTable
{
    /// <summary>Columns of a list of runs: heading, with '>' for figures, text, and what it sorts by.</summary>
    public static ImmutableArray<(string Heading, Func<RunInfo, string> Text, Func<RunInfo, IComparable> Key)> Columns { get; } =
    [
        ("run", r => r.Hash[..8], r => r.Hash),
        ("data set", r => r.Experiment.Dataset.Title(), r => r.Experiment.Dataset),
        ("profile", r => r.Words.Profile, r => r.Words.Profile),
        ("network and options", r => r.Words.Text, r => r.Words.Text),
        (">seed", r => Number(r.Experiment.Seed), r => r.Experiment.Seed),
        (">folds", r => r.AllFolds is { } all ? $"{r.Folds} of {all}" : Number(r.Folds), r => r.Folds),
        (">clips", r => Number(r.Clips), r => r.Clips),
        (">accuracy", r => Percent(r.Accuracy), r => r.Accuracy ?? -1),
        (">UF1", r => Fraction(r.UF1), r => r.UF1 ?? -1),
        (">best-test accuracy", r => Percent(r.BestTestAccuracy), r => r.BestTestAccuracy ?? -1),
        (">best-test UF1", r => Fraction(r.BestTestUF1), r => r.BestTestUF1 ?? -1),
        (">time", r => $"{r.Seconds.ToString("0", CultureInfo.InvariantCulture)} s", r => r.Seconds),
        ("date", r => r.Finished?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "–", r => r.Finished ?? DateTime.MinValue),
    ];

    /// <summary>What the columns mean, for below the table.</summary>
    public const string Legend = "Accuracy in percent and UF1 of the confusion matrix pooled over the stored folds: at the final epoch, and (best-test) at the epoch chosen on the test subject. Times are added up over folds; dates are UTC.";

    /// <summary>The list; in HTML a click on a heading sorts.</summary>
    public static TextTable Of(IEnumerable<RunInfo> runs) =>
        TextTable.Of("", Columns.Select(c => c.Heading), runs.Select(r => Columns.Select(c => c.Text(r))), Legend) with { Sorts = true };

    /// <summary>The column of a heading, in any case.</summary>
    /// <exception cref="UserErrorException">There is no such column.</exception>
    public static (string Heading, Func<RunInfo, string> Text, Func<RunInfo, IComparable> Key) Named(string heading) =>
        Columns.Where(c => c.Heading.TrimStart('>').Equals(heading, StringComparison.OrdinalIgnoreCase)).FirstOrDefault() is { Key: not null } column ? column
        : throw new UserErrorException($"--sort {heading} is no column; the columns are {string.Join(", ", Columns.Select(c => $"'{c.Heading.TrimStart('>')}'"))}.");

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    static string Percent(double? value) => value is { } v ? Figures.Percent(v) : "–";

    static string Fraction(double? value) => value is { } v ? Figures.Fraction(v) : "–";
}
