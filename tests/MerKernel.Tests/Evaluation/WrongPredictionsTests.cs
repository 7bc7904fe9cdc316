using System.Collections.Immutable;
using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

/// <summary>Predictions of one's own that cannot be scored: refused instead of scored as something else.</summary>
public class WrongPredictionsTests
{
    static FoldOutcome Fold(string subject, int[] labels, int[] predictions, string[]? clips = null) => new()
    {
        Subject = subject, Clips = [.. clips ?? [.. labels.Select((_, i) => $"{subject}/{i}")]], Labels = [.. labels],
        Predictions = [.. predictions],
    };

    static FoldPrediction Logits(params float[][] rows) => new()
    {
        Subject = "a", Clips = [.. rows.Select((_, i) => $"a/{i}")], Labels = [.. rows.Select(_ => 0)],
        TrainingLoss = [1], Logits = [[.. rows.Select(r => (ImmutableArray<float>)[.. r])]],
    };

    static void Refused(string named, Func<object?> score) =>
        Assert.Contains(named, Assert.ThrowsAny<ArgumentException>(score).Message);

    [Fact]
    public void Folds_that_cannot_be_scored_are_refused()
    {
        Refused("no fold", () => Score.Of([], 2));
        Refused("1 clips and 2 labels", () => Score.Of([Fold("a", [0, 1], [0, 1], ["x"])], 2));
        Refused("0 classes", () => Score.Of([Fold("a", [0], [0])], 0));
        // As two subjects, one person would make the interval narrower than it is.
        Refused("has 2 folds", () => Score.Of([Fold("a", [0], [0]), Fold("a", [1], [1])], 2));
        Refused("label 0 in one system and 1", () => Comparison.Of("x", [Fold("a", [0, 1], [0, 1])], "y",
            [Fold("a", [1, 0], [0, 1])], 2));
    }

    [Fact]
    public void The_order_of_clips_is_no_other_truth() =>
        Assert.Equal(0, Comparison.Of("x", [Fold("a", [0, 1], [0, 0], ["1", "2"])], "y",
            [Fold("a", [1, 0], [0, 0], ["2", "1"])], 2).Accuracy);

    [Fact]
    public void Logits_that_are_no_decision_are_refused()
    {
        Refused("NaN", () => EpochProtocol.Default.Apply([Logits([float.NaN, 5])]));
        Refused("no logits", () => FoldPrediction.Largest([]));
        Refused("no epoch", () => EpochProtocol.Default.Apply([Logits() with { Logits = [] }]));
        Assert.Throws<UserErrorException>(() => new MeanOfLastK(0).Apply([Logits([0, 1])]));
    }

    [Fact]
    public void A_class_that_a_matrix_lacks_is_not_the_count_of_another_cell()
    {
        var matrix = ConfusionMatrix.FromRows([3, 1], [2, 4]);
        Refused("no class 2", () => matrix[0, 2]);
        Refused("no class -1", () => matrix[1, -1]);
        Refused("no class 2", () => matrix.Support(2));
        Refused("no class -1", () => matrix.Predicted(-1));
        Assert.Equal((1, 6, 5), (matrix[0, 1], matrix.Support(1), matrix.Predicted(1)));
    }

    [Fact]
    public void Tests_and_intervals_of_nothing_are_refused()
    {
        var matrix = ConfusionMatrix.FromRows([3, 1], [2, 4]);
        Refused("no subject", () => SubjectBootstrap.Of([], [Metrics.UF1]));
        Refused("0 resamples", () => SubjectBootstrap.Of([matrix], [Metrics.UF1], 0));
        Refused("0 permutations", () => SubjectPermutation.P([matrix], [matrix], Metrics.UF1, 0));
        Refused("2 and 1 classes", () =>
            SubjectPermutation.P([matrix], [ConfusionMatrix.FromRows([3])], Metrics.UF1));
        Refused("-1 clips", () => McNemar.P(-1, 5));
        Refused("NaN is no p-value", () => Holm.Adjust([0.1, double.NaN]));
        Refused("7 is no p-value", () => Holm.Adjust([7]));
        Refused("two values", () => Interval.OfMean([1]));
    }

    [Fact]
    public void A_rule_with_one_subject_has_nobody_to_learn_from()
    {
        LabelledClip[] clips = [new("a/1", "a", 0, []), new("a/2", "a", 1, [])];
        Assert.Contains("two subjects", Assert.Throws<UserErrorException>(() =>
            LosoBaseline.Run(clips, MajorityClass.Fit)).Message);
        Assert.Contains("two subjects", Assert.Throws<UserErrorException>(() =>
            PriorWeightedRandom.Run(clips)).Message);
    }
}
