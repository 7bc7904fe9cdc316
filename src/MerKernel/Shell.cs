namespace MerKernel;

/// <summary>Words of command lines that a user pastes into a shell.</summary>
static class Shell
{
    /// <summary>A word as a shell reads it back, in quotes where it needs them.</summary>
    public static string Word(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c)
        || "-_./=+:,@%".Contains(c)) ? text : Quoted(text);

    /// <summary>A word in quotes.</summary>
    public static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
