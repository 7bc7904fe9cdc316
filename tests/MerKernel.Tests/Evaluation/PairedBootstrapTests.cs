using CsCheck;
using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

public class PairedBootstrapTests
{
    static FoldOutcome Fold(string subject, int[] labels, int[] predictions) => new()
    {
        Subject = subject, Clips = [.. labels.Select((_, i) => $"{subject}/{i}")], Labels = [.. labels],
        Predictions = [.. predictions],
    };

    [Fact]
    public void With_two_subjects_the_interval_reaches_from_one_subjects_difference_to_the_others()
    {
        // Subject a: 4 of 4 against 2 of 4; subject b: 1 of 4 against 2 of 4. Draws are aa, ab, ba, bb, each a quarter
        // of the time.
        FoldOutcome[] first = [Fold("a", [0, 0, 1, 1], [0, 0, 1, 1]), Fold("b", [0, 0, 1, 1], [0, 1, 0, 0])];
        FoldOutcome[] second = [Fold("b", [0, 0, 1, 1], [0, 0, 0, 0]), Fold("a", [0, 0, 1, 1], [1, 1, 1, 1])];
        var interval = PairedBootstrap.Of(first, second, 2, Metrics.Accuracy);
        Assert.Equal(-0.25, interval.Low, 12);
        Assert.Equal(0.5, interval.High, 12);
    }

    [Fact]
    public void Exchanging_the_systems_turns_the_interval_round() =>
        Gen.Int[0, 2].Array[5].Array[4].Select(Gen.Int[0, 2].Array[5].Array[4]).Sample((predictionsA, predictionsB) =>
        {
            int[] labels = [0, 1, 2, 0, 1];
            var a = predictionsA.Select((p, s) => Fold($"s{s}", labels, p)).ToList();
            var b = predictionsB.Select((p, s) => Fold($"s{s}", labels, p)).ToList();
            var (ab, ba) = (PairedBootstrap.Of(a, b, 3, Metrics.UF1, resamples: 200),
                PairedBootstrap.Of(b, a, 3, Metrics.UF1, resamples: 200));
            return Math.Abs(ab.Low + ba.High) < 1e-12 && Math.Abs(ab.High + ba.Low) < 1e-12;
        }, iter: 50);

    [Fact]
    public void A_system_does_not_differ_from_itself()
    {
        FoldOutcome[] folds = [Fold("a", [0, 1, 1], [0, 1, 0]), Fold("b", [0, 1], [1, 1])];
        Assert.Equal(new Interval(0, 0), PairedBootstrap.Of(folds, folds, 2, Metrics.UF1));
    }

    [Fact]
    public void Different_subjects_are_refused() =>
        Assert.Throws<ArgumentException>(() =>
            PairedBootstrap.Of([Fold("a", [0], [0])], [Fold("b", [0], [0])], 2, Metrics.UF1));
}
