using MerKernel.Flow;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv3d = MerKernel.Models.Conv3d;

namespace MerKernel.Baselines;

/// <summary>
/// MERSiamC3D as far as it can be assumed: a network of 3D convolutions over the flow between eleven key frames. It
/// first learns, as a siamese network, which clips are of the same class; then a classifier behind it, and it too, are
/// trained with focal loss.
/// </summary>
public sealed class MersiamC3dAssumed : Network
{
    /// <summary>The system of Table 1.</summary>
    public static Baseline Baseline { get; } = new("mersiamc3d", "MERSiamC3D, assumed", "zhao2021")
    {
        Published = new MersiamC3dOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-4, epochs: 80, batch: 16),
        Reduced = new MersiamC3dOptions { AssumedSide = 20, WidthDivisor = 16, AssumedPairEpochs = 3 },
        ReducedTraining = Baseline.Plain(OptimizerKind.Adam, 2e-3, epochs: 10, batch: 8),
        Sees = "flow along eleven frames from onset to offset (u, v, magnitude)",
        Assumed =
        [
            "recorded frames in place of those that its own network makes between onset, apex and offset",
            "frames as they are prepared, magnitude as third channel; at full size flow maps of 112 pixels, as " +
            "C3D's frames",
            "four blocks of a 3D convolution, BatchNorm, ReLU and max-pool, and one hidden layer, in the manner of C3D",
            "pairs: all of a batch; contrastive loss on features of unit length, margin 1",
            "the classifier follows the features, which are trained further with it",
            "focal loss's alpha: the inverse of a class's share of the training clips",
            "at full size Adam at 1e-4, 20 epochs on pairs, 60 on classes",
        ],
    };

    private static readonly int[] Channels = [64, 128, 256, 512];

    private readonly Sequential trunk;
    private readonly Module fc1;
    private readonly SeededDropout dropout;
    private readonly Module fc;
    private readonly MersiamC3dOptions options;
    private float[] classWeights;

    internal MersiamC3dAssumed(MersiamC3dOptions options)
    {
        this.options = options;
        classWeights = [.. Enumerable.Repeat(1f, options.Classes)];
        int[] channels = [FlowSequenceInput.Channels, .. Channels.Select(c => c / options.WidthDivisor)];
        trunk = nn.Sequential([.. Enumerable.Range(0, Channels.Length)
            .Select(i => ($"block{i + 1}", (Module)Block(channels[i], channels[i + 1], pools: i > 0)))]);
        // Ten fields stay ten in the first block: 10, 5, 2, 1. Sides halve in each.
        var side = options.AssumedSide >> Channels.Length;
        fc1 = nn.Linear(channels[^1] * side * side * (MersiamC3dOptions.Fields >> (Channels.Length - 1)), channels[^1]);
        dropout = new SeededDropout(0.5);
        fc = nn.Linear(channels[^1], options.Classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override void FitStatistics(Tensor actionUnits, Tensor labels) =>
        classWeights = Baseline.ClassWeights(labels, classWeights.Length);

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch) => fc.call(dropout.call(Features(batch)));

    /// <summary>The pairs' loss in its epochs, then the focal loss.</summary>
    protected override Tensor LossOf(ClipBatch batch, Tensor labels, int epoch) => epoch < options.AssumedPairEpochs
        ? PairLoss(Features(batch), labels, options.AssumedMargin)
        : Baseline.FocalLoss(call(batch), labels, MersiamC3dOptions.FocalGamma, classWeights);

    private Tensor Features(ClipBatch batch) => fc1.call(trunk.call(batch.Asked).flatten(1)).relu_();

    /// <summary>
    /// Contrastive loss (Hadsell et al. 2006) over all pairs of a batch: the mean of d^2 over pairs of one class plus
    /// the mean of max(0, margin - d)^2 over the others.
    /// </summary>
    /// <param name="features">[N, C]; only their directions count.</param>
    /// <param name="labels">[N].</param>
    /// <param name="margin">Distance from which two classes are far enough apart.</param>
    internal static Tensor PairLoss(Tensor features, Tensor labels, double margin)
    {
        var unit = nn.functional.normalize(features, p: 2, dim: 1);
        var squared = Numbers.Minus(2, unit.matmul(unit.t()).Times(2)).AtLeast(1e-8);
        var pairs = ones(squared.shape, device: squared.device).triu(1);
        var same = labels.unsqueeze(0).eq(labels.unsqueeze(1)).to_type(squared.dtype) * pairs;
        var other = pairs - same;
        var near = Numbers.Minus(margin, squared.sqrt()).relu_().Squared();
        return Mean(squared, same).Plus(Mean(near, other));

        static Tensor Mean(Tensor values, Tensor of) => (values * of).sum() / of.sum().AtLeast(1);
    }

    private static Sequential Block(int from, int to, bool pools) => nn.Sequential(
        ("conv", new Conv3d(from, to)), ("bn", Layers.BatchNorm3d(to)), ("relu", nn.ReLU()),
        ("pool", nn.MaxPool3d([pools ? 2 : 1, 2, 2])));
}

/// <summary>
/// The assumptions on MERSiamC3D (Zhao et al. 2021); its paper's abstract and a later thesis's account of it are known.
/// </summary>
public sealed record MersiamC3dOptions : ModelOptions
{
    /// <summary>Key frames besides onset, apex and offset, so eleven in all.</summary>
    public const int Between = 8;

    /// <summary>Flow fields between neighbouring key frames.</summary>
    internal const int Fields = Between + 2;

    /// <summary>Focusing exponent of the focal loss.</summary>
    public const double FocalGamma = 2;

    /// <summary>Side of the flow maps (C3D's, Tran et al. 2015); at least 16.</summary>
    public int AssumedSide { get; init; } = 112;

    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <summary>Epochs of the first stage, on pairs.</summary>
    public int AssumedPairEpochs { get; init; } = 20;

    /// <summary>Margin of the contrastive loss.</summary>
    public double AssumedMargin { get; init; } = 1;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int EpochsBeforeClasses => AssumedPairEpochs;

    /// <summary>The first version's optimiser kept its moments when the classes came.</summary>
    public override string Version => "2";

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowSequenceInput(FlowMethod.Farneback, AssumedSide, Between);

    /// <inheritdoc/>
    [JsonIgnore]
    public override string NetworkName => nameof(MersiamC3dAssumed);

    /// <inheritdoc/>
    public override MersiamC3dAssumed Create(long seed, bool actionUnits) =>
        Network.Build(() => new MersiamC3dAssumed(this), seed);
}
