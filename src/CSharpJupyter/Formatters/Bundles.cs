using System.Collections;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;

namespace CSharpJupyter.Formatters;

/// <summary>The formats in which a value goes to the page.</summary>
static partial class Bundles
{
    /// <summary>Beyond this, text/plain is cut: it repeats the HTML and would double the file.</summary>
    const int LongestPlainBesideHtml = 600;

    public static MimeBundle For(object? value, IReadOnlyList<string> mimeTypes)
    {
        if (value is MimeBundle ready) return ready;
        if (value is null) return new() { ["text/plain"] = Formatter.NullString };
        if (mimeTypes.Count == 0 && !HasOwnFormatter(value.GetType()))
        {
            if (value is DateTime or DateTimeOffset)
                return MimeBundle.Html(value.ToDisplayString("text/html"), value.ToDisplayString("text/plain"));
            if (IsScalar(value)) return new() { ["text/plain"] = WellKnown.Text(value) };
            if (WellKnown.Bundle(value) is { } known) return known;
        }

        var bundle = new MimeBundle();
        foreach (var mime in mimeTypes.Count > 0 ? mimeTypes : Preferred(value.GetType()))
            bundle[mime] = value.ToDisplayString(mime);
        if (!bundle.TryGetValue("text/plain", out var plain))
            plain = IsLazy(value) && bundle.TryGetValue("text/html", out var html) ? TextOf(html) : Plain(value);
        bundle["text/plain"] = bundle.Count > 1 || !bundle.ContainsKey("text/plain") ? Shorten(plain) : plain;
        return bundle;
    }

    /// <summary>The notebook registered a formatter: it goes before whatever this kernel knows of the type.</summary>
    static bool HasOwnFormatter(Type type) =>
        Formatter.RegisteredFormatters(includeDefaults: false).Any(f => f.Type.IsAssignableFrom(type));

    static IEnumerable<string> Preferred(Type type) =>
        Formatter.GetPreferredMimeTypesFor(type) is { } mimes && mimes.Any() ? mimes.ToList() : ["text/plain"];

    static bool IsScalar(object value) =>
        value is string or decimal or DateOnly or TimeOnly or TimeSpan or Guid or Enum
            or Exception
            || value.GetType().IsPrimitive;

    /// <summary>A sequence that is computed, and has effects, each time it is read.</summary>
    static bool IsLazy(object value) => value is IEnumerable and not (string or ICollection)
        && !value.GetType().GetInterfaces().Any(i => i.IsGenericType
            && (i.GetGenericTypeDefinition() == typeof(ICollection<>)
                || i.GetGenericTypeDefinition() == typeof(IReadOnlyCollection<>)));

    /// <summary>The text of a page's part: cells of a row apart, rows on lines.</summary>
    static string TextOf(string html) => WebUtility.HtmlDecode(Tag().Replace(RowEnd().Replace(CellEnd().Replace(
        Style().Replace(html, ""), "  "), "\n"), "")).Trim();

    [GeneratedRegex("<style.*?</style>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Style();

    [GeneratedRegex("</t[dh]>", RegexOptions.IgnoreCase)]
    private static partial Regex CellEnd();

    [GeneratedRegex("</tr>", RegexOptions.IgnoreCase)]
    private static partial Regex RowEnd();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    static string Plain(object value) => value switch
    {
        IHtmlContent => "(HTML)",
        _ => value.ToDisplayString("text/plain"),
    };

    static string Shorten(string text) =>
        text.Length <= LongestPlainBesideHtml ? text : text[..LongestPlainBesideHtml] + " …";
}
