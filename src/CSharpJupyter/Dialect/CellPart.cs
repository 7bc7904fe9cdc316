namespace CSharpJupyter.Dialect;

/// <summary>A piece of a cell in one language, or a command. The text keeps the cell's line numbers: lines of other pieces are blank.</summary>
/// <param name="Language">Or the command's name, like #!who.</param>
/// <param name="Options">The rest of its line.</param>
sealed record CellPart(string Language, string Text, string Options = "")
{
    public bool IsCommand => Language.StartsWith("#!", StringComparison.Ordinal);
}
