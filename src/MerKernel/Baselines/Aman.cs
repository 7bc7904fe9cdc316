using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// AMAN: the last stage of a ResNet-18 over the frozen features of every frame in every magnified version; a weight for
/// each version of a frame and then for each frame, the sigmoid of a linear layer, makes one vector of a clip. 8.4 M
/// trained parameters.
/// </summary>
public sealed class Aman : Network
{
    /// <summary>The system of Table 1.</summary>
    public static Baseline Baseline { get; } = new("aman", "AMAN", "wei2022; code: weimengting/AMAN")
    {
        Published = new AmanOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.RmsProp, 1e-3, epochs: 50, batch: 4) with
        {
            WeightDecay = 1e-4,
            LearningRateDecay = 0.2,
            DecayEvery = 30
        },
        Reduced = new AmanOptions { Frames = 5, Versions = 3, WidthDivisor = 8 },
        ReducedTraining = Baseline.Plain(OptimizerKind.RmsProp, 1e-3, epochs: 10, batch: 8) with { WeightDecay = 1e-4 },
        Sees = "frames onset to offset, each magnified several times",
        Magnification = AmanOptions.AssumedLinearMagnification,
        Substitute = "the frozen ResNet-18 up to its third stage has random weights in place of those learned on FER+",
        Assumed =
        [
            "factors evenly from 2 to 10", "frames at even distances from onset to offset",
            "scored by our epoch protocols (published: each subject's best test epoch)",
        ],
    };

    private readonly Sequential layer4;
    private readonly Module magnification;
    private readonly Module frames;
    private readonly Module fc;

    internal Aman(AmanOptions options)
    {
        var channels = 512 / options.WidthDivisor;
        layer4 = ResNet18.Stage(channels / 2, channels, stride: 2, blocks: 2);
        magnification = nn.Linear(channels, 1);
        frames = nn.Linear(channels, 1);
        fc = nn.Linear(channels, options.Classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var (clips, count, versions) = (batch.Asked.size(0), batch.Asked.size(1), batch.Asked.size(2));
        var pooled = layer4.call(batch.Asked.flatten(0, 2)).mean([2, 3]).view(clips, count, versions, -1);
        return fc.call(WeightedMean(frames, WeightedMean(magnification, pooled)));
    }

    /// <summary>[..., n, C] -> [..., C].</summary>
    private static Tensor WeightedMean(Module attention, Tensor vectors)
    {
        var weight = attention.call(vectors).sigmoid();
        return (weight * vectors).sum(-2) / weight.sum(-2);
    }
}

/// <summary>AMAN (Wei et al., ICASSP 2022) as its code has it, but for the parts called assumed.</summary>
public sealed record AmanOptions : MagnifyingOptions
{
    /// <summary>Replaces the learned magnifier (Oh et al. 2018), whose weights are not ours to have.</summary>
    public const string AssumedLinearMagnification =
        "linear magnification, onset + factor * (frame - onset), in place of the learned magnifier";

    /// <summary>Frames of a clip.</summary>
    public int Frames { get; init; } = 11;

    /// <summary>Magnified versions of each frame.</summary>
    public int Versions { get; init; } = 9;

    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FrozenFeatureInput(Frames, Versions, WidthDivisor, Pretrained, Magnifier);

    /// <inheritdoc/>
    public override Aman Create(long seed, bool actionUnits) => Network.Build(() => new Aman(this), seed);
}

/// <summary>
/// ResNet-18 up to its third stage, which is never trained: [N, 3, S, S] -> [N, 256, S / 16, S / 16] at full width.
/// </summary>
internal static class FrozenResNet
{
    // Every experiment sees the same random features.
    private const int Seed = 1;

    /// <summary>Builds it in eval mode, with random weights.</summary>
    /// <param name="widthDivisor">Every channel count is divided by this.</param>
    public static Sequential Create(int widthDivisor)
    {
        var trunk = Network.Build(() => ResNet18.Trunk(64 / widthDivisor, 2, 2, 2), Seed);
        trunk.eval();
        return trunk;
    }

    /// <summary>Multiply-accumulates for one image: convolutions only.</summary>
    public static long Macs(int widthDivisor, int size)
    {
        static long Conv(long from, long to, int kernel, long side) => from * to * kernel * kernel * side * side;
        long width = 64 / widthDivisor, side = (size + 1) / 2;
        var macs = Conv(3, width, 7, side);
        side = (side + 1) / 2;
        macs += 4 * Conv(width, width, 3, side);
        foreach (var from in new[] { width, 2 * width })
        {
            side = (side + 1) / 2;
            macs += Conv(from, 2 * from, 3, side) + 3 * Conv(2 * from, 2 * from, 3, side)
                + Conv(from, 2 * from, 1, side);
        }

        return macs;
    }
}

/// <summary>
/// The input of AMAN's trained part: frames from onset to offset, each in several magnified versions, through a frozen
/// ResNet-18 up to its third stage; [frames, versions, 256, S / 16, S / 16] at full width.
/// </summary>
/// <param name="Frames">Frames at even distances; which ones the authors took is not known.</param>
/// <param name="Versions">Magnified versions of each frame.</param>
/// <param name="WidthDivisor">The ResNet's channel counts are divided by this.</param>
/// <param name="Weights">
/// Its weights (published: trained on FER+); null draws them at random, from the same seed always.
/// </param>
/// <param name="Magnifier">Weights of the learned magnifier; null magnifies linearly.</param>
public sealed record FrozenFeatureInput(int Frames, int Versions, int WidthDivisor, PretrainedWeights? Weights,
    PretrainedWeights? Magnifier = null) : ClipInput
{
    /// <summary>
    /// Smallest and largest magnification factor, with the others evenly between. Published are nine versions, not
    /// their factors; a demo of the authors' goes from 2 to 12.
    /// </summary>
    public const float AssumedSmallestFactor = 2, AssumedLargestFactor = 10;

    /// <summary>A version's magnification factor.</summary>
    /// <param name="version">From 0.</param>
    public float Factor(int version) => Versions == 1
        ? AssumedSmallestFactor
        : AssumedSmallestFactor + version * (AssumedLargestFactor - AssumedSmallestFactor) / (Versions - 1);

    /// <inheritdoc/>
    public override long[] Shape(int frameSize) =>
        [Frames, Versions, 256 / WidthDivisor, (frameSize + 15) / 16, (frameSize + 15) / 16];

    /// <inheritdoc/>
    public override long Macs(int frameSize) => Frames * Versions * FrozenResNet.Macs(WidthDivisor, frameSize);

    /// <summary>
    /// Magnifies the frames of every clip and puts them through the frozen network; nothing in it is trained, so
    /// nothing of a test subject reaches a fold.
    /// </summary>
    protected internal override float[] Compute(MerDataset dataset)
    {
        var length = Shape(dataset.Size).Aggregate(1L, (product, side) => product * side);
        using var sequences = Baseline.Source(dataset).Sequence(Frames);
        using var network = FrozenResNet.Create(WidthDivisor);
        if (Weights is { } weights) PretrainedStart.Load(network, weights, "AMAN's frozen ResNet-18");
        using var magnification = new Magnification(Magnifier);
        var cache = new InputCache(dataset.CacheFolder);
        var all = new float[length * dataset.Clips.Length];
        for (var i = 0; i < dataset.Clips.Length; i++)
        {
            var clip = i;
            cache.Get($"features 1 {Frames} {Versions} {WidthDivisor} {Weights?.Sha256 ?? "random"} " +
                $"{Magnifier?.Sha256 ?? "linear"} {InputCache.HashOf(sequences, clip)}", (int)length,
                () => Features(sequences, clip, magnification, network)).CopyTo(all, i * length);
        }
        return all;
    }

    float[] Features(Tensor sequences, int clip, Magnification magnification, Module network)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var frames = sequences[clip].to_type(ScalarType.Float32);
        var onset = frames.narrow(0, 0, 1);
        // A frame at a time: at full size all versions of all frames are a hundred images.
        var features = Enumerable.Range(0, Frames).Select(f =>
        {
            var versions = cat([.. Enumerable.Range(0, Versions)
                .Select(v => magnification.Of(onset, frames.narrow(0, f, 1), Factor(v)))], 0);
            return network.call(PairSource.Normalised(versions));
        });
        return stack([.. features], 0).data<float>().ToArray();
    }
}
