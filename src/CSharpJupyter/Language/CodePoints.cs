namespace CSharpJupyter.Language;

/// <summary>Jupyter counts Unicode code points, .NET counts UTF-16 units.</summary>
static class CodePoints
{
    public static int ToUtf16(string text, int codePoints)
    {
        var at = 0;
        for (var i = 0; i < codePoints && at < text.Length; i++)
            at += at + 1 < text.Length && char.IsSurrogatePair(text, at) ? 2 : 1;
        return at;
    }

    public static int FromUtf16(string text, int utf16) => utf16 - Surrogates(text, utf16);

    static int Surrogates(string text, int end)
    {
        var pairs = 0;
        for (var i = 0; i + 1 < end; i++) if (char.IsSurrogatePair(text, i)) pairs++;
        return pairs;
    }
}
