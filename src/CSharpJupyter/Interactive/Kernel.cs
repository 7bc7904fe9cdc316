using CSharpJupyter.Formatters;
using CSharpJupyter.Output;
using Microsoft.AspNetCore.Html;

namespace Microsoft.DotNet.Interactive;

/// <summary>The helpers a notebook calls by their bare names, as in .NET Interactive.</summary>
public static class Kernel
{
    /// <summary>Shows a value now; the result can be updated in place.</summary>
    /// <param name="value">Anything; null shows as null.</param>
    /// <param name="mimeTypes">Formats to use instead of the type's preferred ones.</param>
    public static DisplayedValue display(object? value, params string[] mimeTypes) => DisplayedValue.Show(value, mimeTypes);

    /// <summary>Markup that displays as HTML.</summary>
    public static IHtmlContent HTML(string content) => new HtmlString(content);

    /// <summary>Removes the cell's output; with <paramref name="wait"/> only when new output comes.</summary>
    public static void clear_output(bool wait = false) => CellOutput.Current?.Clear(wait);

    /// <summary>Asks the user for a line.</summary>
    public static Task<string> GetInputAsync(string prompt = "") => Ask(prompt, false);

    /// <summary>Asks the user for a line without showing what is typed.</summary>
    public static Task<string> GetPasswordAsync(string prompt = "") => Ask(prompt, true);

    static Task<string> Ask(string prompt, bool password) => CellOutput.Current?.ReadLine is { } ask
        ? Task.FromResult(ask(prompt, password))
        : throw new InvalidOperationException("This notebook client takes no input (allow_stdin is false).");

    internal static MimeBundle Bundle(object? value, IReadOnlyList<string> mimeTypes) => Bundles.For(value, mimeTypes);
}
