using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reporting;

namespace MerKernel.Tests.Reporting;

public class TableBuilderTests
{
    static TableRow[] Rows(int table, string row) => [.. SampleTables.Builder.Build(PaperTables.Numbered(table)).Where(r => r.Row == row)];

    [Fact]
    public void Both_protocols_of_one_run_stand_side_by_side()
    {
        var rows = Rows(3, "Vertical attention (Y)");
        Assert.Equal([new FinalEpoch(), new BestTestEpoch()], rows.Select(r => r.Protocol!));
        Assert.Equal([0.6, 1.0], rows.Select(r => r.Measured!.Accuracy));
        Assert.All(rows, r => Assert.Equal("abc123", r.Experiment));
    }

    [Fact]
    public void Scores_are_those_of_the_pooled_folds()
    {
        // Final epoch: all five said to be class 0, of which three are: F1 2*3/(3+5), 0, 0; recalls 1, 0, 0.
        var measured = Rows(3, "Vertical attention (Y)")[0].Measured!;
        Assert.Equal(0.25, measured.UF1, 12);
        Assert.Equal(1.0 / 3, measured.Uar, 12);
        // Two subjects, 2/3 and 1/2 right: a resample has one of them twice, or both.
        Assert.Equal(new Interval(0.5, 2.0 / 3), measured.AccuracyInterval);
    }

    [Fact]
    public void A_row_names_its_paper_figure_clips_folds_seed_and_data()
    {
        var row = Rows(3, "Vertical attention (Y)")[0];
        Assert.Equal((new PaperFigure(94.35m, 0.9402m), 5, 2, 7, true, "small"), (row.Paper, row.Clips, row.Folds, row.Seed, row.Synthetic, row.Profile));
    }

    [Fact]
    public void What_was_not_run_has_no_scores() =>
        Assert.All(Rows(3, "Horizontal attention (X)"), r => Assert.Equal((null, 0, 0), (r.Measured, r.Clips, r.Folds)));

    [Fact]
    public void Methods_that_are_published_only_have_one_row_and_no_scores()
    {
        var row = Assert.Single(Rows(1, "MMNet (2022)"));
        Assert.Equal((RowKind.PublishedOnly, 88.35m), (row.Kind, row.Paper!.Accuracy));
        Assert.Null(row.Measured);
    }

    [Fact]
    public void Every_table_carries_the_rows_without_which_it_cannot_be_read() => Assert.All(PaperTables.All, table =>
    {
        var rows = SampleTables.Builder.Build(table);
        Assert.Contains(rows, r => r.Row == "majority class" && r.Measured is not null);
        Assert.Contains(rows, r => r.Row == "action-unit lookup (no image)" && r.Measured is not null);
        Assert.Contains(rows, r => r.Variant == "no-au" && r.Measured is { Accuracy: 0 });
    });

    [Fact]
    public void Table_7_shows_the_network_without_action_units_once() =>
        Assert.Single(SampleTables.Builder.Build(PaperTables.Numbered(7)).Where(r => r.Variant == "no-au").Select(r => r.Row).Distinct());

    [Fact]
    public void Baselines_are_scored_leaving_one_subject_out()
    {
        // Majority: s1 is told 0 (of 0, 2 by label order), s2 is told 0: 2 + 1 of 5. Lookup: s1/0 and s1/1 find s2/0 (0), s1/2 ties 0 and 2 -> 0; s2/0 finds 0, s2/1 ties all -> 0.
        Assert.Equal(0.6, Assert.Single(Rows(3, "majority class")).Measured!.Accuracy, 12);
        Assert.Equal(0.6, Assert.Single(Rows(3, "action-unit lookup (no image)")).Measured!.Accuracy, 12);
    }

    [Fact]
    public void Rows_of_a_data_set_that_is_not_shown_are_left_out() =>
        Assert.Single(SampleTables.Builder.Build(PaperTables.All).Select(r => r.Dataset).Distinct());
}
