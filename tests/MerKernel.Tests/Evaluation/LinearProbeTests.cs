using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using static TorchSharp.torch;

namespace MerKernel.Tests.Evaluation;

[Collection(AloneCollection.Name)]
public class LinearProbeTests
{
    static readonly LabelledClip[] Clips = [.. Enumerable.Range(0, 12)
        .Select(i => new LabelledClip($"{i}", $"s{i / 4}", i % 2, []))];

    [Fact]
    public void Features_that_say_the_class_are_read_and_features_that_say_nothing_are_not()
    {
        using var telling = tensor(Clips.Select(c => (double)(c.Label == 0 ? 1 : -1)).SelectMany(x => new[] { x, 1.0 })
            .ToArray()).view(12, 2);
        Assert.All(LinearProbe.Run(Clips, telling, 2), f => Assert.Equal(f.Labels.AsEnumerable(), f.Predictions));
        using var silent = ones(12, 2);
        Assert.All(LinearProbe.Run(Clips, silent, 2), f => Assert.Single(f.Predictions.Distinct()));
    }

    [Fact]
    public void It_is_ridge_regression_with_the_mean_as_intercept()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        // Many decisions, two thirds of one class: another penalty or intercept would change some.
        const int Count = 120, Fold = 4;
        LabelledClip[] clips = [.. Enumerable.Range(0, Count)
            .Select(i => new LabelledClip($"{i}", $"s{i / Fold:00}", i % 3 == 0 ? 1 : 0, []))];
        var features = nn.functional.normalize(randn(Count, 5, dtype: ScalarType.Float64), dim: 1);
        var folds = LinearProbe.Run(clips, features, 2);
        Assert.Equal(Count / Fold, folds.Length);
        var ones = 0;
        for (var fold = 0; fold < folds.Length; fold++)
        {
            // The primal form: w = (X'X + penalty I)^-1 X'(Y - mean), which the probe solves through the products of
            // clips.
            long from = fold * Fold, to = from + Fold;
            var train = cat([features.slice(0, 0, from, 1), features.slice(0, to, Count, 1)]);
            var target = tensor(clips.Where((_, i) => i < from || i >= to).Select(c => (double)c.Label).ToArray());
            var weights = linalg.solve(
                train.t().matmul(train) + LinearProbe.Penalty * eye(5, dtype: ScalarType.Float64),
                train.t().matmul(target - target.mean()));
            var one = (features.slice(0, from, to, 1).matmul(weights) + target.mean()).data<double>().ToArray();
            Assert.Equal(one.Select(x => x > 0.5 ? 1 : 0), folds[fold].Predictions);
            ones += folds[fold].Predictions.Sum();
        }
        Assert.InRange(ones, 1, Count / 2);
    }

    [Fact]
    public void Where_classes_move_bands_rows_tell_them_and_columns_do_not()
    {
        using var data = TinyDataset.Create(subjects: 4, clipsPerSubject: 9);
        var probe = DirectionProbe.Of(data, DatasetFacts.Of(data).Clips);
        Assert.Equal(1, Accuracy(probe.Rows), 12);
        Assert.True(Accuracy(probe.Columns) < 0.7, $"{Accuracy(probe.Columns)}");
        // The whole difference has the rows in it.
        Assert.Equal(1, Accuracy(probe.Image), 12);

        static double Accuracy(IEnumerable<FoldOutcome> folds) =>
            Metrics.Accuracy(ConfusionMatrix.Sum(folds.Select(f => f.Matrix(3))));
    }
}
