using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

public class PowerTests
{
    static FoldOutcome Fold(string subject, string right) => new()
    {
        Subject = subject, Clips = [.. right.Select((_, i) => $"{subject}/{i}")], Labels = [.. right.Select(_ => 1)],
        Predictions = [.. right.Select(c => c == '+' ? 1 : 0)],
    };

    [Fact]
    public void Discordant_clips_are_those_that_one_of_two_gets_right()
    {
        // Clip by clip: +1 0 -1 0 | 0 +1: three of six.
        var pair = Discordance.Of([Fold("a", "++--"), Fold("b", "-+")], [Fold("b", "--"), Fold("a", "-++-")]);
        Assert.Equal(0.5, pair.Discordant, 12);
    }

    [Fact]
    public void A_clip_that_several_epochs_decide_on_is_one_clip()
    {
        FoldOutcome[] Over(int epochs, params FoldOutcome[] folds) => [.. folds.Select(f => f with
        {
            Clips = [.. Enumerable.Repeat(f.Clips, epochs).SelectMany(c => c)],
            Labels = [.. Enumerable.Repeat(f.Labels, epochs).SelectMany(c => c)],
            Predictions = [.. Enumerable.Repeat(f.Predictions, epochs).SelectMany(c => c)],
        })];
        FoldOutcome[] first = [Fold("a", "++--"), Fold("b", "-++")], second = [Fold("a", "-++-"), Fold("b", "--+")];
        var once = Discordance.Of(first, second);
        Assert.Equal(once, Discordance.Of(Over(5, first), Over(5, second)));
        // A row of few epochs against one of many.
        Assert.Equal(once, Discordance.Of(Over(2, first), Over(12, second)));
        // Right in one of two epochs, against always and never: half a clip each.
        var half = first[0] with
        {
            Clips = [.. first[0].Clips, .. first[0].Clips],
            Labels = [1, 1, 1, 1, 1, 1, 1, 1],
            Predictions = [1, 1, 0, 0, 0, 0, 1, 1],
        };
        Assert.Equal(0.5, Discordance.Of([half], [Fold("a", "++--")]).Discordant, 12);
    }

    [Fact]
    public void Subjects_that_part_the_same_way_leave_nothing_between_them_and_those_that_part_both_ways_do()
    {
        FoldOutcome[] nothing = [Fold("a", "----"), Fold("b", "----")];
        Assert.Equal(0, Discordance.Of([Fold("a", "+++-"), Fold("b", "-+++")], nothing).Between, 12);
        // Subject a wins all four, b loses all four: mean 0, sums +4 and -4; (16 + 16 - 8) / (32 - 8) = 1.
        Assert.Equal(1,
            Discordance.Of([Fold("a", "++++"), Fold("b", "----")], [Fold("a", "----"), Fold("b", "++++")]).Between, 12);
    }

    [Fact]
    public void With_many_equal_subjects_the_smallest_difference_is_the_normal_ones()
    {
        // (1.96 + 0.84) sqrt(0.2 / 600) = 5.1 points.
        var smallest = Power.SmallestDifference([.. Enumerable.Repeat(10, 60)], new(0.2, 0));
        Assert.InRange(smallest!.Value, 0.051 * 0.88, 0.051 * 1.12);
    }

    [Fact]
    public void Clips_that_are_scored_several_times_part_by_steps_of_less_than_one()
    {
        // Of five seeds: +2/5, -1/5, 0 and +1/5; mean size 1/5, mean square 6/100.
        FoldOutcome Seeds(string subject, params int[] right) => new()
        {
            Subject = subject,
            Clips = [.. right.SelectMany((_, i) => Enumerable.Repeat($"{subject}/{i}", 5))],
            Labels = [.. right.SelectMany(_ => new[] { 1, 1, 1, 1, 1 })],
            Predictions = [.. right.SelectMany(n => Enumerable.Range(0, 5).Select(s => s < n ? 1 : 0))],
        };
        var pair = Discordance.Of([Seeds("a", 4, 2), Seeds("b", 3, 5)], [Seeds("a", 2, 3), Seeds("b", 3, 4)]);
        Assert.Equal((0.2, 0.3), (Math.Round(pair.Discordant, 12), Math.Round(pair.Step, 12)));
        // Mean square 0.2 * 0.3: (1.96 + 0.84) sqrt(0.06 / 600) = 2.8 points.
        var smallest = Power.SmallestDifference([.. Enumerable.Repeat(10, 60)], pair with { Between = 0 });
        Assert.InRange(smallest!.Value, 0.028 * 0.88, 0.028 * 1.12);
    }

    [Fact]
    public void Subjects_that_differ_and_corrections_ask_for_larger_differences()
    {
        int[] clips = [.. Enumerable.Repeat(10, 26)];
        var plain = Power.SmallestDifference(clips, new(0.2, 0))!.Value;
        Assert.True(Power.SmallestDifference(clips, new(0.2, 0.08)) > plain);
        Assert.True(Power.SmallestDifference(clips, new(0.2, 0), comparisons: 8) > plain);
    }

    [Fact]
    public void Five_subjects_can_show_nothing_because_their_smallest_p_is_above_the_level() =>
        Assert.Null(Power.SmallestDifference([10, 10, 10, 10, 10], new(0.5, 0)));

    [Fact]
    public void Without_a_difference_the_test_finds_one_as_often_as_its_level_says()
    {
        int[] clips = [.. Enumerable.Repeat(8, 20)];
        // 400 data sets: 0.05 with a standard error of 0.011.
        Assert.InRange(Power.Found(clips, new(0.3, 0), 0), 0.01, 0.09);
    }
}
