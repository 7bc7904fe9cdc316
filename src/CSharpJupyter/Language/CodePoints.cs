namespace CSharpJupyter.Language;

/// <summary>Jupyter counts Unicode code points, .NET counts UTF-16 units.</summary>
static class CodePoints
{
    public static int ToUtf16(string text, int codePoints) =>
        text.EnumerateRunes().Take(codePoints).Sum(rune => rune.Utf16SequenceLength);

    public static int FromUtf16(string text, int utf16) => text[..utf16].EnumerateRunes().Count();
}
