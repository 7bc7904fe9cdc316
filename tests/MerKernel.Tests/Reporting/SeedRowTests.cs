using System.Text.Json;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using MerKernel.Tests.Evaluation;
using Spectre.Console;
using TableRow = MerKernel.Reports.TableRow;

namespace MerKernel.Tests.Reporting;

public class SeedRowTests
{
    // Labels 0 0 1 | 0 2. By seed, final epoch: 'full' gets 3, 4 and 5 of 5 right, so accuracies 0.6, 0.8, 1.0.
    static readonly IReadOnlyList<TableRow> Rows = new TableBuilder
    {
        Datasets = [SampleTables.CasmeII], Profile = "small", Seeds = [4, 5, 6],
        Runs = (method, _, seed) => (method.Key, seed) switch
        {
            ("full", 4) => Run("a", "000", "00"),
            ("full", 5) => Run("b", "001", "00"),
            ("full", 6) => Run("c", "001", "02"),
            ("horizontal", 5) => Run("d", "111", "11"),
            _ => null,
        },
    }.Build(Tables.Numbered(3));

    static MeasuredRun Run(string hash, string first, string second) => new(hash, [Folds.Of("s1", "001", first), Folds.Of("s2", "02", second)]);

    static SeedRow Full => SeedRow.Of(Rows).Single(r => r.Row is { Method.Key: "full", Protocol: FinalEpoch });

    [Fact]
    public void Mean_and_deviation_are_taken_between_seeds()
    {
        // Deviations -0.2, 0, 0.2: sqrt(0.08 / 2) = 0.2.
        Assert.Equal((0.8, 3), (Math.Round(Full.Accuracy.Mean, 12), Full.Accuracy.Seeds));
        Assert.Equal(0.2, Full.Accuracy.Deviation!.Value, 12);
        Assert.Equal([4, 5, 6], Full.Seeds.Select(r => r.Seed));
        Assert.Equal(["a", "b", "c"], Full.Seeds.Select(r => r.Experiment));
    }

    [Fact]
    public void The_hull_reaches_over_the_intervals_of_all_seeds() =>
        // Seed 4: subjects 2/3 and 1/2 right; seed 6: all right.
        Assert.Equal(new Interval(0.5, 1), Full.Hull(m => m.AccuracyInterval));

    [Fact]
    public void A_single_seed_has_no_deviation() => Assert.Null(SeedSummary.Of([0.4]).Deviation);

    [Fact]
    public void Markdown_shows_mean_and_deviation_and_names_the_seeds_of_each_row()
    {
        var page = MarkdownTables.Render(Rows);
        Assert.Contains("| Vertical attention (Y) | 94.35 | 0.9402 | 80.0 ± 20.0 [50–100] Δ −14.4 |", page);
        Assert.Contains("| 4, 5, 6 |", page);
        Assert.Contains("5 clips of 2 subjects, seeds 4, 5, 6", page);
        Assert.Contains("standard deviation between seeds", page);
        // Run with one of the seeds only: its own figures, and that seed.
        Assert.Contains("| Horizontal attention (X) | 84.68 | 0.8234 | 20.0 [0–33]", page);
        foreach (var table in page.Split("\n\n").Where(block => block.StartsWith('|')))
            Assert.Single(table.Trim().Split('\n').Select(l => l.Count(c => c == '|')).Distinct());
    }

    [Fact]
    public void The_terminal_shows_them_too()
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 150;
        TerminalTables.Write(console, Rows);
        Assert.Contains("± 20.0", text.ToString());
        Assert.Contains("seeds 4, 5, 6", text.ToString());
    }

    [Fact]
    public void Json_has_a_row_with_means_deviations_and_every_seed()
    {
        using var json = JsonDocument.Parse(JsonTables.Render(Rows));
        var rows = json.RootElement.EnumerateArray().ToList();
        var row = rows.Single(r => r.GetProperty("row").GetString() == "Vertical attention (Y)" && r.GetProperty("protocol").GetString() == "final");
        Assert.Equal(80, row.GetProperty("measured").GetProperty("accuracy").GetDouble(), 9);
        Assert.Equal(20, row.GetProperty("deviation").GetProperty("accuracy").GetDouble(), 9);
        Assert.Equal([("a", 60.0), ("b", 80.0), ("c", 100.0)], row.GetProperty("seeds").EnumerateArray()
            .Select(s => (s.GetProperty("experiment").GetString()!, Math.Round(s.GetProperty("measured").GetProperty("accuracy").GetDouble(), 9))));
        // Run with one seed: the row of a single run. Baselines know no seed and stand once.
        Assert.Equal(5, rows.Single(r => r.GetProperty("row").GetString() == "Horizontal attention (X)" && r.GetProperty("protocol").GetString() == "final").GetProperty("seed").GetInt32());
        Assert.Single(rows, r => r.GetProperty("row").GetString() == "majority class");
    }

    [Fact]
    public void A_difference_counts_as_supported_only_if_every_seed_supports_it()
    {
        // Mean over seeds of 'majority class' minus 'full' of the same seed; the largest p decides.
        var page = TablePage.Of(Rows).Single(p => p.Dataset == DatasetId.CasmeII);
        Assert.Contains("Differences the data support: none", page.Differences);
    }
}
