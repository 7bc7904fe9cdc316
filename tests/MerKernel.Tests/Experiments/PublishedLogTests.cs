using MerKernel.Experiments;

namespace MerKernel.Tests.Experiments;

public class PublishedLogTests
{
    [Fact]
    public void The_published_rule_gives_229_of_248()
    {
        Assert.Equal(248, PublishedLog.Clips);
        Assert.Equal(229, PublishedLog.CorrectAtBestTestEpoch);
        Assert.Equal(92.3, 100.0 * PublishedLog.CorrectAtBestTestEpoch / PublishedLog.Clips, 0.05);
    }

    [Fact]
    public void The_log_holds_26_folds_of_which_10_never_reached_a_hundred_percent()
    {
        Assert.Equal(26, PublishedLog.CasmeII.Length);
        var full = PublishedLog.CasmeII.Where(f => !f.StoppedEarly).ToList();
        Assert.Equal((10, 144), (full.Count, full.Sum(f => f.TestClips)));
        Assert.All(full, f => Assert.Equal(99, f.Epochs.Length));
    }

    // The percentages that the reference counted from the same log.
    [Theory]
    [InlineData(25, 65.3)]
    [InlineData(50, 66.7)]
    [InlineData(75, 61.8)]
    [InlineData(99, 59.0)]
    public void A_fixed_epoch_gives_far_less_where_folds_can_be_compared(int epoch, double percent)
    {
        var (correct, clips) = PublishedLog.AtEpoch(PublishedLog.CasmeII.Where(f => !f.StoppedEarly), epoch);
        Assert.Equal(144, clips);
        Assert.Equal(percent, 100.0 * correct / clips, 0.05);
    }

    [Fact]
    public void In_those_folds_the_best_epoch_gives_86_point_8() =>
        Assert.Equal(86.8,
            100.0 * PublishedLog.CasmeII.Where(f => !f.StoppedEarly).Sum(f => f.Best.Accuracy.Correct) / 144, 0.05);

    [Fact]
    public void Accuracy_and_F1_are_scored_at_epochs_of_their_own() =>
        Assert.Contains(PublishedLog.CasmeII, f => f.Best.Accuracy.Epoch != f.Best.F1.Epoch);
}
