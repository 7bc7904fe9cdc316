using System.Net;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Reports;

/// <summary>Pieces of HTML for notebooks; every text is escaped here and in <see cref="TextTable"/> and nowhere else.</summary>
static class HtmlText
{
    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Content as text.</summary>
    public static string Of(IHtmlContent content)
    {
        using var writer = new StringWriter();
        content.WriteTo(writer, HtmlEncoder.Default);
        return writer.ToString();
    }

    /// <summary>Sentences that must not be overlooked.</summary>
    public static IHtmlContent Notice(IEnumerable<string> sentences) => new HtmlString(string.Concat(sentences.Select(s =>
        $"<p style=\"border-left:4px solid #b35900;padding:.4em .8em;margin:.4em 0\"><strong>{Encode(s)}</strong></p>")));

    /// <summary>Paragraphs.</summary>
    public static IHtmlContent Paragraphs(IEnumerable<string> sentences) => new HtmlString(string.Concat(sentences.Select(s => $"<p>{Encode(s)}</p>")));

    /// <summary>One content below the other.</summary>
    public static IHtmlContent All(params IEnumerable<IHtmlContent> parts) => new HtmlString(string.Concat(parts.Select(Of)));
}
