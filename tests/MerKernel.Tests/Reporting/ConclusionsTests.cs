using System.Collections.Immutable;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reporting;

namespace MerKernel.Tests.Reporting;

public class ConclusionsTests
{
    static string Sentences(ImmutableArray<TableRow> rows) =>
        string.Join(" ", Conclusions.Of(rows, rows[0].Dataset, EpochProtocol.Default));

    [Fact]
    public void The_lift_of_the_published_rule_is_named_in_points()
    {
        // SampleTables: 3 of 5 right at the final epoch, 5 of 5 with each subject's best epoch.
        var text = Sentences(SampleTables.Builder.Build(PaperTables.Numbered(3)));
        Assert.Contains("60.0 % accuracy (50–67)", text);
        Assert.Contains("lifts the same run to 100.0 %", text);
        Assert.Contains("40.0 points that no new subject would see", text);
    }

    [Fact]
    public void Two_subjects_can_support_no_difference_and_the_sentence_says_so()
    {
        var rows = SampleTables.Builder.Build(PaperTables.Numbered(7));
        var compared = rows.Count(r => r.HolmP is not null);
        // Two exchanges of two subjects look as extreme as the data: 2 of 4, times the rows compared.
        Assert.Contains($"With 2 subjects and {compared} rows compared the test cannot support any difference: the smallest p-value it can give is {compared * 0.5:0.000}.", Sentences(rows));
    }

    [Fact]
    public void A_table_that_was_not_run_concludes_nothing() =>
        Assert.Empty(Conclusions.Of([.. SampleTables.Builder.Build(PaperTables.Numbered(3)).Select(r => r with { Measured = null })], SampleTables.CasmeII.Dataset, EpochProtocol.Default));
}
