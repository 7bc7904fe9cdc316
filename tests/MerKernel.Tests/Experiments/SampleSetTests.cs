using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Tests.Evaluation;

namespace MerKernel.Tests.Experiments;

public class SampleSetTests
{
    [Theory]
    [InlineData(DatasetId.CasmeII, "07/EP06_01", false)]
    [InlineData(DatasetId.CasmeII, "07/EP06_02_01", true)]
    [InlineData(DatasetId.CasmeII, "01/EP02_01f", true)]
    [InlineData(DatasetId.Samm, "012/012_3_1", false)]
    [InlineData(DatasetId.Samm, "013/013_1_1", true)]
    public void The_papers_clips_are_scored_and_the_others_not(DatasetId dataset, string clip, bool scored)
    {
        Assert.Equal(scored, SampleSet.Paper.Scores(dataset, clip));
        Assert.True(SampleSet.All.Scores(dataset, clip));
    }

    [Fact]
    public void A_clip_that_is_not_scored_leaves_its_fold_and_a_fold_without_clips_is_gone()
    {
        var left = SampleSet.Paper.Of(DatasetId.CasmeII, [
            Folds.Of("07", "01", "01", "10") with { Clips = ["07/EP06_01", "07/EP01_01"] },
            Folds.Of("08", "0", "0") with { Clips = ["08/EP01_01"] }]);
        Assert.Equal("07/EP01_01", Assert.Single(left[0].Clips));
        Assert.Equal(1, Assert.Single(left[0].Labels));
        Assert.All(left[0].Logits, epoch => Assert.Single(epoch));
        Assert.Equal(2, left.Count);
        Assert.Empty(SampleSet.Paper.Of(DatasetId.Samm, [Folds.Of("012", "0", "0") with { Clips = ["012/012_3_1"] }]));
    }

    [Fact]
    public void What_is_not_known_about_SAMM_is_said() =>
        Assert.Contains("not known", SampleSet.Paper.Note(DatasetId.Samm));

    [Fact]
    public void An_unknown_name_lists_the_sets() =>
        Assert.Contains("--clips paper", Assert.Throws<UserErrorException>(() => SampleSet.Named("248")).Message);
}
