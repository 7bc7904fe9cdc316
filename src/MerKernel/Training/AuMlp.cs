using MerKernel.Data;
using MerKernel.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// A small network that sees the 21 action units and no image: what learning can get out of the annotation alone. One hidden layer,
/// Adam on all training clips at once. Its sizes are this project's choice.
/// </summary>
public static class AuMlp
{
    const int AssumedHidden = 32, AssumedSteps = 150;
    const double AssumedLearningRate = 0.02;

    /// <summary>Trains on a fold's training clips and gives the rule for its test clips; the same seed gives the same rule.</summary>
    public static Func<LabelledClip, int> Fit(IReadOnlyList<LabelledClip> train, int classes, int seed = 1)
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        var inputs = stack(train.Select(c => tensor(Vector(c))));
        var labels = tensor(train.Select(c => (long)c.Label).ToArray());
        Tensor[] parameters = [Uniform(random, ActionUnits.Used.Length, AssumedHidden), zeros(AssumedHidden), Uniform(random, AssumedHidden, classes), zeros(classes)];
        foreach (var parameter in parameters) parameter.requires_grad_(true);
        var weights = parameters.Select(p => new TorchSharp.Modules.Parameter(p)).ToArray();
        var optimizer = optim.Adam(weights, AssumedLearningRate);
        for (var step = 0; step < AssumedSteps; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            var hidden = nn.functional.relu(inputs.matmul(weights[0]) + weights[1]);
            nn.functional.cross_entropy(hidden.matmul(weights[2]) + weights[3], labels).backward();
            optimizer.step();
        }
        var trained = weights.Select(w => w.detach().data<float>().ToArray()).ToArray();
        return clip => Decide(trained, Vector(clip), classes);
    }

    static int Decide(float[][] weights, float[] input, int classes)
    {
        var hidden = Layer(input, weights[0], weights[1]);
        for (var h = 0; h < hidden.Length; h++) hidden[h] = Math.Max(0, hidden[h]);
        var logits = Layer(hidden, weights[2], weights[3]);
        return Enumerable.Range(0, classes).MaxBy(c => logits[c]);
    }

    static float[] Layer(float[] input, float[] weight, float[] bias)
    {
        var output = (float[])bias.Clone();
        for (var i = 0; i < input.Length; i++)
            for (var o = 0; o < output.Length; o++) output[o] += input[i] * weight[i * output.Length + o];
        return output;
    }

    static float[] Vector(LabelledClip clip) => ActionUnits.ToVector(clip.ActionUnits.Select(n => new ActionUnit(n)));

    /// <summary>Weights [inputs, outputs], uniform within 1 / sqrt(inputs), drawn without touching the process's generator.</summary>
    static Tensor Uniform(Random random, int inputs, int outputs)
    {
        var bound = 1 / Math.Sqrt(inputs);
        return tensor(Enumerable.Range(0, inputs * outputs).Select(_ => (float)((2 * random.NextDouble() - 1) * bound)).ToArray()).view(inputs, outputs);
    }
}
