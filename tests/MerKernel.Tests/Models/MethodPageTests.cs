using System.Text.RegularExpressions;

namespace MerKernel.Tests.Models;

/// <summary>docs/method.md says for each equation where it is computed; it says so truly.</summary>
public partial class MethodPageTests
{
    static readonly string s_root = Root();

    [Fact]
    public void Every_line_it_names_holds_the_code_it_shows()
    {
        var page = File.ReadAllText(Path.Combine(s_root, "docs", "method.md"));
        var places = Place().Matches(page);
        Assert.True(places.Count >= 12);
        foreach (Match place in places)
        {
            var lines = File.ReadAllLines(Path.Combine(s_root, "docs", place.Groups["path"].Value));
            Assert.Contains(place.Groups["code"].Value, lines[int.Parse(place.Groups["line"].Value) - 1]);
        }
    }

    [Fact]
    public void Every_reference_it_names_stands_in_the_bibliography()
    {
        var known = Entry().Matches(File.ReadAllText(Path.Combine(s_root, "docs", "references.bib")))
            .Select(m => m.Groups[1].Value).ToHashSet();
        var keys = Key().Matches(File.ReadAllText(Path.Combine(s_root, "docs", "method.md")))
            .Select(m => m.Groups[1].Value)
            .Concat(MerKernel.Baselines.Baseline.All
                .SelectMany(b => BareKey().Matches(b.Reference).Select(m => m.Value)));
        Assert.All(keys, key => Assert.Contains(key, known));
        Assert.All(MerKernel.Baselines.Baseline.All, b => Assert.Matches(BareKey(), b.Reference));
    }

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "docs", "method.md")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
        return folder.FullName;
    }

    [GeneratedRegex(@"\]\((?<path>[^)#]+)#L(?<line>\d+)\) `(?<code>[^`]+)`")]
    private static partial Regex Place();

    [GeneratedRegex(@"\[([a-z]+20\d\d)\]")]
    private static partial Regex Key();

    [GeneratedRegex(@"\b[a-z]+20\d\d\b")]
    private static partial Regex BareKey();

    [GeneratedRegex(@"^@\w+\{(\w+),", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
