using CSharpJupyter.Formatters;
using Microsoft.DotNet.Interactive.Formatting;

namespace Microsoft.DotNet.Interactive;

/// <summary>
/// <c>value.Display()</c>. The formatting library has the same for object; this one formats only what is sent.
/// </summary>
public static class DisplayExtensions
{
    /// <summary>Shows the value now; the result can be updated in place.</summary>
    public static DisplayedValue Display<T>(this T value, params string[] mimeTypes)
    {
        Interruption.Check();
        var bundle = Bundles.For(value, mimeTypes);
        var shown = new DisplayedValue(value, [.. bundle.Select(b => new FormattedValue(b.Key, b.Value))]);
        CellOutput.Current?.Display(bundle, shown.DisplayId);
        return shown;
    }

    /// <summary>Sends the output of the formatting library's own Display, DisplayAs, DisplayTable and Update.</summary>
    internal static void Connect() => Formatter.SubscribeToDisplayedValues(shown =>
    {
        Interruption.Check();
        // An update names no format; the library knows a chart's plain text only.
        CellOutput.Current?.Display(shown.FormattedValues.Count > 0 && !(shown.IsUpdated && shown.Value is not string)
            ? Bundle(shown) : Bundles.For(shown.Value, []), shown.DisplayId, shown.IsUpdated);
    });

    static MimeBundle Bundle(DisplayedValue shown)
    {
        // Values that need more than an object's properties: charts, tensors, pictures, plain numbers.
        if (shown.Value is not string && shown.FormattedValues is [{ MimeType: "text/html" }])
            return Bundles.For(shown.Value, []);
        var bundle = new MimeBundle();
        foreach (var value in shown.FormattedValues) bundle[value.MimeType] = value.Value;
        // Always there, for whoever shows nothing else.
        bundle.TryAdd("text/plain", bundle.GetValueOrDefault("text/csv") ?? shown.Value as string ?? "(HTML)");
        return bundle;
    }
}
