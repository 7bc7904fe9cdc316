using MerKernel.Flow;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// TSCNN as far as it can be assumed: three streams of one shape, on the grey apex, on the apex cut into 4 x 4 blocks
/// (16 channels), and on the flow onset to apex and apex to offset (u, v of both). The streams are those of its
/// successor SKD-TSTSAN without magnifier, channel attention, temporal shift and distillation.
/// </summary>
public sealed class TscnnAssumed : Network
{
    /// <summary>The system of Table 1.</summary>
    public static Baseline Baseline { get; } = new("tscnn", "TSCNN, assumed from its successor",
        "song2019; successor: zhu2024, code: GuanghaoZhu663/SKD-TSTSAN")
    {
        Published = new TscnnOptions(),
        // 20,000 updates of 16 clips are 1,300 epochs of CASME II's 246.
        PublishedTraining =
            Baseline.Plain(OptimizerKind.Adam, 1e-3, epochs: 1300, batch: 16) with { WeightDecay = 5e-4, Beta2 = 0.99 },
        Reduced = new TscnnOptions { WidthDivisor = 8 },
        ReducedTraining =
            Baseline.Plain(OptimizerKind.Adam, 2e-3, epochs: 15, batch: 16) with { WeightDecay = 5e-4, Beta2 = 0.99 },
        Sees = "apex; flow onset to apex and apex to offset (u, v)",
        Assumed =
        [
            "network, loss and training of its successor SKD-TSTSAN without magnifier, channel attention, temporal " +
            "shift and distillation",
            "convolutions keep their size",
            "the annotated apex in place of its own apex finder", "no pre-training (published: FER2013)",
        ],
    };

    private const int Blocks = 4;

    private readonly Sequential staticSpatial;
    private readonly Sequential localSpatial;
    private readonly Sequential dynamicTemporal;
    private readonly SeededDropout dropout;
    private readonly Module fc;
    private readonly double focalGamma;
    private float[] classWeights = [];

    internal TscnnAssumed(TscnnOptions options)
    {
        var (narrow, wide) = (64 / options.WidthDivisor, 128 / options.WidthDivisor);
        staticSpatial = Stream(1, narrow, wide);
        localSpatial = Stream(Blocks * Blocks, narrow, wide);
        dynamicTemporal = Stream(4, narrow, wide);
        dropout = new SeededDropout(0.2);
        fc = nn.Linear(3 * wide, options.Classes);
        (focalGamma, classWeights) = (options.AssumedFocalGamma, [.. Enumerable.Repeat(1f, options.Classes)]);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override void FitStatistics(Tensor actionUnits, Tensor labels) =>
        classWeights = Baseline.ClassWeights(labels, classWeights.Length);

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var apex = nn.functional.interpolate(batch.Apex.mean([1], keepdim: true),
            [TscnnOptions.Side, TscnnOptions.Side], mode: InterpolationMode.Bilinear, align_corners: false);
        // Each block becomes a channel: [N, 1, 48, 48] -> [N, 16, 12, 12].
        const int side = TscnnOptions.Side / Blocks;
        var blocks = apex.view(-1, Blocks, side, Blocks, side).permute(0, 1, 3, 2, 4)
            .reshape(-1, Blocks * Blocks, side, side);
        var flow = cat([batch.Asked.narrow(1, 0, 2), batch.Asked.narrow(1, 4, 2)], 1);
        var joined = cat([staticSpatial.call(apex), localSpatial.call(blocks), dynamicTemporal.call(flow)], 1)
            .flatten(1);
        return fc.call(dropout.call(joined));
    }

    /// <summary>
    /// Focal loss (Lin et al. 2017), each class weighted by the inverse of its share of the training clips.
    /// </summary>
    protected override Tensor LossOf(ClipBatch batch, Tensor labels, int epoch) =>
        Baseline.FocalLoss(call(batch), labels, focalGamma, classWeights);

    private static Sequential Stream(int channels, int narrow, int wide) => nn.Sequential(
        ("conv1", Conv(channels, narrow, 5)), ("pool1", nn.MaxPool2d(5, stride: 2, padding: 2)),
        ("conv2", Conv(narrow, narrow, 3)), ("conv3", Conv(narrow, narrow, 3)),
        ("pool2", nn.AvgPool2d(3, stride: 2, padding: 1)),
        ("conv4", Conv(narrow, wide, 3)), ("conv5", Conv(wide, wide, 3)), ("pool3", nn.AdaptiveAvgPool2d(1)));

    private static Sequential Conv(int from, int to, int kernel) => nn.Sequential(
        ("conv", Layers.Conv(from, to, kernel, padding: kernel / 2)), ("bn", Layers.BatchNorm2d(to)),
        ("relu", nn.ReLU()));
}

/// <summary>
/// The assumptions on TSCNN (Song et al. 2019): its successor's streams (SKD-TSTSAN) without the successor's additions.
/// </summary>
public sealed record TscnnOptions : ModelOptions
{
    /// <summary>Side of the images.</summary>
    public const int Side = 48;

    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <summary>Focusing exponent of the class-weighted focal loss (the successor's).</summary>
    public double AssumedFocalGamma { get; init; } = 2;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowInput(FlowMethod.TvL1, Side, ToOffset: true);

    /// <inheritdoc/>
    [JsonIgnore]
    public override string NetworkName => nameof(TscnnAssumed);

    /// <inheritdoc/>
    public override TscnnAssumed Create(long seed, bool actionUnits) =>
        Network.Build(() => new TscnnAssumed(this), seed);
}
