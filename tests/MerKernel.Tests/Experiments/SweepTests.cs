using CsCheck;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Tests.Experiments;

public class SweepTests
{
    static readonly Experiment Start = new() { Dataset = DatasetId.Samm, DatasetFingerprint = "abc" };

    static Sweep Of(int epochs, int seeds) => new Sweep(Start)
        .Over("epochs", [.. Enumerable.Range(1, epochs)],
            (e, n) => e with { Training = e.Training with { Epochs = n } })
        .Over("seed", [.. Enumerable.Range(1, seeds)], (e, n) => e with { Seed = n });

    [Fact]
    public void A_grid_has_every_combination_with_the_last_axis_fastest()
    {
        Assert.Equal([(1, 1), (1, 2), (2, 1), (2, 2)],
            Of(2, 2).Grid().Select(p => (p.Experiment.Training.Epochs, p.Experiment.Seed)));
        Assert.Equal([("epochs", 1), ("seed", 0)], Of(2, 2).Grid()[2].Settings.ToArray());
        Assert.Equal(["1", "2"], Of(2, 2).Axes[1].Values.ToArray());
    }

    [Fact]
    public void Values_that_give_the_same_experiment_stand_once() =>
        Assert.Single(new Sweep(Start).Over("seed", [1, 2, 3], (e, _) => e).Grid());

    [Fact]
    public void A_random_sample_is_part_of_the_grid_without_repeats_and_the_same_each_time() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Int[0, 30], Gen.Int).Sample((a, b, count, seed) =>
        {
            var (sweep, grid) = (Of(a, b), Of(a, b).Grid().Select(p => p.Experiment).ToHashSet());
            var drawn = sweep.Random(count, seed).Select(p => p.Experiment).ToList();
            Assert.Equal(Math.Min(count, grid.Count), drawn.Count);
            Assert.Equal(drawn.Count, drawn.Distinct().Count());
            Assert.All(drawn, e => Assert.Contains(e, grid));
            Assert.Equal(drawn, Of(a, b).Random(count, seed).Select(p => p.Experiment));
        });

    [Fact]
    public void An_axis_without_values_or_named_twice_is_refused()
    {
        Assert.Contains("no values", Assert.Throws<UserErrorException>(() =>
            new Sweep(Start).Over("seed", Array.Empty<int>(), (e, _) => e)).Message);
        Assert.Contains("twice",
            Assert.Throws<UserErrorException>(() => Of(1, 1).Over("seed", [1], (e, _) => e)).Message);
    }

    [Fact]
    public void The_larger_effect_comes_first_and_a_value_with_one_run_is_not_told_apart() =>
        Assert.Equal([
            "The mean accuracy by size: 30.0 % at s (2 runs), 60.0 % at l (3 runs).",
            "The mean accuracy by decay: 47.5 % at 0 (2 runs), 48.3 % at 1 (3 runs).",
            "Not told apart from the others: rate. A value with a single run has that run's other options too; more " +
                "runs, or a sweep over that option and no other, would tell."],
            SweepResult.Effects([
                ("decay", [("0", [.25, .7]), ("1", [.35, .5, .6])]),
                ("rate", [("1e-3", [.25]), ("1e-2", [.35, .5, .6, .7]), ("1e-1", [])]),
                ("size", [("s", [.25, .35]), ("l", [.5, .6, .7])]),
                ("constant", [("1", [.25, .35, .5, .6, .7]), ("2", [])])]));

    [Fact]
    public void With_one_option_there_is_nothing_else_to_tell_it_from() =>
        Assert.Equal(["The mean accuracy by rate: 25.0 % at 1e-3 (1 run), 35.0 % at 1e-2 (1 run)."],
            SweepResult.Effects([("rate", [("1e-3", [.25]), ("1e-2", [.35])]), ("constant", [("1", [.25, .35])])]));
}
