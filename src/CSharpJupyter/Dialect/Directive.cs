namespace CSharpJupyter.Dialect;

/// <summary>A <c>#r</c>, <c>#i</c> or <c>#load</c> line: its name and the text in quotes.</summary>
sealed record Directive(string Name, string Argument);
