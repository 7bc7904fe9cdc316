using Microsoft.CodeAnalysis.CSharp;

namespace CSharpJupyter.Dialect;

/// <summary>Takes the directives out of C# code and leaves blank lines, so that line numbers stay right.</summary>
static partial class Directives
{
    public static (string Code, IReadOnlyList<Directive> Found) Extract(string code)
    {
        if (!Line().IsMatch(code)) return (code, []);
        var found = new List<Directive>();
        var rest = new StringBuilder(code);
        // The parser, not the pattern, says what is a directive: a raw string may contain such a line.
        foreach (var trivia in CSharpSyntaxTree.ParseText(code, ScriptSession.ParseOptions).GetRoot()
            .DescendantTrivia(descendIntoTrivia: false).Where(t => t.IsDirective))
        {
            var text = trivia.ToFullString();
            if (Line().Match(text) is not { Success: true } match) continue;
            found.Add(new(match.Groups[1].Value,
                match.Groups[2].Success ? match.Groups[2].Value : match.Groups[3].Value.Trim()));
            for (var i = trivia.FullSpan.Start; i < trivia.FullSpan.End; i++)
                if (rest[i] is not ('\n' or '\r')) rest[i] = ' ';
        }
        return (rest.ToString(), found);
    }

    /// <summary>nuget: also goes without quotes.</summary>
    [GeneratedRegex(@"^[ \t]*#(r|i|load)[ \t]+(?:""([^""]*)""|(nuget:[^""\r\n]*))", RegexOptions.Multiline)]
    private static partial Regex Line();
}

/// <summary>A <c>#r</c>, <c>#i</c> or <c>#load</c> line: its name and the text in quotes.</summary>
sealed record Directive(string Name, string Argument);

/// <summary>
/// A piece of a cell in one language, or a command. The text keeps the cell's line numbers: lines of other pieces are
/// blank.
/// </summary>
/// <param name="Language">Or the command's name, like #!who.</param>
/// <param name="Options">The rest of its line.</param>
sealed record CellPart(string Language, string Text, string Options = "")
{
    public bool IsCommand => Language.StartsWith("#!", StringComparison.Ordinal);
}
