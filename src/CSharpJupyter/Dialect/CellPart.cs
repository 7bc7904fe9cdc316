namespace CSharpJupyter.Dialect;

/// <summary>A piece of a cell in one language. The text keeps the cell's line numbers: lines of other pieces are blank.</summary>
sealed record CellPart(string Language, string Text);
