using System.Text.RegularExpressions;

namespace MerKernel.Tests;

/// <summary>The length of lines, as .editorconfig has it, and of files.</summary>
public sealed partial class LineLengthTests
{
    const int Longest = 120, MostLines = 400;

    static readonly string s_root = RepositoryRoot.Find();

    [Theory]
    [InlineData("src")]
    [InlineData("native")]
    [InlineData("tests")]
    [InlineData("benchmarks")]
    public void No_line_is_longer_than_the_editor_allows(string folder)
    {
        var files = Directory.EnumerateFiles(Path.Combine(s_root, folder), "*", SearchOption.AllDirectories);
        var faults = from file in files
                     let path = Path.GetRelativePath(s_root, file)
                     where Source().IsMatch(path)
                     from line in TooLong(File.ReadAllText(file))
                     orderby path, line.Number
                     select $"{path}:{line.Number}: {line.Length} columns";
        Assert.Equal("", string.Join('\n', faults));
    }

    // But for the CUDA kernels, which NVRTC compiles as one program.
    [Theory]
    [InlineData("src")]
    [InlineData("native")]
    public void No_file_is_too_long_to_read_in_one_sitting(string folder) =>
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(s_root, folder), "*", SearchOption.AllDirectories)
            .Where(f => Source().IsMatch(f) && !f.EndsWith(".cu", StringComparison.Ordinal)
                && File.ReadLines(f).Count() > MostLines)
            .Select(f => Path.GetRelativePath(s_root, f)));

    [Theory]
    [InlineData("    var x = ", true)]
    [InlineData("    \"", false)]
    [InlineData("    Say(\"", true)]
    [InlineData("    @\"words in between ", false)]
    [InlineData("    \"words in between ", true)]
    [InlineData("    $\"words in between {x} ", true)]
    [InlineData("    text.Append(\n        $\"words in between {x} ", false)]
    [InlineData("    string.Create(CultureInfo.InvariantCulture,\n        $\"words {x} ", false)]
    [InlineData("    text.Append(\n        \"words in between ", true)]
    [InlineData("void Say(FormattableString s) { }\n    Say($\"words {x} ", false)]
    [InlineData("    // https://example.org/", false)]
    [InlineData("    // words https://example.org/", true)]
    [InlineData("    var page = \"\"\"\n        ", false)]
    [InlineData("    var page = \"\"\"\n        short\n        \"\"\"; var more = ", true)]
    public void What_cannot_be_split_may_be_longer(string start, bool fault)
    {
        var raw = start.Contains("\"\"\"", StringComparison.Ordinal);
        var end = raw ? fault ? ";" : "\n    \"\"\";" : start.Contains('"') ? "\");" : "";
        Assert.Equal(fault, TooLong(start + new string('x', 150) + end + "\n").Any());
    }

    static IEnumerable<(int Number, int Length)> TooLong(string text)
    {
        var lines = text.Split('\n');
        var raw = new HashSet<int>();
        var handlers = Taker().Matches(text).Select(m => m.Groups[1].Value)
            .Concat(["Create", "Append", "AppendLine"]).ToHashSet();
        foreach (Match literal in Literal().Matches(text).Where(m => m.Groups["raw"].Success))
        {
            // The lines between its quotes, or the one with both.
            var (first, ends) = (text.AsSpan(0, literal.Index).Count('\n'), literal.Value.Count(c => c == '\n'));
            raw.UnionWith(ends == 0 ? [first] : Enumerable.Range(first + 1, ends - 1));
        }

        for (var i = 0; i < lines.Length; i++)
            if (lines[i].Length > Longest && !raw.Contains(i) && !IsWhole(lines, i, handlers))
                yield return (i + 1, lines[i].Length);
    }

    /// <summary>
    /// Whether a line is an address or one literal that cannot be split: a verbatim one, one without a space, or one
    /// with holes that a method takes in parts, which the sum of two is not.
    /// </summary>
    static bool IsWhole(string[] lines, int at, HashSet<string> handlers)
    {
        if (Address().IsMatch(lines[at])) return true;
        if (Lone().Match(lines[at]) is not { Success: true } lone) return false;
        var (kind, words, call) = (lone.Groups["kind"].Value, lone.Groups["words"].Value, lone.Groups["call"].Value);
        if (kind == "$")
        {
            var above = at - 1;
            while (call == "" && above >= 0 && lines[above].TrimStart() is ['"', ..] or ['$', '"', ..]) above--;
            return handlers.Contains(call != "" || above < 0 ? call : Call().Match(lines[above]).Groups[1].Value);
        }

        return call == "" && (kind.Contains('@') || !words.Contains(' '));
    }

    [GeneratedRegex(@"\.(?:cs|h|cpp|cu)$")]
    private static partial Regex Source();

    [GeneratedRegex(@"^\s*//+ *\S*https?://\S+$")]
    private static partial Regex Address();

    // A literal with an operator in front and brackets behind at most.
    [GeneratedRegex(@"^\s*(?:[?:+] |\[|(?<call>\w+)\()?(?<kind>[$@]*)""(?<words>.*)""[\])},;]*(?: \+)?$")]
    private static partial Regex Lone();

    [GeneratedRegex(@"\b(\w+)\((?:[\w.]*\bCultureInfo\.\w+,)?$")]
    private static partial Regex Call();

    // A method of the same file that takes the parts of a text.
    [GeneratedRegex(@"\b(\w+)\((?:FormattableString|\w+InterpolatedStringHandler) ")]
    private static partial Regex Taker();

    [GeneratedRegex("""
        //[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])+'
        |\$*(?<raw>(?<quotes>"{3,}).*?\k<quotes>(?!"))|\$?@\$?"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"
        """, RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Literal();
}
