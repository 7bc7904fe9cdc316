using System.Globalization;
using System.Text;
using MerKernel.Evaluation;

namespace MerKernel.Reports;

/// <summary>Tables as Markdown, for reports and pages that show no colour.</summary>
public static class MarkdownTables
{
    /// <summary>The rows as Markdown: a section for each table, a table for each data set.</summary>
    public static string Render(IReadOnlyList<TableRow> rows)
    {
        var text = new StringBuilder();
        foreach (var notice in DataNotice.For(rows)) Line(text, $"> **{notice}**\n");
        Line(text, "Accuracy in percent; UF1 (macro F1) and UAR (mean recall) of the pooled confusion matrix; in brackets the 95 % interval by bootstrap over subjects; Δ is measured minus paper.\n");
        foreach (var page in TablePage.Of(rows)) Render(text, page);
        return text.ToString();
    }

    static void Render(StringBuilder text, TablePage page)
    {
        Line(text, $"## {page.Title}\n");
        Line(text, $"{page.Subtitle}\n");
        string[] header = ["row", "paper accuracy", "paper F1",
            .. page.Protocols.SelectMany(p => new[] { $"{p.Label}: accuracy", $"{p.Label}: UF1", $"{p.Label}: UAR" }), "clips", "folds", "seed"];
        Row(text, header);
        Row(text, header.Select((_, i) => i == 0 ? "---" : "---:"));
        foreach (var line in page.Lines) Row(text, Cells(line));
        text.Append('\n');
        if (page.Scored.Length > 0) Line(text, $"Scored: {page.Scored}: {page.Sample}.\n");
        if (page.Spread.Length > 0) Line(text, $"{page.Spread}\n");
        if (page.Differences.Length > 0) Line(text, $"{page.Differences}\n");
        if (page.Systems.Length > 0)
        {
            Row(text, SystemFacts.Headings);
            Row(text, SystemFacts.Headings.Select((_, i) => i < 2 ? "---" : "---:"));
            foreach (var (row, facts) in page.Systems) Row(text, facts.Cells(row));
            text.Append('\n');
        }
        foreach (var (row, note) in page.Notes) Line(text, $"- *{row}*: {note}");
        if (page.Notes.Length > 0) text.Append('\n');
    }

    static IEnumerable<string> Cells(TablePage.Line line)
    {
        var paper = line.Head.Paper;
        yield return line.Head.Kind is RowKind.Baseline or RowKind.Added ? $"*{line.Head.Row}*" : line.Head.Row;
        yield return Figures.Printed(paper?.Accuracy);
        yield return Figures.Printed(paper?.F1);
        foreach (var (cell, seeds) in line.Cells.Zip(line.Seeds))
        {
            string Accuracy(double value, string spread, Interval interval) =>
                $"{Figures.Percent(value)}{spread} [{Figures.Percent(interval)}]" + (paper is null ? "" : $" Δ {Figures.PercentDifference(value, paper.Accuracy)}");
            string F1(double value, string spread, Interval interval) =>
                $"{Figures.Fraction(value)}{spread} [{Figures.Fraction(interval)}]" + (paper is null ? "" : $" Δ {Figures.Difference(value, paper.F1)}");
            string Uar(double value, string spread, Interval interval) => $"{Figures.Fraction(value)}{spread} [{Figures.Fraction(interval)}]";
            if (seeds is not null)
            {
                yield return Accuracy(seeds.Accuracy.Mean, $" {Figures.Spread(seeds.Accuracy, Figures.Percent)}", seeds.Hull(m => m.AccuracyInterval));
                yield return F1(seeds.UF1.Mean, $" {Figures.Spread(seeds.UF1, Figures.Fraction)}", seeds.Hull(m => m.UF1Interval));
                yield return Uar(seeds.Uar.Mean, $" {Figures.Spread(seeds.Uar, Figures.Fraction)}", seeds.Hull(m => m.UarInterval));
                continue;
            }
            var m = cell?.Measured;
            var missing = cell is null or { Kind: RowKind.PublishedOnly } ? "" : "not run";
            yield return m is null ? missing : Accuracy(m.Accuracy, "", m.AccuracyInterval);
            yield return m is null ? missing : F1(m.UF1, "", m.UF1Interval);
            yield return m is null ? missing : Uar(m.Uar, "", m.UarInterval);
        }
        var scored = line.Cells.FirstOrDefault(c => c?.Measured is not null);
        yield return Number(scored?.Clips);
        yield return Number(scored?.Folds);
        yield return line.Seeds.FirstOrDefault(s => s is not null) is { } several ? string.Join(", ", several.Seeds.Select(r => r.Seed)) : Number(scored?.Seed);
    }

    static string Number(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    static void Row(StringBuilder text, IEnumerable<string> cells) => Line(text, $"| {string.Join(" | ", cells.Select(c => c.Replace("|", "\\|")))} |");

    static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
