using System.Text.Json;
using System.Text.RegularExpressions;
using MerKernel.Experiments;

namespace MerKernel.Tests;

/// <summary>
/// What every notebook of the repository keeps to. That its cells run is seen by running them: tests/pages and
/// tests/jupyter/changed_parameters.py.
/// </summary>
public partial class NotebookTests
{
    static readonly string Folder = Path.Combine(RepositoryRoot.Find(), "notebooks");

    static List<string> Notebooks =>
        [.. Directory.GetFiles(Folder, "*.ipynb").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Names => [.. Notebooks];

    public static TheoryData<string> TableNames => [.. Notebooks.Where(n => n.Contains("-table"))];

    sealed record Cell(string Kind, string Source, string[] Tags, int Outputs);

    static List<Cell> Cells(string name, out JsonElement notebook)
    {
        notebook = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, name))).RootElement;
        return [.. notebook.GetProperty("cells").EnumerateArray().Select(c => new Cell(
            c.GetProperty("cell_type").GetString()!,
            string.Concat(c.GetProperty("source").EnumerateArray().Select(l => l.GetString())),
            c.GetProperty("metadata").TryGetProperty("tags", out var tags)
                ? [.. tags.EnumerateArray().Select(t => t.GetString()!)] : [],
            c.TryGetProperty("outputs", out var outputs) ? outputs.GetArrayLength() : 0))];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void None_links_to_a_folder_above_it(string name) =>
        // Its pages and its published copy lie elsewhere.
        Assert.DoesNotContain(Cells(name, out _), c => c.Kind == "markdown" && c.Source.Contains("](../"));

    [Fact]
    public void They_lead_from_the_data_to_every_table_and_beyond()
    {
        foreach (var name in (string[])["00-data", "01-network", "02-one-fold", "03-loso", "11-table1", "12-table2",
            "13-table3", "14-table4", "15-table5", "16-table6", "17-table7",
            "21-audit", "22-attention", "23-sweep", "24-your-method", "25-truth", "26-composite",
            "27-stream-scale"])
            Assert.Contains(name + ".ipynb", Notebooks);
    }

    [Theory, MemberData(nameof(Names))]
    public void It_names_the_kernel_has_one_cell_of_parameters_and_no_outputs(string name)
    {
        var cells = Cells(name, out var notebook);
        Assert.Equal("csharp-mer",
            notebook.GetProperty("metadata").GetProperty("kernelspec").GetProperty("name").GetString());
        var parameters = Assert.Single(cells, c => c.Tags.Contains("parameters")).Source;
        // .NET Interactive warns of every '?' without it.
        Assert.True(!parameters.Contains('?') || parameters.StartsWith("#nullable enable annotations\n"), name);
        foreach (var parameter in (string[])["profile", "data", "protocol", "seeds", "device", "precision"])
            Assert.Matches($@"(?m)^\S+ {parameter} = ", parameters);
        Assert.All(cells, c => Assert.Equal(0, c.Outputs));
    }

    [Theory, MemberData(nameof(TableNames))]
    public void A_table_has_its_hyperparameters_and_its_rows_in_cells(string name)
    {
        var cells = Cells(name, out _);
        var parameters = cells.Single(c => c.Tags.Contains("parameters")).Source;
        // The rows of Tables 1, 2 and 7 differ by their action units themselves.
        var given = typeof(Profile).GetMethod(nameof(Profile.With))!.GetParameters().Select(p => p.Name)
            .Where(p => p != "actionUnits" || name[..2] is not ("11" or "12" or "17")).ToList();
        // Unchanged it is the profile's, so that what the tables stored is found again.
        Assert.All(given, parameter => Assert.Matches($@"(?m)^\w+\? {parameter} = null;", parameters));
        Assert.Contains(cells, c => c.Kind == "code" && c.Source.Contains($"With({string.Join(", ", given)});"));
        var rows = Assert.Single(cells, c => c.Source.Contains("study.Compare(")).Source;
        Assert.True(Regex.Count(rows, @"(?m)^    \(""") >= 2, rows);
    }

    [Fact]
    public void Most_code_cells_do_more_than_call_one_thing()
    {
        var counts = (from name in Notebooks
                      from cell in Cells(name, out _)
                      where cell.Kind == "code"
                      select Statements(cell.Source)).ToList();
        var several = counts.Count(c => c > 1);
        Assert.True(several >= 0.6 * counts.Count,
            $"{several} of {counts.Count} code cells hold more than one statement");
    }

    [Theory]
    [InlineData("table.Show()", 1)]
    [InlineData("var a = 1;\na", 2)]
    [InlineData("foreach (var i in b)\n{\n    f(i);\n    g(i);\n}", 2)]
    [InlineData("// a; b; c\nusing X; using Y;\n#r \"a;b\"\n$\"{a}; {b}; \"", 1)]
    public void Statements_are_counted(string source, int count) => Assert.Equal(count, Statements(source));

    /// <summary>
    /// Statements of a cell, those inside loops and functions too, and the expression it ends in; usings, directives,
    /// comments and texts do not count.
    /// </summary>
    static int Statements(string source)
    {
        var code = Text().Replace(
            string.Join('\n', source.Split('\n').Where(l => !l.StartsWith('#') && !l.StartsWith("using "))), "\"\"");
        code = Comment().Replace(code, "").TrimEnd();
        return code.Count(c => c == ';') + (code.Length > 0 && code[^1] is not (';' or '}') ? 1 : 0);
    }

    [GeneratedRegex(@"\$?@?""(\\.|[^""\\])*""")]
    private static partial Regex Text();

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comment();
}
