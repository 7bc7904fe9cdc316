namespace CSharpJupyter.Dialect;

/// <summary>A cell's source, split at the <c>#!</c> magics.</summary>
/// <param name="Parts">In order; empty ones are left out.</param>
/// <param name="Timed">The cell has <c>#!time</c>.</param>
sealed partial record CellText(IReadOnlyList<CellPart> Parts, bool Timed)
{
    public const string Known = "#!csharp, #!html, #!markdown, #!javascript, #!value, #!set, #!share, #!import, " +
        "#!time, #!who, #!whos, #!about, #!lsmagic, #r, #i, #load";

    static readonly Dictionary<string, string> Languages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["csharp"] = "csharp", ["c#"] = "csharp", [".net-csharp"] = "csharp", ["html"] = "html",
        ["markdown"] = "markdown", ["javascript"] = "javascript", ["js"] = "javascript", ["value"] = "value",
        // The head of a .dib file.
        ["meta"] = "meta",
    };

    static readonly HashSet<string> Commands = new(StringComparer.OrdinalIgnoreCase)
    {
        "set", "share", "import", "who", "whos", "about", "lsmagic"
    };

    /// <param name="language">That of the lines before the first magic: the one that the front end names.</param>
    /// <exception cref="CellFailedException">The cell names a magic or a language that is not known.</exception>
    public static CellText Parse(string code, string language = "csharp")
    {
        if (!Languages.TryGetValue(language, out var current))
            throw new CellFailedException("NotSupported",
                $"{language} is a language that this C# kernel does not run; it runs C#, and shows HTML, Markdown " +
                "and JavaScript.");
        var (timed, parts, options) = (false, new List<CellPart>(), "");
        var lines = code.ReplaceLineEndings("\n").Split('\n');
        var own = new string[lines.Length];
        Array.Fill(own, "");
        for (var i = 0; i < lines.Length; i++)
        {
            if (Magic().Match(lines[i]) is not { Success: true } magic)
            {
                own[i] = lines[i];
                continue;
            }
            var name = magic.Groups[1].Value;
            if (name.Equals("time", StringComparison.OrdinalIgnoreCase)) timed = true;
            else if (Languages.TryGetValue(name, out var next))
            {
                Close();
                (current, options) = (next, magic.Groups[2].Value.Trim());
            }
            else if (Commands.TryGetValue(name, out var command))
            {
                Close();
                parts.Add(new("#!" + command, "", magic.Groups[2].Value.Trim()));
            }
            else
                throw new CellFailedException("NotSupported",
                    $"#!{name} is a magic that this C# kernel does not know; it knows {Known}.");
        }
        Close();
        return new(parts, timed);

        void Close()
        {
            // A #!value from a file or another value has no lines of its own.
            if (current != "meta"
                && (own.Any(l => !string.IsNullOrWhiteSpace(l)) || current == "value" && options != ""))
                parts.Add(new(current,
                    current == "csharp" ? string.Join("\n", own).TrimEnd('\n') : string.Join("\n", own).Trim('\n'),
                    options));
            Array.Fill(own, "");
            if (current == "value") options = "";
        }
    }

    [GeneratedRegex(@"^\s*#!([A-Za-z#.][A-Za-z0-9#_.+-]*)(?:\s+(.*))?$")]
    private static partial Regex Magic();
}
