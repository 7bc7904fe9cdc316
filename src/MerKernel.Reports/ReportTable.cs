using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Reports;

/// <summary>A table of finished text with a title and a closing remark: Markdown for reports, HTML in a notebook.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">Header of each column; a leading '&gt;' aligns the column to the right and is not shown.</param>
/// <param name="Rows">Rows of as many cells.</param>
/// <param name="Remark">Sentences below the table.</param>
public sealed record ReportTable(string Title, ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows, string Remark = "") : IHtmlContent
{
    /// <summary>The table as a section of a Markdown document.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder($"## {Title}\n\n");
        text.Append($"| {string.Join(" | ", Columns.Select(Header))} |\n|{string.Concat(Columns.Select(c => IsRight(c) ? "---:|" : "---|"))}\n");
        foreach (var row in Rows) text.Append($"| {string.Join(" | ", row.Select(c => c.Replace("|", "\\|")))} |\n");
        text.Append('\n');
        if (Remark.Length > 0) text.Append($"{Remark}\n\n");
        return text.ToString();
    }

    /// <inheritdoc/>
    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        writer.Write($"<h4>{HtmlText.Encode(Title)}</h4><div style=\"overflow-x:auto\"><table style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\"><thead><tr>");
        foreach (var column in Columns) writer.Write($"<th style=\"{Style(column)}\">{HtmlText.Encode(Header(column))}</th>");
        writer.Write("</tr></thead><tbody>");
        foreach (var row in Rows)
            writer.Write($"<tr>{string.Concat(row.Select((cell, i) => $"<td style=\"{Style(Columns[i])}\">{HtmlText.Encode(cell)}</td>"))}</tr>");
        writer.Write("</tbody></table></div>");
        if (Remark.Length > 0) writer.Write($"<p>{HtmlText.Encode(Remark)}</p>");
    }

    static bool IsRight(string column) => column.StartsWith('>');

    static string Header(string column) => IsRight(column) ? column[1..] : column;

    static string Style(string column) => $"padding:.25em .7em;border-bottom:1px solid #ccc;vertical-align:top;text-align:{(IsRight(column) ? "right" : "left")}";
}
