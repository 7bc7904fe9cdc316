using System.Collections.Immutable;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using MerKernel.Tests.Evaluation;

namespace MerKernel.Tests.Reporting;

public class ConclusionsTests
{
    static string Sentences(ImmutableArray<ResultRow> rows) =>
        string.Join(" ", Conclusions.Of(rows, rows[0].Dataset, EpochProtocol.Default));

    [Fact]
    public void The_lift_of_the_published_rule_is_named_in_points()
    {
        // SampleTables: 3 of 5 right at the final epoch, 5 of 5 with each subject's best epoch.
        var text = Sentences(SampleTables.Scoring.Rows(Tables.Numbered(3)));
        Assert.Contains("60.0 % accuracy (50–67)", text);
        Assert.Contains("lifts the same run to 100.0 %", text);
        Assert.Contains("40.0 points that no new subject would see", text);
    }

    [Fact]
    public void Over_several_seeds_the_mean_is_concluded_from_and_averages_over_seeds_are_no_rows()
    {
        RunResult Run(string first, string second) =>
            new(first + second, [Folds.Of("s1", "001", first), Folds.Of("s2", "02", second)]);
        var table = Tables.Numbered(3);
        var rows = new Scoring
        {
            Datasets = [SampleTables.CasmeII], Profile = "small", Seeds = [4, 5, 6], OwnSeeds = (_, _) => [4],
            // 3, 4 and 5 of 5 right with the seeds; the other row 1 of 5 with one of them.
            Runs = (method, _, seed) => (method.Key, seed) switch
            {
                ("full", 4) => Run("000", "00"),
                ("full", 5) => Run("001", "00"),
                ("full", 6) => Run("001", "02"),
                ("horizontal" or "both-directions", 5) => Run("111", "11"),
                ("full/seeds", _) => Run("001", "02"),
                _ => null,
            },
        }.Rows(table with { Rows = [.. table.Rows, new Row("averaged", new SeedAverage(Tables.Full))] });
        var text = Sentences(rows);
        Assert.Contains("80.0 ± 20.0 % accuracy (50–100)", text);
        Assert.Contains("in the mean of the seeds 4, 5, 6", text);
        Assert.Contains("By UF1, the mean of the seeds, supported or not: Vertical attention (Y) > " +
            "Horizontal attention (X) = Both directions (X+Y).", text);
        Assert.DoesNotContain("averaged", text);
    }

    [Fact]
    public void Two_subjects_can_support_no_difference_and_the_sentence_says_so()
    {
        var rows = SampleTables.Scoring.Rows(Tables.Numbered(7));
        var compared = rows.Count(r => r.AgainstFull is not null);
        // Two exchanges of two subjects look as extreme as the data: 2 of 4, times the rows compared, but no
        // probability is above 1.
        Assert.True(compared > 1);
        Assert.Contains($"With 2 subjects and {compared} rows compared the test cannot support any difference: the " +
            "smallest p-value it can give is 1.000.",
            Sentences(rows));
    }

    [Fact]
    public void A_table_that_was_not_run_concludes_nothing() =>
        Assert.Empty(Conclusions.Of(
            [.. SampleTables.Scoring.Rows(Tables.Numbered(3)).Select(r => r with { Score = null })],
            SampleTables.CasmeII.Dataset, EpochProtocol.Default));

    static Comparison Pair(string first, string second, double p, double corrected) =>
        new(first, second, 0.1, 0.1, null, p) { HolmP = corrected };

    [Fact]
    public void The_order_of_systems_names_what_stands_after_the_correction_and_nothing_else()
    {
        // 26 subjects could support any of the three pairs.
        var text = Conclusions.SupportedOrder(
            [Pair("A", "B", 0.3, 0.3), Pair("A", "C", 0.01, 0.03), Pair("B", "C", 0.04, 0.08)], subjects: 26);
        Assert.Contains("The 3 systems make 3 pairs", text);
        Assert.Contains("The order the data support: A above C. On the other 2 pairs they are silent.", text);
        Assert.Contains("None of the differences is supported",
            Conclusions.SupportedOrder([Pair("A", "B", 0.3, 0.3)], subjects: 26));
    }

    [Fact]
    public void Too_few_subjects_support_no_order_and_the_sentence_says_how_many_would()
    {
        // Three pairs of four subjects: 3 * 2 / 2^4 = 0.375; 3 * 2 / 2^n is at most 0.05 from n = 7 (6 / 128) on.
        var text = Conclusions.SupportedOrder(
            [Pair("A", "B", 0.3, 1), Pair("A", "C", 0.03, 0.375), Pair("B", "C", 0.04, 0.375)], subjects: 4);
        Assert.Contains("the smallest p-value a pair can have is 0.375, and it takes 7 subjects", text);
        Assert.Contains("Before the correction 2 pairs are below 0.05; chance gives up to 0.2", text);
    }
}
