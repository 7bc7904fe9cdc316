using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reporting;

namespace MerKernel.Tests.Reporting;

public class SeedRowTests
{
    [Fact]
    public void Mean_and_deviation_are_taken_between_seeds()
    {
        var row = SampleTables.Builder.Build(PaperTables.Numbered(3)).First(r => r is { Variant: "full", Protocol: FinalEpoch });
        TableRow Seed(int seed, double accuracy) => row with { Seed = seed, Measured = row.Measured! with { Accuracy = accuracy } };
        var summary = Assert.Single(SeedRow.Of([Seed(1, 0.5), Seed(2, 0.6), Seed(3, 0.7)]));
        // Deviations -0.1, 0, 0.1: sqrt(0.02 / 2) = 0.1.
        Assert.Equal((0.6, 3), (Math.Round(summary.Accuracy.Mean, 12), summary.Accuracy.Seeds));
        Assert.Equal(0.1, summary.Accuracy.Deviation!.Value, 12);
        Assert.Contains("| 3 | 60.0 ± 10.0 |", SeedRow.ToMarkdown([summary]));
        Assert.Contains("Synthetic look-alikes", SeedRow.ToMarkdown([summary]));
    }

    [Fact]
    public void A_single_seed_has_no_deviation() => Assert.Null(SeedSummary.Of([0.4]).Deviation);
}
