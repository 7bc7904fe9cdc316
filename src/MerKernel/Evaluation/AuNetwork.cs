using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Evaluation;

/// <summary>
/// A small network that sees a clip's action units and no image: the most that learning can get from the annotation.
/// One hidden layer of rectified units, cross entropy, Adam on all training clips at once. Its sizes are this project's
/// choice.
/// </summary>
public static class AuNetwork
{
    const int AssumedHidden = 32, AssumedSteps = 150;
    const double AssumedRate = 0.02;

    /// <summary>
    /// Trains on a fold's training clips and gives the rule for its test clips; the same seed gives the same rule.
    /// </summary>
    public static Func<LabelledClip, int> Fit(IReadOnlyList<LabelledClip> train, int classes, int seed = 1)
    {
        using var scope = NewDisposeScope();
        using var one = new OneMathThread();
        int[] units = [.. train.SelectMany(c => c.ActionUnits).Distinct().Order()];
        var random = new Random(seed);
        Tensor[] layers = [Layer(units.Length, AssumedHidden), Layer(AssumedHidden, classes)];
        var moments = layers.Select(l => (Mean: zeros_like(l), Variance: zeros_like(l))).ToArray();
        var inputs = tensor(train.SelectMany(Input).ToArray()).view(train.Count, -1);
        var labels = tensor(train.Select(c => (long)c.Label).ToArray());
        for (var step = 1; step <= AssumedSteps; step++)
        {
            using var inner = NewDisposeScope();
            var gradients = autograd.grad([nn.functional.cross_entropy(Logits(inputs), labels)], layers);
            using var quiet = no_grad();
            var by = new AdamWStep(AssumedRate, 0, 0.9, 0.999, 1e-8, step);
            for (var l = 0; l < layers.Length; l++)
                Ops.Adam(by, layers[l], gradients[l], moments[l].Mean, moments[l].Variance);
        }

        var weights = layers.Select(l => l.detach().data<double>().ToArray()).ToArray();
        return clip =>
        {
            double[] hidden = [.. Times(Input(clip), weights[0]).Select(x => Math.Max(0, x)), 1];
            var logits = Times(hidden, weights[1]);
            return Enumerable.Range(0, classes).MaxBy(c => logits[c]);
        };

        // The units that training knew, and a one for the bias.
        double[] Input(LabelledClip clip) => [.. units.Select(u => clip.ActionUnits.Contains(u) ? 1.0 : 0), 1];

        // PyTorch's linear layer: uniform within 1 / sqrt(inputs); the bias is the last row.
        Tensor Layer(int rows, int columns) => tensor(
            Enumerable.Range(0, (rows + 1) * columns)
                .Select(_ => (2 * random.NextDouble() - 1) / Math.Sqrt(Math.Max(1, rows))).ToArray())
            .view(rows + 1, columns).requires_grad_();

        Tensor Logits(Tensor x) =>
            cat([x.matmul(layers[0]).relu(), ones([x.size(0), 1], x.dtype)], 1).matmul(layers[1]);
    }

    static double[] Times(double[] values, double[] layer)
    {
        var results = new double[layer.Length / values.Length];
        for (var i = 0; i < layer.Length; i++) results[i % results.Length] += values[i / results.Length] * layer[i];
        return results;
    }
}
