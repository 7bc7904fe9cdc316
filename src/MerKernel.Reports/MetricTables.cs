using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;
using Spectre.Console;

namespace MerKernel.Reports;

/// <summary>Every score, and every class, of the rows that were measured: what <c>mer tables --metrics all</c> adds below the tables.</summary>
public static class MetricTables
{
    static readonly string[] Words = ["row", "protocol", ">seed"];

    /// <summary>Two tables for each table and data set: the scores, then precision and recall of each class.</summary>
    public static ImmutableArray<ReportTable> Of(IReadOnlyList<TableRow> rows) =>
    [
        .. from page in TablePage.Of(rows)
           let own = rows.Where(r => r.Table == page.Table && r.Dataset == page.Dataset).ToList()
           where own.Any(r => r.Measured is not null)
           from table in new[] { Scores(page, own), Classes(page, own) }
           select table,
    ];

    /// <summary>The tables as Markdown, with their explanation.</summary>
    public static string ToMarkdown(IReadOnlyList<TableRow> rows)
    {
        var text = new StringBuilder("# Every score\n\n");
        foreach (var (name, meaning) in MetricGuide.Scores) text.Append($"- **{name}**: {meaning}.\n");
        text.Append($"\n{MetricGuide.Pooling}\n\n");
        foreach (var table in Of(rows)) text.Append(table.ToMarkdown());
        return text.ToString();
    }

    /// <summary>The tables for a notebook, with their explanation.</summary>
    public static IHtmlContent ToHtml(IReadOnlyList<TableRow> rows)
    {
        var text = new StringWriter();
        foreach (var table in Of(rows)) table.WriteTo(text, HtmlEncoder.Default);
        text.Write("<ul>");
        foreach (var (name, meaning) in MetricGuide.Scores) text.Write($"<li><strong>{HtmlText.Encode(name)}</strong>: {HtmlText.Encode(meaning)}.</li>");
        text.Write($"</ul><p>{HtmlText.Encode(MetricGuide.Pooling)}</p>");
        return new HtmlString(text.ToString());
    }

    /// <summary>The tables for the terminal, with their explanation.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<TableRow> rows)
    {
        foreach (var table in Of(rows)) console.Write(Draw(table));
        foreach (var (name, meaning) in MetricGuide.Scores) console.MarkupLineInterpolated($"[dim]{name}: {meaning}.[/]");
        console.MarkupLineInterpolated($"[dim]{MetricGuide.Pooling}[/]");
    }

    static ReportTable Scores(TablePage page, List<TableRow> rows) => new($"{page.Title}, {page.Subtitle}: every score",
        [.. Words, ">accuracy", ">UF1", ">UAR", ">weighted F1", ">mean per-fold F1", ">kappa"],
        [.. MetricRow.Of(rows).Select(m => (ImmutableArray<string>)
        [
            m.Row, m.Protocol, $"{m.Seed}", Figures.Percent(m.Accuracy), Figures.Fraction(m.UF1), Figures.Fraction(m.Uar),
            Figures.Fraction(m.WeightedF1), Figures.Fraction(m.MeanFoldF1), Figures.Fraction(m.Kappa),
        ])]);

    static ReportTable Classes(TablePage page, List<TableRow> rows) => new($"{page.Title}, {page.Subtitle}: precision / recall of each class",
        [.. Words, .. page.First.Classes.Select(c => $">{c}")],
        [.. ClassRow.Of(rows).Chunk(page.First.Classes.Length).Select(classes => (ImmutableArray<string>)
            [classes[0].Row, classes[0].Protocol, $"{classes[0].Seed}", .. classes.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Precision:0.00} / {c.Recall:0.00}"))])]);

    static Table Draw(ReportTable report)
    {
        var table = new Table { Border = TableBorder.Simple }.Title(Markup.Escape(report.Title));
        foreach (var column in report.Columns)
            table.AddColumn(column.StartsWith('>') ? new TableColumn(column[1..]).RightAligned() : new TableColumn(column));
        foreach (var row in report.Rows) table.AddRow([.. row.Select(Markup.Escape)]);
        return table;
    }
}
