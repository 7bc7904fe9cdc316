using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Runs a network on given input and records everything another implementation can be compared with.</summary>
internal static class ModelTrace
{
    /// <summary>
    /// Records, in this order: the maps and logits of mini-batch 0 in eval mode (eval/...), the same in train mode
    /// (train/...) with the gradient of its cross entropy (grad/...), the whole state after the updates (after/...),
    /// and the logits of mini-batch 0 in eval mode then (trained/...). stochastic_depth [passes, branches, images]
    /// holds the factors of every pass in train mode.
    /// </summary>
    /// <param name="network">The network; it is trained.</param>
    /// <param name="onset">Onset frames, normalised, [batches, N, 3, S, S], of the network's element type.</param>
    /// <param name="apex">Apex frames likewise.</param>
    /// <param name="actionUnits">[batches, N, 21].</param>
    /// <param name="labels">Classes, int64, [batches, N].</param>
    /// <param name="options">Updates and seed.</param>
    public static Dictionary<string, Tensor> Run(MerNet network, Tensor onset, Tensor apex, Tensor actionUnits,
        Tensor labels, TraceOptions options)
    {
        var record = new Dictionary<string, Tensor>();
        var images = network.Options.Frames == PositionFrames.OnsetAndApex ? 2 * onset.size(1) : onset.size(1);
        using var generator = new Generator((ulong)options.Seed, CPU);
        using var replay = new Generator((ulong)options.Seed, CPU);
        network.UseGenerator(generator);
        var depth = new StochasticDepth(network.Options.StochasticDepth, Swin.BlockCount) { Generator = replay };
        var draws = new List<Tensor>();

        MerNetFeatures Pass(int batch)
        {
            if (network.training && network.Options.Position == PositionStream.Swin
                && depth.Draw(zeros([images], onset.dtype)) is { } factors)
            {
                draws.Add(stack(factors.Select(factor => factor.flatten())));
            }

            return MerNetFeatures.Of(network, new ClipBatch(onset[batch], apex[batch], actionUnits[batch]));
        }

        network.eval();
        using (no_grad())
        {
            Add(record, "eval", Pass(0));
        }

        network.train();
        var features = Pass(0);
        nn.functional.cross_entropy(features.Logits, labels[0]).backward();
        Add(record, "train", features);
        foreach (var (name, parameter) in network.named_parameters())
            record[$"grad/{name}"] = parameter.grad!.clone();

        Train(network, Pass, labels, options);
        foreach (var (name, value) in network.state_dict())
            record[$"after/{name}"] = value.clone();

        network.eval();
        using (no_grad())
        {
            record["trained/logits"] = Pass(0).Logits;
        }

        if (draws.Count > 0)
            record["stochastic_depth"] = stack(draws);

        return record;
    }

    private static void Train(MerNet network, Func<int, MerNetFeatures> pass, Tensor labels, TraceOptions options)
    {
        var batches = (int)labels.size(0);
        using var optimizer = new FlatAdamW(network.parameters(), options.Training.WeightDecay);
        for (var update = 0; update < options.Updates; update++)
        {
            optimizer.ZeroGradients();
            var first = update * options.Training.AccumulationSteps;
            for (var i = first; i < first + options.Training.AccumulationSteps; i++)
            {
                var loss = nn.functional.cross_entropy(pass(i % batches).Logits, labels[i % batches]);
                loss.Over(options.Training.AccumulationSteps).backward();
            }

            optimizer.Step(options.Training.LearningRateAt(first / batches));
        }
    }

    private static void Add(Dictionary<string, Tensor> record, string mode, MerNetFeatures features)
    {
        foreach (var (name, tensor) in features.Named())
            record[$"{mode}/{name}"] = tensor.detach();
    }
}

/// <summary>How long <see cref="ModelTrace"/> trains.</summary>
internal sealed record TraceOptions
{
    /// <summary>Optimiser updates.</summary>
    public int Updates { get; init; } = 20;

    /// <summary>Seed of stochastic depth.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Learning rate, decay, weight decay and accumulation; an epoch is one pass over the given mini-batches.
    /// </summary>
    public TrainingOptions Training { get; init; } = new();
}
