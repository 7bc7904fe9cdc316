using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reporting;

namespace MerKernel.Tests.Experiments;

public class PaperAuditTests
{
    static AccuracyFinding Finding(DatasetId dataset, decimal accuracy) => PaperAudit.Accuracies(dataset).Single(f => f.Accuracy == accuracy);

    [Fact]
    public void The_two_known_contradictions_are_found_and_no_other()
    {
        var found = PaperAudit.Contradictions();
        Assert.Equal(
            [("full", DatasetId.CasmeII, "F1", 0.9402m, 0.9112m), ("full", DatasetId.Samm, "accuracy", 86.73m, 86.76m)],
            found.Select(c => (c.Variant, c.Dataset, c.Quantity, c.Values[0].Value, c.Values[1].Value)));
        Assert.Equal("Table 7", found[0].Values[1].Where);
        Assert.Equal("abstract", found[1].Values[1].Where);
    }

    [Fact]
    public void Accuracies_that_fit_another_size_than_the_rest_are_told_apart()
    {
        Assert.Equal([249], Finding(DatasetId.CasmeII, 81.12m).Matches.Select(m => m.Total).Where(n => n is 248 or 249));
        Assert.Contains(new GrimMatch(226, 248, GrimRounding.Cut), Finding(DatasetId.CasmeII, 91.12m).Matches);
        Assert.DoesNotContain(Finding(DatasetId.Samm, 86.73m).Matches, m => m.Total is 133 or 136);
        Assert.Contains(new GrimMatch(118, 136, GrimRounding.Rounded), Finding(DatasetId.Samm, 86.76m).Matches);
    }

    [Fact]
    public void An_F1_has_no_bounds_where_its_accuracy_is_no_share_of_the_size()
    {
        var full = PaperAudit.F1Scores(DatasetId.Samm).Single(f => f.Printed.Accuracy == 86.73m);
        Assert.Equal((null, null), (full.Correct, full.Possible));
    }

    [Fact]
    public void Bounds_widen_over_every_class_balance_that_fits()
    {
        // 109 of 133 at one of the balances that fit: the audit's range must hold its bounds.
        var row = PaperAudit.F1Scores(DatasetId.Samm).Single(f => f.Printed.Accuracy == 81.95m);
        var one = F1Bounds.OfUF1([26, 55, 12, 14, 26], 109);
        Assert.Equal(new GrimMatch(109, 133, GrimRounding.Rounded), row.Correct);
        Assert.True(row.Range!.Low <= one.Low && one.High <= row.Range.High);
        Assert.True(row.Possible);
    }

    [Fact]
    public void The_report_shows_the_published_rule_beside_fixed_epochs()
    {
        var report = AuditReport.Log();
        Assert.Contains("| 248 | 229 | 92.3 % |", report);
        Assert.Contains("| 144 | 125 | 86.8 % |", report);
        Assert.Contains("| epoch 99, the same 10 folds | 144 | 85 | 59.0 % |", report);
    }
}
