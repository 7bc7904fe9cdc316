using System.Text.Json;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using MerKernel.Tests.Evaluation;

namespace MerKernel.Tests.Reporting;

public class ScoringTests
{
    static ResultRow[] Rows(int table, string row) =>
        [.. SampleTables.Scoring.Rows(Tables.Numbered(table)).Where(r => r.Label == row)];

    [Fact]
    public void Both_protocols_of_one_run_stand_side_by_side()
    {
        var rows = Rows(3, "Vertical attention (Y)");
        Assert.Equal([new FinalEpoch(), new BestTestEpoch()], rows.Select(r => r.Protocol!));
        Assert.Equal([0.6, 1.0], rows.Select(r => r.Score!.Accuracy));
        Assert.All(rows, r => Assert.Equal("abc123", r.Experiment));
    }

    [Theory]
    [InlineData(false, 5, true, true), InlineData(true, 5, true, false), InlineData(false, 3, true, false),
        InlineData(false, 5, false, false)]
    public void Only_real_data_in_five_classes_at_the_papers_size_are_held_against_its_figures(bool synthetic,
        int classes, bool size, bool comparable)
    {
        var facts = SampleTables.CasmeII with
        {
            Synthetic = synthetic,
            Classes = classes == 5 ? ClassSet.Five(DatasetId.CasmeII).Classes : SampleTables.CasmeII.Classes,
            LeftOut = 2,
        };
        var rows = new Scoring
        {
            Datasets = [facts], Profile = "paper", IsPaperSize = size, Seeds = [7], Runs = SampleTables.Scoring.Runs,
        }.Rows(Tables.Numbered(3));
        Assert.All(rows, r => Assert.Equal(comparable, r.IsComparable));
        Assert.Contains($"every clip of the {classes} classes but 2, which are left out", ResultTable.ToMarkdown(rows));
    }

    [Fact]
    public void Rules_that_decide_a_clip_many_times_count_it_once()
    {
        var row = SampleTables.Scoring.Rows(Tables.Numbered(3)).First(r => r.Label == "guess by class frequency");
        using var json = JsonDocument.Parse(JsonTables.Render([row], allMetrics: true));
        Assert.Equal([3, 1, 1], json.RootElement[0].GetProperty("measured").GetProperty("classes").EnumerateArray()
            .Select(c => c.GetProperty("clips").GetInt32()));
    }

    [Fact]
    public void Scores_are_those_of_the_pooled_folds()
    {
        // Final epoch: all five said to be class 0, of which three are: F1 2*3/(3+5), 0, 0; recalls 1, 0, 0.
        var measured = Rows(3, "Vertical attention (Y)")[0].Score!;
        Assert.Equal(0.25, measured.UF1, 12);
        Assert.Equal(1.0 / 3, measured.Uar, 12);
        // Two subjects, 2/3 and 1/2 right: a resample has one of them twice, or both.
        Assert.Equal(new Interval(0.5, 2.0 / 3), measured.AccuracyInterval);
    }

    [Fact]
    public void A_row_names_its_paper_figure_clips_folds_seed_and_data()
    {
        var row = Rows(3, "Vertical attention (Y)")[0];
        Assert.Equal((new Printed(94.35m, 0.9402m), 5, 2, 7, true, "small"),
            (row.Paper, row.Score!.Clips, row.Score.Folds, row.Seed, row.Synthetic, row.Profile));
    }

    [Fact]
    public void What_was_not_run_has_no_scores() =>
        Assert.Equal([null, null], Rows(3, "Horizontal attention (X)").Select(r => r.Score));

    [Fact]
    public void Methods_that_are_published_only_have_one_row_and_no_scores()
    {
        var row = Assert.Single(Rows(1, "GEME (2021)"));
        Assert.Equal((RowKind.PublishedOnly, 75.20m), (row.Kind, row.Paper!.Accuracy));
        Assert.Null(row.Score);
    }

    [Fact]
    public void Every_table_carries_the_rows_without_which_it_cannot_be_read() => Assert.All(Tables.All, table =>
    {
        var rows = SampleTables.Scoring.Rows(table);
        Assert.Contains(rows, r => r.Label == "majority class" && r.Score is not null);
        Assert.Contains(rows, r => r.Label == "action-unit lookup (no image)" && r.Score is not null);
        Assert.Contains(rows, r => r.Method == Tables.WithoutActionUnits && r.Score is { Accuracy: 0 });
    });

    [Fact]
    public void Table_7_shows_the_network_without_action_units_once() =>
        Assert.Single(SampleTables.Scoring.Rows(Tables.Numbered(7)).Where(r => r.Method == Tables.WithoutActionUnits)
            .Select(r => r.Label).Distinct());

    [Fact]
    public void Baselines_are_scored_leaving_one_subject_out()
    {
        // Majority: s1 is told 0 (of 0, 2 by label order), s2 is told 0: 2 + 1 of 5. Lookup: s1/0 and s1/1 find s2/0
        // (0), s1/2 ties 0 and 2 -> 0; s2/0 finds 0, s2/1 ties all -> 0.
        Assert.Equal(0.6, Assert.Single(Rows(3, "majority class")).Score!.Accuracy, 12);
        Assert.Equal(0.6, Assert.Single(Rows(3, "action-unit lookup (no image)")).Score!.Accuracy, 12);
    }

    [Fact]
    public void Rows_are_compared_with_the_full_network_on_the_same_clips()
    {
        // Full gets s1's two and s2's one clip of class 0 right by always saying 0; without units nothing is right.
        var row = Rows(3, "full network without action units")[0];
        Assert.Equal(-0.6, row.AgainstFull!.Accuracy, 12);
        Assert.Equal(-0.25, row.AgainstFull.UF1, 12);
        // Three clips only the full network gets right: 2 / 2^3. Two subjects can be exchanged in 4 ways, of which 2
        // are as extreme.
        Assert.Equal(0.25, row.AgainstFull.McNemarP!.Value, 12);
        Assert.Equal(0.5, row.AgainstFull.PermutationP, 0.03);
        Assert.True(row.AgainstFull.HolmP >= row.AgainstFull.PermutationP);
    }

    [Fact]
    public void All_seeds_of_a_row_are_one_comparison()
    {
        // Full has 3 of 5 right with seed 7 and 5 of 5 with seed 8; without units it was run with seed 7, none right.
        var rows = new Scoring
        {
            Datasets = [SampleTables.CasmeII], Profile = "small", Seeds = [7, 8],
            Runs = (method, dataset, seed) => (method.Key, seed) switch
            {
                ("full", 8) => new RunResult("abc124", [Folds.Of("s1", "001", "001"), Folds.Of("s2", "02", "02")]),
                ("no-au", 8) => null,
                _ => SampleTables.Scoring.Runs(method, dataset, seed),
            },
        }.Rows(Tables.Numbered(3)).ToList();
        var network = Assert.Single(rows, r => r.Method == Tables.WithoutActionUnits && r.AgainstFull is not null);
        // With the seed that both have: what another one did to the full network is no difference between the two.
        Assert.Equal((7, -0.6), (network.Seed, Math.Round(network.AgainstFull!.Accuracy, 12)));
        // A rule stands on the page of each seed with one comparison: 3 of 5 right, once for two seeds of the network.
        var rules = rows.Where(r => r.Label == Rule.Majority).Select(r => r.AgainstFull!).ToList();
        Assert.Equal([-0.2, -0.2], rules.Select(c => Math.Round(c.Accuracy, 12)));
        Assert.Same(rules[0], rules[1]);
        // Without units, and four rules.
        Assert.Equal(5, rules[0].Among);
        var text = ResultTable.ToMarkdown([.. rows]);
        Assert.Contains("all seeds' decisions pooled; permutation test by subject, p after Holm over 5 rows", text);
        Assert.Matches(@"\n\| \*full network without action units\* \|.*\| −\.250 p = 1 \| 5 \| 7 \|\n", text);
    }

    [Fact]
    public void The_power_of_a_table_is_that_of_its_own_rows_and_not_of_the_controls()
    {
        // Always 0 has the three clips of class 0 right. The row is wrong on one of them; the control on all three.
        IEnumerable<ResultRow> Table(bool row) => new Scoring
        {
            Datasets = [SampleTables.CasmeII], Profile = "small", Seeds = [7],
            Runs = (method, dataset, seed) => method.Key != "horizontal"
                ? SampleTables.Scoring.Runs(method, dataset, seed)
                : row ? new RunResult("abc125", [Folds.Of("s1", "001", "100"), Folds.Of("s2", "02", "00")]) : null,
        }.Rows(Tables.Numbered(3));
        var power = Table(row: true).First(r => r.Label == "Horizontal attention (X)").Detectable!;
        Assert.Equal(0.2, power.Pair.Discordant, 12);
        // The row, the control and four rules are corrected over.
        Assert.Equal(6, power.Rows);
        Assert.All(Table(row: false), r => Assert.Null(r.Detectable));
    }

    [Fact]
    public void Epochs_chosen_on_the_test_subject_support_no_comparison()
    {
        Assert.Null(Rows(3, "full network without action units")[1].AgainstFull);
        var chosen = new Scoring
        {
            Datasets = [SampleTables.CasmeII], Profile = "small", Seeds = [7], Runs = SampleTables.Scoring.Runs,
            Protocols = [new BestTestEpoch(), new FinalEpoch()],
        };
        Assert.All(chosen.Rows(Tables.All), r => Assert.Null(r.AgainstFull));
    }

    [Fact]
    public void An_average_over_seeds_has_no_validation_subjects_to_choose_an_epoch_by()
    {
        var average = new RunResult("mean", [Folds.Of("s1", "01", "01")]) { HasValidation = false };
        Assert.Equal([true, true, false], new EpochProtocol[] { new FinalEpoch(), new BestTestEpoch(),
            new HeldOutSubjects() }.Select(average.IsScoredBy));
        Assert.True((average with { HasValidation = true }).IsScoredBy(new HeldOutSubjects()));
    }

    [Fact]
    public void Rows_of_a_data_set_that_is_not_shown_are_left_out() =>
        Assert.Single(SampleTables.Scoring.Rows(Tables.All).Select(r => r.Dataset).Distinct());
}
