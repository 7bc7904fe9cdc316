using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Tests.Reporting;

public class RunTableTests
{
    static readonly RunInfo Run = new()
    {
        Hash = "0123456789abcdef", Experiment = new() { Dataset = DatasetId.Samm, DatasetFingerprint = "" },
        Words = new("small", "<b>full</b>"),
        Folds = 3, AllFolds = 8, Clips = 20, Accuracy = 0.5, UF1 = 0.25, BestTestAccuracy = 0.75, BestTestUF1 = 0.5,
        Seconds = 12.4,
    };

    [Fact]
    public void Every_column_is_text_and_a_key_to_sort_by()
    {
        Assert.Equal(["01234567", "SAMM", "small", "<b>full</b>", "1", "3 of 8", "20", "50.0", "0.250", "75.0", "0.500",
            "12 s", "–"],
            RunTable.Columns.Select(c => c.Text(Run)));
        var html = RunTable.Of([Run]).ToString();
        Assert.Contains("onclick=", html);
        Assert.Contains("&lt;b&gt;full&lt;/b&gt;", html);
        Assert.DoesNotContain("<b>full", html);
    }

    [Fact]
    public void A_comparison_escapes_what_comes_from_data_and_says_how_few_subjects_it_has()
    {
        var comparison = new RunComparison(Run, Run, [new("training.epochs", "1", "2")], ["a"], 4,
            [new("a/<i>", 0, 1, 0)], 0.25, new Interval(-0.1, 0.5), 0.1, new Interval(-0.2, 0.3));
        var html = RunComparisonText.ToHtml(comparison, ["joy & awe", "other"]).ToString()!;
        Assert.Contains("a/&lt;i&gt;", html);
        Assert.Contains("joy &amp; awe", html);
        Assert.Contains("accuracy +25.0 points, UF1 +.100. One subject is too few for an interval", html);
        Assert.DoesNotContain("50.0", html);
        Assert.Contains("Clips right only in the second: 1; only in the first: 0.", html);
        var ten = comparison with { Subjects = [.. Enumerable.Range(0, 10).Select(i => $"{i}")] };
        Assert.Contains("accuracy +25.0 points (95 % interval −10.0 to +50.0), UF1 +.100 (−.200 to +.300), by paired " +
            "bootstrap over subjects. The interval of the accuracy holds zero",
            RunComparisonText.ToHtml(ten, ["joy", "other"]).ToString()!);
    }
}
