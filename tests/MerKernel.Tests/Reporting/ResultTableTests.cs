using System.Collections.Immutable;
using System.Text.Json;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using MerKernel.Tests.Evaluation;

namespace MerKernel.Tests.Reporting;

/// <summary>Every score of a row, and a row over several seeds.</summary>
public class ResultTableTests
{
    static readonly ImmutableArray<ResultRow> Sample = SampleTables.Scoring.Rows(Tables.Numbered(3));

    // Labels 0 0 1 | 0 2. By seed, final epoch: 'full' gets 3, 4 and 5 of 5 right, so accuracies 0.6, 0.8, 1.0.
    static readonly ImmutableArray<ResultRow> Seeds = new Scoring
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
    }.Rows(Tables.Numbered(3));

    static RunResult Run(string hash, string first, string second) =>
        new(hash, [Folds.Of("s1", "001", first), Folds.Of("s2", "02", second)]);

    [Fact]
    public void Every_score_of_a_row_is_the_one_worked_by_hand()
    {
        // All five said to be class 0: labels 0 0 1 | 0 2. F1 of class 0: 6/8; weighted 3/5 of it. Subject s1: F1 4/5
        // and 0, s2: 2/3 and 0.
        var score = Sample.Single(r => r is { Label: "Vertical attention (Y)", Protocol: FinalEpoch }).Score!;
        Assert.Equal([0.6, 0.25, 1.0 / 3, 0.45, (0.4 + 1.0 / 3) / 2, 0],
            new[] { score.Accuracy, score.UF1, score.Uar, score.WeightedF1, score.MeanFoldF1, score.Kappa }
                .Select(v => Math.Round(v, 12)),
            Near);
        Assert.Equal([(3, 0.6, 1.0, 0.75), (1, 0, 0, 0), (1, 0, 0, 0)],
            score.PerClass.Select(c => (c.Support, c.Precision, c.Recall, c.F1)));
    }

    static bool Near(double a, double b) => Math.Abs(a - b) < 1e-11;

    [Fact]
    public void Where_the_epoch_is_chosen_on_the_test_subject_everything_is_right()
    {
        var score = Sample.Single(r => r is { Label: "Vertical attention (Y)", Protocol: BestTestEpoch }).Score!;
        Assert.Equal((1, 1, 1, 1, 1, 1),
            (score.Accuracy, score.UF1, score.Uar, score.WeightedF1, score.MeanFoldF1, score.Kappa));
    }

    [Fact]
    public void All_metrics_have_each_row_and_explain_each_score_once()
    {
        var page = ResultTable.ToMarkdown(Sample, allMetrics: true);
        Assert.Contains("| Vertical attention (Y) | final epoch | 7 | 60.0 | 0.250 | 0.333 | 0.450 | 0.367 | 0.000 |",
            page);
        Assert.Contains("| Vertical attention (Y) | final epoch | 7 | 0.60 / 1.00 | 0.00 / 0.00 | 0.00 / 0.00 |", page);
        Assert.All(MetricGuide.Scores, s => Assert.Equal(2, page.Split($"| {s.Name} | {s.Meaning} |").Length));
    }

    [Fact]
    public void Json_gives_all_of_it_on_request_and_the_confusion_matrix()
    {
        using var json = JsonDocument.Parse(JsonTables.Render(Sample, allMetrics: true));
        var measured = json.RootElement.EnumerateArray()
            .First(r => r.GetProperty("row").GetString() == "Vertical attention (Y)").GetProperty("measured");
        Assert.Equal(["accuracy", "uf1", "uar", "weightedF1", "meanFoldF1", "kappa", "classes", "confusion"],
            measured.EnumerateObject().Select(p => p.Name));
        Assert.Equal([[3, 0, 0], [1, 0, 0], [1, 0, 0]], measured.GetProperty("confusion").EnumerateArray()
            .Select(r => r.EnumerateArray().Select(c => c.GetInt32()).ToArray()));
    }

    [Fact]
    public void Flat_figures_have_a_line_for_each_row_protocol_and_seed()
    {
        var lines = ResultTable.Flat(Seeds).ToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1 + Seeds.Length, lines.Length);
        // Seed 4 gets 3 of 5 right; resamples of two subjects have 2/3, 1/2 or all 3 of 5.
        Assert.Contains(lines, l => l.StartsWith(
            "3,casme2,synthetic,small,Vertical attention (Y),final,4,a,5,2,94.35,0.9402,60,50,66.666667,",
            StringComparison.Ordinal));
    }

    [Fact]
    public void Mean_and_deviation_are_taken_between_seeds() =>
        // Deviations -0.2, 0, 0.2: sqrt(0.08 / 2) = 0.2.
        Assert.Equal((0.8, 0.2), Figures.Spread([0.6, 0.8, 1.0]) is var (mean, deviation)
            ? (Math.Round(mean, 12), Math.Round(deviation, 12)) : default);

    [Fact]
    public void Markdown_shows_mean_deviation_and_hull_and_names_the_seeds_of_each_row()
    {
        var page = ResultTable.ToMarkdown([.. Seeds.Select(r => r with { Synthetic = false, IsComparable = true })]);
        // Seed 4: subjects 2/3 and 1/2 right; seed 6: all right.
        Assert.Contains("| Vertical attention (Y) | 94.35 | 0.9402 | 80.0 ± 20.0 [50–100] Δ −14.4 paper inside |",
            page);
        Assert.Contains("| 4, 5, 6 |", page);
        Assert.Contains("5 clips of 2 subjects, seeds 4, 5, 6", page);
        Assert.Contains("standard deviation between seeds", page);
        // Run with one of the seeds only: its own figures, and that seed.
        Assert.Contains("| Horizontal attention (X) | 84.68 | 0.8234 | 20.0 [0–33]", page);
        foreach (var table in page.Split("\n\n").Where(block => block.StartsWith('|')))
            Assert.Single(table.Trim().Split('\n').Select(l => l.Count(c => c == '|')).Distinct());
    }

    [Fact]
    public void Json_has_a_row_with_means_deviations_and_every_seed()
    {
        using var json = JsonDocument.Parse(JsonTables.Render(Seeds));
        var rows = json.RootElement.EnumerateArray().ToList();
        var row = rows.Single(r => r.GetProperty("row").GetString() == "Vertical attention (Y)"
            && r.GetProperty("protocol").GetString() == "final");
        Assert.Equal(80, row.GetProperty("measured").GetProperty("accuracy").GetDouble(), 9);
        Assert.Equal(20, row.GetProperty("deviation").GetProperty("accuracy").GetDouble(), 9);
        Assert.Equal([("a", 60.0), ("b", 80.0), ("c", 100.0)], row.GetProperty("seeds").EnumerateArray()
            .Select(s => (s.GetProperty("experiment").GetString()!,
                Math.Round(s.GetProperty("measured").GetProperty("accuracy").GetDouble(), 9))));
        // Run with one seed: the row of a single run. Rules know no seed and appear once.
        Assert.Equal(5, rows.Single(r => r.GetProperty("row").GetString() == "Horizontal attention (X)"
            && r.GetProperty("protocol").GetString() == "final").GetProperty("seed").GetInt32());
        Assert.Single(rows, r => r.GetProperty("row").GetString() == "majority class");
    }

    [Fact]
    public void The_average_over_the_seeds_is_of_none_of_them()
    {
        var table = Tables.Numbered(3);
        var rows = new Scoring
        {
            Datasets = [SampleTables.CasmeII], Profile = "small", Seeds = [4, 5], OwnSeeds = (_, _) => [4],
            Runs = (method, _, _) => method is SeedAverage ? Run("mean", "001", "02") : null,
        }.Rows(table with { Rows = [.. table.Rows, new Row("averaged", new SeedAverage(Tables.Full))] });
        Assert.Matches(@"\n\| averaged \|.*\| 5 \| all \|\n", ResultTable.ToMarkdown(rows).Replace("*", ""));
        using var json = JsonDocument.Parse(JsonTables.Render(rows));
        var row = json.RootElement.EnumerateArray().First(r => r.GetProperty("row").GetString() == "averaged");
        Assert.Equal(JsonValueKind.Null, row.GetProperty("seed").ValueKind);
        Assert.Equal(100, row.GetProperty("measured").GetProperty("accuracy").GetDouble(), 9);
    }

    [Fact]
    public void A_difference_that_the_data_support_is_named_in_table_conclusion_and_summary()
    {
        // Eight subjects: the full network has every clip right, the one without units none. Of 2^8 exchanges two are
        // as extreme, and over the five rows of Table 7, four of them rules, 5 * 2 / 256 = .039.
        ImmutableArray<string> subjects = [.. Enumerable.Range(1, 8).Select(s => $"s{s}")];
        var rows = new Scoring
        {
            Datasets = [SampleTables.CasmeII with
            {
                Clips = [.. from s in subjects from c in (int[])[0, 1] select new LabelledClip($"{s}/{c}", s, c, [])]
            }],
            Profile = "small", Seeds = [4, 5],
            Runs = (method, _, seed) => method.Key is "full" or "no-au" && method is not SeedAverage
                ? new RunResult(method.Key + seed, [.. subjects.Select(s =>
                    Folds.Of(s, "01", method.Key == "full" ? "01" : "12"))]) : null,
        }.Rows(Tables.Numbered(7));
        Assert.Matches(@"Differences the data support: .*Without AU embedding \(−1\.000, p = \.039\)",
            Assert.Single(ResultTable.Of(rows)).Differences);
        Assert.Matches(@"\n\| Without AU embedding \|.*\| −1\.000 p = \.039 supported \|",
            ResultTable.ToMarkdown(rows).Replace("*", ""));
        Assert.Contains("difference from the full network for Without AU embedding (−1.000 UF1) " +
            "(all seeds' decisions pooled, permutation test by subject, Holm's correction).",
            string.Join(" ", Conclusions.Of(rows, DatasetId.CasmeII, EpochProtocol.Default)));
        Assert.Contains("the data support 1: Table 7, Without AU embedding, CASME II",
            string.Join(" ", Summary.Of(rows)));
    }
}
