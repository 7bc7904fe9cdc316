using System.Text.RegularExpressions;

namespace CSharpJupyter.Dialect;

/// <summary>A cell's source, split at the <c>#!</c> magics.</summary>
/// <param name="Parts">In order; empty ones are left out.</param>
/// <param name="Timed">The cell has <c>#!time</c>.</param>
/// <param name="Magics">Other magics, in order.</param>
sealed partial record CellText(IReadOnlyList<CellPart> Parts, bool Timed, IReadOnlyList<string> Magics)
{
    static readonly Dictionary<string, string> Languages = new()
    {
        ["csharp"] = "csharp", ["c#"] = "csharp", ["html"] = "html", ["markdown"] = "markdown", ["javascript"] = "javascript", ["js"] = "javascript",
        // Known to .NET Interactive, not to this kernel: the name itself is the language.
        ["fsharp"] = "#!fsharp", ["f#"] = "#!f#", ["pwsh"] = "#!pwsh", ["powershell"] = "#!powershell", ["sql"] = "#!sql", ["kql"] = "#!kql",
        ["mermaid"] = "#!mermaid", ["python"] = "#!python", ["http"] = "#!http", ["value"] = "#!value",
    };

    public static CellText Parse(string code)
    {
        var (timed, magics, parts) = (false, new List<string>(), new List<CellPart>());
        var language = "csharp";
        var lines = code.ReplaceLineEndings("\n").Split('\n');
        var current = new string[lines.Length];
        Array.Fill(current, "");
        for (var i = 0; i < lines.Length; i++)
        {
            if (Magic().Match(lines[i]) is not { Success: true } magic) { current[i] = lines[i]; continue; }
            var name = magic.Groups[1].Value;
            if (name == "time") timed = true;
            else if (Languages.TryGetValue(name, out var next))
            {
                Close();
                language = next;
            }
            else magics.Add(lines[i].Trim());
        }
        Close();
        return new(parts, timed, magics);

        void Close()
        {
            if (current.Any(l => !string.IsNullOrWhiteSpace(l)) || language.StartsWith("#!"))
                parts.Add(new(language, language == "csharp" ? string.Join("\n", current).TrimEnd('\n') : string.Join("\n", current).Trim('\n')));
            Array.Fill(current, "");
        }
    }

    [GeneratedRegex(@"^\s*#!([A-Za-z#_-]+)(\s|$)")]
    private static partial Regex Magic();
}
