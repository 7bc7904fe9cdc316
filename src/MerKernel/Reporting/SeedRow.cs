using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Reporting;

/// <summary>A row of a table over several seeds: the spread that comes from training alone, on the same data.</summary>
/// <param name="Row">The row, as the first seed has it.</param>
/// <param name="Accuracy">Accuracy over seeds, 0 to 1.</param>
/// <param name="UF1">UF1 over seeds.</param>
/// <param name="Uar">UAR over seeds.</param>
public sealed record SeedRow(TableRow Row, SeedSummary Accuracy, SeedSummary UF1, SeedSummary Uar)
{
    /// <summary>Gathers rows of several seeds; rows that were not measured, and rows without epochs (which know no seed), are left out.</summary>
    public static ImmutableArray<SeedRow> Of(IEnumerable<TableRow> rows) =>
        [.. rows.Where(r => r is { Measured: not null, Protocol: not null })
            .GroupBy(r => (r.Table, r.Dataset, r.Row, r.Protocol))
            .Select(g => new SeedRow(g.First(), Summary(g, m => m.Accuracy), Summary(g, m => m.UF1), Summary(g, m => m.Uar)))];

    static SeedSummary Summary(IEnumerable<TableRow> rows, Func<MeasuredScores, double> score) =>
        SeedSummary.Of([.. rows.DistinctBy(r => r.Seed).Select(r => score(r.Measured!))]);

    /// <summary>The rows as Markdown: mean and standard deviation between seeds.</summary>
    public static string ToMarkdown(IReadOnlyList<SeedRow> rows)
    {
        var text = new System.Text.StringBuilder();
        foreach (var notice in DataNotice.For(rows.Select(r => r.Row))) text.Append($"> **{notice}**\n\n");
        text.Append("Mean and standard deviation between seeds; accuracy in percent.\n\n| table | data set | row | protocol | seeds | accuracy | UF1 | UAR |\n|---:|---|---|---|---:|---:|---:|---:|\n");
        foreach (var r in rows)
            text.Append($"| {r.Row.Table} | {r.Row.Dataset.Title()} | {r.Row.Row} | {r.Row.Protocol!.Label} | {r.Accuracy.Seeds} | " +
                $"{Written(r.Accuracy, Figures.Percent)} | {Written(r.UF1, Figures.Fraction)} | {Written(r.Uar, Figures.Fraction)} |\n");
        return text.ToString();
    }

    /// <summary>A score over seeds: '62.5 ± 3.1'.</summary>
    internal static string Written(SeedSummary summary, Func<double, string> write) => write(summary.Mean) + (summary.Deviation is { } deviation ? $" ± {write(deviation)}" : "");
}
