using System.Net;

namespace MerKernel.Reports;

/// <summary>
/// A value that shows as HTML in a notebook. Every type that implements it carries
/// <see cref="TypeFormatterSourceAttribute"/>, which the formatters of .NET Interactive and of the C# kernel find by
/// its name, so this library refers to no kernel.
/// </summary>
public interface IHtmlContent
{
    /// <summary>Writes the HTML.</summary>
    void WriteTo(TextWriter writer);

    /// <summary>A few words for where no HTML shows.</summary>
    string InWords => "(HTML)";
}

/// <summary>
/// Names the formatters of a type; only this attribute's name and the names of its properties matter to a kernel.
/// </summary>
/// <param name="formatterSourceType">
/// A class whose <c>CreateTypeFormatters()</c> gives objects with a <c>MimeType</c> and
/// a <c>Format(object, TextWriter)</c>.
/// </param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
{
    /// <summary>The class that makes the formatters.</summary>
    public Type FormatterSourceType => formatterSourceType;

    /// <summary>The formats a kernel shows unasked.</summary>
    public string[] PreferredMimeTypes { get; set; } = [];
}

/// <summary>One format of one kind of value.</summary>
/// <param name="mimeType">The format.</param>
/// <param name="write">The value in it; null where it is of another kind.</param>
public sealed class ValueFormatter(string mimeType, Func<object, string?> write)
{
    /// <summary>A formatter of a type.</summary>
    public static ValueFormatter Of<T>(string mimeType, Func<T, string> write) =>
        new(mimeType, value => value is T known ? write(known) : null);

    /// <summary>The format.</summary>
    public string MimeType => mimeType;

    /// <summary>Writes a value in it.</summary>
    public bool Format(object instance, TextWriter writer)
    {
        if (write(instance) is not { } text) return false;
        writer.Write(text);
        return true;
    }
}

/// <summary>The formatters of <see cref="IHtmlContent"/>: HTML, and a few words for where no HTML shows.</summary>
public sealed class HtmlFormatters
{
    /// <summary>Makes them.</summary>
    public IEnumerable<object> CreateTypeFormatters() => [ValueFormatter.Of<IHtmlContent>("text/html", HtmlText.Of),
        ValueFormatter.Of<IHtmlContent>("text/plain", content => content.InWords)];
}

/// <summary>Markup that is written as it is.</summary>
[TypeFormatterSource(typeof(HtmlFormatters), PreferredMimeTypes = ["text/html", "text/plain"])]
sealed class HtmlString(string markup) : IHtmlContent
{
    public void WriteTo(TextWriter writer) => writer.Write(markup);

    public override string ToString() => markup;
}

/// <summary>
/// Pieces of HTML for notebooks; every text is escaped here and in <see cref="TextTable"/> and nowhere else.
/// </summary>
static class HtmlText
{
    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Content as text.</summary>
    public static string Of(IHtmlContent content)
    {
        using var writer = new StringWriter();
        content.WriteTo(writer);
        return writer.ToString();
    }

    /// <summary>Messages that must not be overlooked.</summary>
    public static IHtmlContent Notice(IEnumerable<string> sentences) =>
        new HtmlString(string.Concat(sentences.Select(s =>
            "<p style=\"border-left:4px solid #b35900;padding:.4em .8em;margin:.4em " +
            $"0\"><strong>{Encode(s)}</strong></p>")));

    /// <summary>Paragraphs.</summary>
    public static IHtmlContent Paragraphs(IEnumerable<string> sentences) =>
        new HtmlString(string.Concat(sentences.Select(s => $"<p>{Encode(s)}</p>")));

    /// <summary>A list.</summary>
    public static IHtmlContent Items(IEnumerable<string> sentences) =>
        new HtmlString($"<ul>{string.Concat(sentences.Select(s => $"<li>{Encode(s)}</li>"))}</ul>");

    /// <summary>One content below the other.</summary>
    public static IHtmlContent All(params IEnumerable<IHtmlContent> parts) =>
        new HtmlString(string.Concat(parts.Select(Of)));
}
