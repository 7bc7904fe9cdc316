using System.Text.Json;

namespace MerKernel.Tests;

/// <summary>What every notebook of the repository keeps to.</summary>
public class NotebookTests
{
    const int LongestCell = 15;

    static readonly string Folder = Path.Combine(RepositoryRoot.Find(), "notebooks");

    static List<string> Notebooks => [.. Directory.GetFiles(Folder, "*.ipynb").Select(f => Path.GetFileName(f)).Order()];

    public static TheoryData<string> Names => [.. Notebooks];

    sealed record Cell(string Kind, string[] Lines, string[] Tags, int Outputs);

    static List<Cell> Cells(string name, out JsonElement notebook)
    {
        notebook = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, name))).RootElement;
        return [.. notebook.GetProperty("cells").EnumerateArray().Select(c => new Cell(
            c.GetProperty("cell_type").GetString()!,
            string.Concat(c.GetProperty("source").EnumerateArray().Select(l => l.GetString())).Split('\n'),
            c.GetProperty("metadata").TryGetProperty("tags", out var tags) ? [.. tags.EnumerateArray().Select(t => t.GetString()!)] : [],
            c.TryGetProperty("outputs", out var outputs) ? outputs.GetArrayLength() : 0))];
    }

    [Fact]
    public void There_is_one_for_each_table_and_what_surrounds_them()
    {
        foreach (var prefix in (string[])["01-table1", "02-table2", "03-table3", "04-table4", "05-table5", "06-table6", "07-table7"])
            Assert.Contains(prefix + ".ipynb", Notebooks);
    }

    [Theory, MemberData(nameof(Names))]
    public void It_names_the_kernel_and_has_one_cell_of_parameters(string name)
    {
        var cells = Cells(name, out var notebook);
        Assert.Equal("csharp-mer", notebook.GetProperty("metadata").GetProperty("kernelspec").GetProperty("name").GetString());
        var parameters = string.Join('\n', Assert.Single(cells, c => c.Tags.Contains("parameters")).Lines);
        foreach (var parameter in (string[])["profile", "data", "protocol", "seeds", "device", "precision"]) Assert.Matches($@"(?m)^\S+ {parameter} = ", parameters);
    }

    [Theory, MemberData(nameof(Names))]
    public void It_is_kept_without_outputs_and_its_cells_are_short(string name)
    {
        foreach (var cell in Cells(name, out _).Where(c => c.Kind == "code"))
        {
            Assert.Equal(0, cell.Outputs);
            Assert.True(cell.Lines.Length <= LongestCell, $"{name} has a cell of {cell.Lines.Length} lines that begins with: {cell.Lines[0]}");
        }
    }

    [Fact]
    public void No_line_of_code_that_says_something_stands_in_two_notebooks()
    {
        // What every notebook opens with, and calls without arguments of their own, are not copies.
        string[] opening = ["#r ", "using ", "var study = ", "study.", "var profile = ", "string? data = ", "var protocol = ", "int[] seeds = ", "var device = ", "string? precision = "];
        var lines = from name in Notebooks
                    from line in Cells(name, out _).Where(c => c.Kind == "code").SelectMany(c => c.Lines).Select(l => l.Trim()).Distinct()
                    where line.Length > 4 && !opening.Any(line.StartsWith) && !System.Text.RegularExpressions.Regex.IsMatch(line, @"^\w+\.\w+\(\);?$") && !line.StartsWith("//")
                    group name by line into copies
                    where copies.Count() > 1
                    select $"{copies.Key}: {string.Join(", ", copies)}";
        Assert.Empty(lines);
    }
}
