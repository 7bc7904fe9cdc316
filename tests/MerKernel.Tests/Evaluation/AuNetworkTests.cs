using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

public class AuNetworkTests
{
    // Class 1 exactly where one of units 1 and 12 is active without the other: no linear rule can tell.
    static readonly LabelledClip[] ExclusiveOr = [.. Enumerable.Range(0, 40).Select(i => (i % 4) switch
    {
        0 => new LabelledClip($"s/{i}", "s", 0, []),
        1 => new LabelledClip($"s/{i}", "s", 1, [1]),
        2 => new LabelledClip($"s/{i}", "s", 1, [12]),
        _ => new LabelledClip($"s/{i}", "s", 0, [1, 12]),
    })];

    [Fact]
    public void It_learns_what_no_linear_rule_can()
    {
        var rule = AuNetwork.Fit(ExclusiveOr, classes: 2);
        Assert.All(ExclusiveOr, c => Assert.Equal(c.Label, rule(c)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_rule()
    {
        LabelledClip[] noise = [.. Enumerable.Range(0, 30).Select(i => new LabelledClip($"s/{i}", "s", i * 7 % 3, [1 + i % 2, 4 + i % 3]))];
        Assert.Equal(noise.Select(AuNetwork.Fit(noise, 3, seed: 5)), noise.Select(AuNetwork.Fit(noise, 3, seed: 5)));
    }

    [Fact]
    public void Where_units_say_nothing_it_guesses_the_commoner_class()
    {
        LabelledClip[] clips = [.. Enumerable.Range(0, 30).Select(i => new LabelledClip($"s/{i}", "s", i % 3 == 0 ? 1 : 2, [4]))];
        Assert.Equal(2, AuNetwork.Fit(clips, 3)(clips[0]));
    }

    [Fact]
    public void Units_that_training_never_saw_do_not_disturb_it() =>
        Assert.Equal(AuNetwork.Fit(ExclusiveOr, 2)(ExclusiveOr[1]), AuNetwork.Fit(ExclusiveOr, 2)(ExclusiveOr[1] with { ActionUnits = [1, 45] }));
}
