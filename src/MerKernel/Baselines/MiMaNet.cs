using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// The micro net of MiMaNet as far as it can be assumed: a ResNet-34 on the apex, another on every frame of the
/// time-normalised sequence with a convolution along time and its mean behind it; both vectors to one linear layer. The
/// macro net that guides the published one needs CK+ and MMI and is not here.
/// </summary>
public sealed class MiMaNetAssumed : Network, IStartsPretrained
{
    /// <summary>The system of Table 1.</summary>
    public static Baseline Baseline { get; } = new("mimanet", "MiMaNet's micro net, assumed",
        "xia2021; predecessor's code: Wei-kang-Wang/Micro-Expression")
    {
        Published = new MiMaNetOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-4, epochs: 50, batch: 32) with { WeightDecay = 1e-4 },
        Reduced = new MiMaNetOptions { WidthDivisor = 16, AssumedFrames = 4 },
        ReducedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-3, epochs: 16, batch: 16) with { WeightDecay = 1e-4 },
        Sees = "apex; frames onset to offset",
        Substitute = "both ResNet-34 start from random weights in place of ImageNet's",
        Assumed =
        [
            "only the micro net: the macro net needs CK+ and MMI",
            "a ResNet-34 for each of its streams, as the predecessor's code has",
            "eight frames; a convolution of three along time and its mean as temporal head",
            "Adam at 1e-4 for 50 epochs, which a random start needs (the predecessor: 2e-6, then 1e-6, 10 epochs)",
        ],
    };

    private readonly Sequential apex;
    private readonly Sequential sequence;
    private readonly Conv1d temporal;
    private readonly Module fc;

    internal MiMaNetAssumed(MiMaNetOptions options)
    {
        var width = 64 / options.WidthDivisor;
        apex = ResNet18.Trunk(width, 3, 4, 6, 3);
        sequence = ResNet18.Trunk(width, 3, 4, 6, 3);
        temporal = nn.Conv1d(8 * width, 8 * width, MiMaNetOptions.AssumedTemporalKernel,
            padding: MiMaNetOptions.AssumedTemporalKernel / 2);
        fc = nn.Linear(16 * width, options.Classes);
        RegisterComponents();
    }

    IEnumerable<nn.Module> IStartsPretrained.PretrainedParts => [apex, sequence];

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var (clips, count) = (batch.Asked.size(0), batch.Asked.size(1));
        var place = apex.call(batch.Apex).mean([2, 3]);
        var steps = sequence.call(batch.Asked.flatten(0, 1)).mean([2, 3]).view(clips, count, -1).transpose(1, 2);
        var motion = Ops.Convolution1d(steps, temporal.weight!, temporal.bias, MiMaNetOptions.AssumedTemporalKernel / 2)
            .relu_().mean([2]);
        return fc.call(cat([place, motion], 1));
    }
}

/// <summary>
/// The assumptions on MiMaNet (Xia and Wang, IJCAI 2021): only its micro net, in the terms of its authors' ACM MM 2020
/// code.
/// </summary>
public sealed record MiMaNetOptions : PretrainableOptions
{
    /// <summary>Frames of the time-normalised sequence; published is that there is one, not its length.</summary>
    public int AssumedFrames { get; init; } = 8;

    /// <summary>Frames that the temporal head's convolution spans.</summary>
    public const int AssumedTemporalKernel = 3;

    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <inheritdoc/>
    public override ClipInput Input => new SequenceInput(AssumedFrames);

    /// <inheritdoc/>
    [JsonIgnore]
    public override string NetworkName => nameof(MiMaNetAssumed);

    /// <inheritdoc/>
    public override MiMaNetAssumed Create(long seed, bool actionUnits) =>
        Network.Build(() => new MiMaNetAssumed(this), seed);
}

/// <summary>
/// A time-normalised clip: frames at even distances from onset to offset, normalised with ImageNet's constants;
/// [frames, 3, S, S].
/// </summary>
/// <param name="Frames">How many; at least 2.</param>
public sealed record SequenceInput(int Frames) : ClipInput
{
    /// <inheritdoc/>
    public override long[] Shape(int frameSize) => [Frames, 3, frameSize, frameSize];

    /// <summary>Made of prepared frames that are cached already.</summary>
    protected internal override float[] Compute(MerDataset dataset)
    {
        using var frames = Baseline.Source(dataset).Sequence(Frames);
        using var scope = NewDisposeScope();
        return PairSource.Normalised(frames).data<float>().ToArray();
    }
}
