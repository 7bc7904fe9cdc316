using CsCheck;
using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

public class MetricsTests
{
    // Worked by hand. Rows are true classes:
    //        predicted 0  1  2   support
    // class 0:         5  1  0   6
    // class 1:         2  2  0   4
    // class 2:         1  0  1   2     total 12, correct 8
    // predicted        8  3  1
    static readonly ConfusionMatrix ByHand = ConfusionMatrix.FromRows([5, 1, 0], [2, 2, 0], [1, 0, 1]);

    const double F1Of0 = 10.0 / 14, F1Of1 = 4.0 / 7, F1Of2 = 2.0 / 3;

    [Fact]
    public void Accuracy_is_the_share_of_hits() => Assert.Equal(8.0 / 12, Metrics.Accuracy(ByHand), 12);

    [Fact]
    public void UF1_is_the_plain_mean_of_the_classes_F1() =>
        Assert.Equal((F1Of0 + F1Of1 + F1Of2) / 3, Metrics.UF1(ByHand), 12);

    [Fact]
    public void Weighted_F1_counts_each_class_by_its_clips() =>
        Assert.Equal((6 * F1Of0 + 4 * F1Of1 + 2 * F1Of2) / 12, Metrics.WeightedF1(ByHand), 12);

    [Fact]
    public void UAR_is_the_plain_mean_of_the_recalls() =>
        Assert.Equal((5.0 / 6 + 2.0 / 4 + 1.0 / 2) / 3, Metrics.Uar(ByHand), 12);

    [Fact]
    public void Kappa_takes_off_the_agreement_of_chance()
    {
        var chance = (6 * 8 + 4 * 3 + 2 * 1) / 144.0;
        Assert.Equal((8.0 / 12 - chance) / (1 - chance), Metrics.Kappa(ByHand), 12);
    }

    [Fact]
    public void Precision_and_recall_are_given_for_each_class()
    {
        var scores = Metrics.PerClass(ByHand);
        Assert.Equal(new ClassScore(6, 5.0 / 8, 5.0 / 6, F1Of0), scores[0]);
        Assert.Equal(2.0 / 3, scores[1].Precision, 12);
        Assert.Equal(1.0, scores[2].Precision, 12);
    }

    [Fact]
    public void The_mean_F1_of_folds_differs_from_the_F1_of_the_pooled_folds()
    {
        // One subject entirely right with one class, one entirely wrong: folds average to one half.
        ConfusionMatrix right = ConfusionMatrix.FromRows([9, 0], [0, 0]),
            wrong = ConfusionMatrix.FromRows([0, 1], [0, 0]);
        Assert.Equal(0.5, Metrics.MeanFoldF1([right, wrong]), 12);
        Assert.Equal(18.0 / 19 / 2, Metrics.UF1(ConfusionMatrix.Sum([right, wrong])), 12);
    }

    [Fact]
    public void A_class_that_nobody_has_and_nobody_predicts_does_not_count() =>
        Assert.Equal(1, Metrics.UF1(ConfusionMatrix.FromRows([3, 0, 0], [0, 2, 0], [0, 0, 0])));

    [Fact]
    public void Kappa_of_a_constant_guess_is_zero() =>
        Assert.Equal(0, Metrics.Kappa(ConfusionMatrix.FromRows([7, 0], [3, 0])), 12);

    [Fact]
    public void A_prediction_outside_the_classes_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => ConfusionMatrix.Of([0, 1], [0, 5], 5));
        Assert.Contains("prediction 5", error.Message);
    }

    static readonly Gen<ConfusionMatrix> Matrices =
        Gen.Int[0, 20].Array[4].Array[4].Where(rows => rows.Sum(r => r.Sum()) > 0)
            .Select(rows => ConfusionMatrix.FromRows(rows));

    [Fact]
    public void Every_score_lies_between_zero_and_one_and_kappa_below_accuracy() => Matrices.Sample(m =>
    {
        foreach (var score in (double[])[Metrics.Accuracy(m), Metrics.UF1(m), Metrics.Uar(m), Metrics.WeightedF1(m)])
            Assert.InRange(score, 0, 1);
        Assert.True(Metrics.Kappa(m) <= Metrics.Accuracy(m) + 1e-12);
    }, iter: 500);

    [Fact]
    public void F1_of_a_class_is_the_harmonic_mean_of_its_precision_and_recall() => Matrices.Sample(m =>
    {
        foreach (var c in Metrics.PerClass(m).Where(c => c.Precision + c.Recall > 0))
            Assert.Equal(2 * c.Precision * c.Recall / (c.Precision + c.Recall), c.F1, 1e-12);
    }, iter: 500);

    [Fact]
    public void Accuracy_is_the_recall_averaged_by_class_size() => Matrices.Sample(m =>
        Assert.Equal(Metrics.PerClass(m).Sum(c => c.Support * c.Recall) / m.Total, Metrics.Accuracy(m), 1e-12),
        iter: 500);

    [Fact]
    public void Renaming_classes_changes_no_score() =>
        Gen.Select(Matrices, Gen.Shuffle(new[] { 0, 1, 2, 3 })).Sample((m, order) =>
        {
            var renamed = ConfusionMatrix.FromRows([.. order.Select(t => order.Select(p => m[t, p]).ToArray())]);
            Assert.Equal(Metrics.UF1(m), Metrics.UF1(renamed), 1e-12);
            Assert.Equal(Metrics.Uar(m), Metrics.Uar(renamed), 1e-12);
            Assert.Equal(Metrics.Kappa(m), Metrics.Kappa(renamed), 1e-12);
        }, iter: 200);
}
