using System.Text.Json;
using System.Text.RegularExpressions;

namespace MerKernel.Tests;

/// <summary>
/// The words of everything that a reader sees: pages, the notebooks' Markdown, messages, help and documentation
/// comments. Standard terms replace home-made ones, and habits that stop a native reader stay out.
/// </summary>
public sealed partial class PlainEnglishTests
{
    static readonly string s_root = RepositoryRoot.Find();

    /// <summary>Not to be written, and what to write in its place.</summary>
    static readonly (Regex Word, string Instead)[] s_words =
    [
        .. new (string Pattern, string Instead)[]
        {
            (@"\bbeside\b", "next to"),
            (@"\balone\b", "only, or by itself"),
            (@"\bstands?\b", "is"),
            (@"\b(?:go|goes|going|gone) on\b", "continue, or resume"),
            (@"\blook-alikes?\b", "synthetic data set"),
            (@"\bpeers?\b", "prior system, or baseline"),
            (@"\b(?:held|hold|holds) out\b", "validation subjects"),
            (@"\bset aside\b", "quarantine"),
            (@"\bown rates?\b", "parameter groups"),
            (@"\btoken[- ]linear\b", "linear"),
            (@"\bderived values?\b", "cache"),
            (@"\bsee(?:s|ing)? training\b", "fit statistics"),
        }.Select(w => (new Regex(w.Pattern, RegexOptions.IgnoreCase), w.Instead)),
    ];

    /// <summary>Texts that are part of stored files, whose bytes may not change.</summary>
    static readonly string[] s_kept =
    [
        "SAMM micro-movements: synthetic look-alike made by MerNotebooks, not the real data set",
        "the midpoint of onset and offset stands in",
        "so the coders' apex stands",
    ];

    [Fact]
    public void Pages_use_the_words_of_the_field() => Check(Pages);

    [Fact]
    public void Notebooks_use_the_words_of_the_field() => Check(Notebooks);

    [Fact]
    public void Messages_and_help_use_the_words_of_the_field() => Check(Messages);

    [Fact]
    public void Documentation_comments_use_the_words_of_the_field() => Check(Comments);

    /// <summary>
    /// A noun clause with 'what' hides its noun: 'the stored folds' reads better than 'what is stored'. Questions and
    /// a few clauses remain.
    /// </summary>
    [Theory]
    [InlineData("pages", 5)]
    [InlineData("notebooks", 5)]
    [InlineData("messages", 5)]
    public void Clauses_with_what_stay_few(string surface, int most)
    {
        var lines = (surface switch { "pages" => Pages, "notebooks" => Notebooks, _ => Messages })
            .Where(l => What().IsMatch(l.Text)).ToList();
        Assert.True(lines.Count <= most,
            $"{lines.Count} lines of {surface}, at most {most}; name the thing instead:\n" +
            $"{string.Join('\n', lines.Select(l => $"{l.Where}: {l.Text.Trim()}"))}");
    }

    [Theory]
    [InlineData("The folds are stored beside the run.", "next to")]
    [InlineData("images alone learn", "only")]
    [InlineData("A long run goes on after a kill.", "continue")]
    public void The_words_are_found(string text, string instead) =>
        Assert.Contains(instead, Assert.Single(Faults([("here", text)])));

    static void Check(IEnumerable<(string Where, string Text)> lines)
    {
        var faults = Faults(lines).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    static IEnumerable<string> Faults(IEnumerable<(string Where, string Text)> lines) =>
        from line in lines
        where !s_kept.Any(line.Text.Contains)
        from word in s_words
        where word.Word.IsMatch(line.Text)
        select $"{line.Where}: write '{word.Instead}' for '{word.Word.Match(line.Text).Value}' in: {line.Text.Trim()}";

    /// <summary>Every line of the pages, without code.</summary>
    static IEnumerable<(string Where, string Text)> Pages =>
        from file in (string[])["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "environment.md",
            Path.Combine("data", "README.md"),
            .. Directory.GetFiles(Path.Combine(s_root, "docs"), "*.md").Select(f => Path.GetRelativePath(s_root, f)),
            .. Directory.GetFiles(Path.Combine(s_root, "src"), "README.md", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(s_root, f))]
        from line in Fence().Replace(File.ReadAllText(Path.Combine(s_root, file)), "").Split('\n')
        select (file, Inline().Replace(line, ""));

    static IEnumerable<(string Where, string Text)> Notebooks =>
        from file in Directory.GetFiles(Path.Combine(s_root, "notebooks"), "*.ipynb")
        from cell in JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("cells").EnumerateArray()
        where cell.GetProperty("cell_type").GetString() == "markdown"
        from line in string.Concat(cell.GetProperty("source").EnumerateArray().Select(l => l.GetString())).Split('\n')
        select (Path.GetFileName(file), Inline().Replace(line, ""));

    /// <summary>
    /// Texts of several words in the sources, the list of commands, and everything that the launchers say.
    /// </summary>
    static IEnumerable<(string Where, string Text)> Messages =>
        (from file in Sources
         from line in File.ReadLines(file)
         where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
         from text in Literal().Matches(line)
         where text.Value.Contains(' ')
         select (Path.GetRelativePath(s_root, file), Hole().Replace(text.Value, "")))
        .Concat(from line in File.ReadLines(Path.Combine(s_root, "src", "MerKernel.Cli", "help.txt"))
                select ("help.txt", line))
        .Concat(from launcher in (string[])["mer", "dev"]
                from line in File.ReadLines(Path.Combine(s_root, launcher))
                where line.Contains("say \"", StringComparison.Ordinal)
                select (launcher, line));

    /// <summary>The documentation comments of the sources, without tags and code.</summary>
    static IEnumerable<(string Where, string Text)> Comments =>
        from file in Sources
        from line in File.ReadLines(file)
        where line.TrimStart().StartsWith("///", StringComparison.Ordinal)
        select (Path.GetRelativePath(s_root, file), Tag().Replace(line, ""));

    static IEnumerable<string> Sources =>
        Directory.GetFiles(Path.Combine(s_root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal));

    [GeneratedRegex(@"(?s)```.*?```")]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Inline();

    [GeneratedRegex(@"""(?:[^""\\]|\\.)*""")]
    private static partial Regex Literal();

    /// <summary>A hole of an interpolated text, which is code.</summary>
    [GeneratedRegex(@"\{[^{}""]*\}")]
    private static partial Regex Hole();

    /// <summary>A tag of a documentation comment, with its text where that is code.</summary>
    [GeneratedRegex("<c>.*?</c>|<code>.*?</code>|<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\bwhat\b", RegexOptions.IgnoreCase)]
    private static partial Regex What();
}
