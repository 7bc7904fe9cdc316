using System.Net;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Reporting;

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
}
