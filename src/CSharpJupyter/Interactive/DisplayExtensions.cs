using CSharpJupyter.Output;

namespace Microsoft.DotNet.Interactive;

/// <summary><c>value.Display()</c>.</summary>
public static class DisplayExtensions
{
    /// <summary>Shows the value now; the result can be updated in place.</summary>
    public static DisplayedValue Display<T>(this T value, params string[] mimeTypes) => DisplayedValue.Show(value, mimeTypes);

    /// <summary>Shows text as the given MIME type, as it is.</summary>
    public static void DisplayAs(this string value, string mimeType) => CellOutput.Current?.Display(new MimeBundle { [mimeType] = value });
}
