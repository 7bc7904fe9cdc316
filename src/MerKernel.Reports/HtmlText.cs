using System.Net;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Reports;

/// <summary>Pieces of HTML for notebooks; every text is escaped here and nowhere else.</summary>
static class HtmlText
{
    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Sentences that must not be overlooked.</summary>
    public static IHtmlContent Notice(IEnumerable<string> sentences) => new HtmlString(string.Concat(sentences.Select(s =>
        $"<p style=\"border-left:4px solid #b35900;padding:.4em .8em;margin:.4em 0\"><strong>{Encode(s)}</strong></p>")));

    /// <summary>Paragraphs.</summary>
    public static IHtmlContent Paragraphs(IEnumerable<string> sentences) => new HtmlString(string.Concat(sentences.Select(s => $"<p>{Encode(s)}</p>")));

    /// <summary>A table of two columns: what, and its value.</summary>
    public static IHtmlContent Facts(IEnumerable<(string Name, string Value)> facts) => new HtmlString("<table>" + string.Concat(facts.Select(f =>
        $"<tr><th style=\"text-align:left\">{Encode(f.Name)}</th><td style=\"text-align:left\">{Encode(f.Value)}</td></tr>")) + "</table>");

    /// <summary>A table with headings.</summary>
    public static IHtmlContent Grid(IEnumerable<string> headings, IEnumerable<IEnumerable<string>> rows) => new HtmlString(
        $"<div style=\"overflow-x:auto\"><table><thead><tr>{string.Concat(headings.Select(h => $"<th style=\"text-align:left\">{Encode(h)}</th>"))}</tr></thead><tbody>" +
        string.Concat(rows.Select(r => $"<tr>{string.Concat(r.Select(c => $"<td style=\"text-align:left\">{Encode(c)}</td>"))}</tr>")) + "</tbody></table></div>");

    /// <summary>A table with a caption; the first column is text, the others are figures.</summary>
    /// <param name="caption">What it shows, and of which data.</param>
    /// <param name="headings">One for each column.</param>
    /// <param name="rows">Cells; a line break in one stays.</param>
    /// <param name="note">What the figures mean, below the table.</param>
    public static IHtmlContent Table(string caption, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows, string note = "")
    {
        static string Style(int column) => $"padding:.25em .7em;vertical-align:top;border-bottom:1px solid #ccc;text-align:{(column == 0 ? "left" : "right")}";
        static string Lines(string text) => Encode(text).Replace("\n", "<br>");
        return new HtmlString($"<p><strong>{Lines(caption)}</strong></p><div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\">" +
            $"<thead><tr>{string.Concat(headings.Select((h, i) => $"<th style=\"{Style(i)}\">{Lines(h)}</th>"))}</tr></thead><tbody>" +
            string.Concat(rows.Select(row => $"<tr>{string.Concat(row.Select((c, i) => $"<td style=\"{Style(i)}\">{Lines(c)}</td>"))}</tr>")) +
            $"</tbody></table></div>{(note.Length > 0 ? $"<p><small>{Lines(note)}</small></p>" : "")}");
    }
}
