using System.Globalization;
using System.Text;
using Spectre.Console;

namespace MerKernel.Reporting;

/// <summary>Every score, and every class, of the rows that were measured: what <c>mer tables --metrics all</c> adds below the tables.</summary>
public static class MetricTables
{
    static readonly string[] Words = ["row", "protocol", "seed"];
    static readonly string[] ScoreHeader = [.. Words, "accuracy", "UF1", "UAR", "weighted F1", "mean per-fold F1", "kappa"];

    /// <summary>The scores and classes as Markdown, with their explanation.</summary>
    public static string ToMarkdown(IReadOnlyList<TableRow> rows)
    {
        var text = new StringBuilder("# Every score\n\n");
        foreach (var (name, meaning) in MetricGuide.Scores) text.Append($"- **{name}**: {meaning}.\n");
        text.Append($"\n{MetricGuide.Pooling}\n\n");
        foreach (var page in Pages(rows))
        {
            text.Append($"## {page.Title}\n\n");
            Markdown(text, ScoreHeader, page.Scores);
            text.Append("Precision / recall of each class:\n\n");
            Markdown(text, page.ClassHeader, page.Classes);
        }
        return text.ToString();
    }

    /// <summary>The same for the terminal.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<TableRow> rows)
    {
        foreach (var page in Pages(rows))
        {
            console.Write(Draw($"{page.Title}: every score", ScoreHeader, page.Scores));
            console.Write(Draw($"{page.Title}: precision / recall of each class", page.ClassHeader, page.Classes));
        }
        foreach (var (name, meaning) in MetricGuide.Scores) console.MarkupLineInterpolated($"[dim]{name}: {meaning}.[/]");
        console.MarkupLineInterpolated($"[dim]{MetricGuide.Pooling}[/]");
    }

    sealed record Page(string Title, List<string[]> Scores, string[] ClassHeader, List<string[]> Classes);

    static IEnumerable<Page> Pages(IReadOnlyList<TableRow> rows) =>
        from page in TablePage.Of(rows)
        let own = rows.Where(r => r.Table == page.Table && r.Dataset == page.Dataset).ToList()
        let scores = MetricRow.Of(own)
        where scores.Length > 0
        select new Page($"{page.Title}, {page.Subtitle}",
            [.. scores.Select(m => new[]
            {
                m.Row, m.Protocol, $"{m.Seed}", Figures.Percent(m.Accuracy), Figures.Fraction(m.UF1), Figures.Fraction(m.Uar),
                Figures.Fraction(m.WeightedF1), Figures.Fraction(m.MeanFoldF1), Figures.Fraction(m.Kappa),
            })],
            [.. Words, .. page.First.Classes],
            [.. ClassRow.Of(own).Chunk(page.First.Classes.Length).Select(classes => (string[])
                [classes[0].Row, classes[0].Protocol, $"{classes[0].Seed}", .. classes.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Precision:0.00} / {c.Recall:0.00}"))])]);

    static void Markdown(StringBuilder text, string[] header, List<string[]> rows)
    {
        text.Append($"| {string.Join(" | ", header)} |\n|{string.Concat(header.Select((_, i) => i < Words.Length ? "---|" : "---:|"))}\n");
        foreach (var row in rows) text.Append($"| {string.Join(" | ", row.Select(c => c.Replace("|", "\\|")))} |\n");
        text.Append('\n');
    }

    static Table Draw(string title, string[] header, List<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Simple }.Title(Markup.Escape(title));
        foreach (var (name, i) in header.Select((h, i) => (h, i)))
            table.AddColumn(i < Words.Length ? new TableColumn(name) : new TableColumn(name).RightAligned());
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        return table;
    }
}
