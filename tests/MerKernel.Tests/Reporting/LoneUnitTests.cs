using MerKernel.Evaluation;
using MerKernel.Reports.Datasets;
using TorchSharp;

namespace MerKernel.Tests.Reporting;

public class LoneUnitTests
{
    static LabelledClip Clip(string subject, string name, params int[] units) =>
        new($"{subject}/{name}", subject, 0, [.. units]);

    [Fact]
    public void Units_of_a_single_subject_are_named_with_their_clips()
    {
        var text = CountPage.Lone([Clip("006", "a", 4, 10), Clip("006", "b", 10), Clip("007", "c", 4)]);
        Assert.Contains("One subject by itself shows AU 10 (006/a, 006/b).", text);
        Assert.Equal("", CountPage.Lone([Clip("006", "a", 4), Clip("007", "c", 4)]));
    }

    [Fact]
    public void BatchNorm_multiplies_a_unit_that_training_never_showed_by_up_to_316()
    {
        using var scope = torch.NewDisposeScope();
        var norm = torch.nn.BatchNorm1d(1);
        for (var batch = 0; batch < 450; batch++) norm.call(torch.zeros(16, 1));
        norm.eval();
        Assert.Equal(316, norm.call(torch.ones(1, 1)).item<float>(), 0.5);
    }
}
