using System.Text;
using MerKernel.Data;
using MerKernel.Evaluation;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Reports;

/// <summary>Tables as HTML for notebooks and reports: colour is never the only sign, every coloured cell also has words.</summary>
public static class HtmlTables
{
    const string Cell = "padding:.25em .7em;vertical-align:top;border-bottom:1px solid #ccc;text-align:right;white-space:nowrap";
    const string Left = Cell + ";text-align:left;white-space:normal";

    /// <summary>The rows, a table for each data set, with the sentences that belong to them.</summary>
    /// <param name="rows">Rows of one seed.</param>
    /// <param name="seeds">The same rows over several seeds, or none.</param>
    public static IHtmlContent Render(IReadOnlyList<TableRow> rows, IReadOnlyList<SeedRow>? seeds = null)
    {
        var text = new StringBuilder();
        foreach (var notice in DataNotice.For(rows)) text.Append($"<p><strong>{HtmlText.Encode(notice)}</strong></p>");
        foreach (var page in TablePage.Of(rows)) Render(text, page);
        text.Append("<p><small>Accuracy in percent; UF1 (macro F1) and UAR (mean recall) of the pooled confusion matrix; below each its 95 % interval by bootstrap over subjects. " +
            "The words say where the paper's figure lies: inside that interval, above or below it.</small></p>");
        if (seeds is { Count: > 0 }) Seeds(text, seeds);
        return new HtmlString(text.ToString());
    }

    static void Seeds(StringBuilder text, IReadOnlyList<SeedRow> rows)
    {
        text.Append($"<h4>Mean ± standard deviation between {rows[0].Accuracy.Seeds} seeds</h4><table style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\"><tr>" +
            string.Concat(new[] { "data set", "row", "protocol" }.Select(h => $"<th style=\"{Left}\">{h}</th>")) + string.Concat(new[] { "accuracy", "UF1", "UAR" }.Select(h => $"<th style=\"{Cell}\">{h}</th>")) + "</tr>");
        foreach (var r in rows)
            text.Append($"<tr><td style=\"{Left}\">{HtmlText.Encode(r.Row.Dataset.Title())}</td><td style=\"{Left}\">{HtmlText.Encode(r.Row.Row)}</td><td style=\"{Left}\">{HtmlText.Encode(r.Row.Protocol!.Label)}</td>" +
                $"<td style=\"{Cell}\">{SeedRow.Written(r.Accuracy, Figures.Percent)}</td><td style=\"{Cell}\">{SeedRow.Written(r.UF1, Figures.Fraction)}</td><td style=\"{Cell}\">{SeedRow.Written(r.Uar, Figures.Fraction)}</td></tr>");
        text.Append("</table>");
    }

    static void Render(StringBuilder text, TablePage page)
    {
        text.Append($"<h4>{HtmlText.Encode(page.Title)}. {HtmlText.Encode(page.Subtitle)}</h4><div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\"><thead>");
        text.Append($"<tr><th style=\"{Left}\" rowspan=\"2\">row</th><th style=\"{Cell};text-align:center\" colspan=\"2\">paper</th>");
        foreach (var protocol in page.Protocols) text.Append($"<th style=\"{Cell};text-align:center;border-left:2px solid #888\" colspan=\"3\">{HtmlText.Encode(protocol.Label)}</th>");
        text.Append($"<th style=\"{Cell}\" rowspan=\"2\">clips</th></tr><tr><th style=\"{Cell}\">accuracy</th><th style=\"{Cell}\">F1</th>");
        foreach (var _ in page.Protocols) text.Append($"<th style=\"{Cell};border-left:2px solid #888\">accuracy</th><th style=\"{Cell}\">UF1</th><th style=\"{Cell}\">UAR</th>");
        text.Append("</tr></thead><tbody>");
        foreach (var line in page.Lines) Render(text, line);
        text.Append("</tbody></table></div>");
        if (page.Scored.Length > 0) text.Append($"<p><small>Scored: {HtmlText.Encode(page.Scored)}: {HtmlText.Encode(page.Sample)}.</small></p>");
        if (page.Differences.Length > 0) text.Append($"<p><small>{HtmlText.Encode(page.Differences)}</small></p>");
        if (page.Systems.Length > 0)
        {
            text.Append($"<div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\"><tr>{string.Concat(SystemFacts.Headings.Select((h, i) => $"<th style=\"{(i < 2 ? Left : Cell)}\">{HtmlText.Encode(h)}</th>"))}</tr>");
            foreach (var (row, facts) in page.Systems) text.Append($"<tr>{string.Concat(facts.Cells(row).Select((c, i) => $"<td style=\"{(i < 2 ? Left : Cell)}\">{HtmlText.Encode(c)}</td>"))}</tr>");
            text.Append("</table></div>");
        }
        if (page.Notes.Length > 0) text.Append($"<ul style=\"font-size:smaller\">{string.Concat(page.Notes.Select(n => $"<li><em>{HtmlText.Encode(n.Row)}</em>: {HtmlText.Encode(n.Text)}</li>"))}</ul>");
    }

    static void Render(StringBuilder text, TablePage.Line line)
    {
        var (head, paper) = (line.Head, line.Head.Paper);
        var name = HtmlText.Encode(head.Row);
        text.Append($"<tr><td style=\"{Left}\">{(head.Kind is RowKind.Baseline or RowKind.Added ? $"<em>{name}</em>" : name)}</td>" +
            $"<td style=\"{Cell}\">{Figures.Printed(paper?.Accuracy)}</td><td style=\"{Cell}\">{Figures.Printed(paper?.F1)}</td>");
        foreach (var cell in line.Cells)
        {
            const string first = Cell + ";border-left:2px solid #888";
            if (cell?.Measured is not { } m)
            {
                text.Append($"<td style=\"{first}\" colspan=\"3\">{(cell is null or { Kind: RowKind.PublishedOnly } ? "" : "not run")}</td>");
                continue;
            }
            Score(text, first, Figures.Percent(m.Accuracy), Figures.Percent(m.AccuracyInterval), paper is null ? null : Place((double)paper.Accuracy / 100, m.AccuracyInterval),
                paper is null ? "" : Figures.PercentDifference(m.Accuracy, paper.Accuracy));
            Score(text, Cell, Figures.Fraction(m.UF1), Figures.Fraction(m.UF1Interval), paper is null ? null : Place((double)paper.F1, m.UF1Interval),
                paper is null ? "" : Figures.Difference(m.UF1, paper.F1));
            Score(text, Cell, Figures.Fraction(m.Uar), Figures.Fraction(m.UarInterval), null, "");
        }
        text.Append($"<td style=\"{Cell}\">{line.Cells.FirstOrDefault(c => c?.Measured is not null)?.Clips}</td></tr>");
    }

    static void Score(StringBuilder text, string style, string value, string interval, string? place, string difference)
    {
        // Text keeps its own dark colour on the tint, so that it reads on a dark page too.
        var tint = place switch { null => "", "inside" => ";background:#d9ecd9;color:#1a1a1a", _ => ";background:#f6e0cc;color:#1a1a1a" };
        text.Append($"<td style=\"{style}{tint}\"><strong>{value}</strong><br><small>{interval}</small>");
        if (place is not null) text.Append($"<br><small>Δ {difference}<br>paper {place}</small>");
        text.Append("</td>");
    }

    static string Place(double paper, Interval interval) => paper < interval.Low ? "below" : paper > interval.High ? "above" : "inside";
}
