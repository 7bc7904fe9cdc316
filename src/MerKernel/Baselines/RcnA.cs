using MerKernel.Flow;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// RCN-A: a convolution and a recurrent one on the flow's u, v and strain, 60 x 60; where to look is told by class
/// activation maps made of the classifier's own weights, so the attention has no parameter of its own. Sees only flow;
/// its code scores the last epoch.
/// </summary>
public sealed class RcnA : Network
{
    /// <summary>The system; Table 1 lacks it.</summary>
    public static Baseline Baseline { get; } = new("rcn-a", "RCN-A",
        "xia2020; code: xiazhaoqiang/ParameterFreeRCNs-MicroExpressionRec, tvaranka/meb")
    {
        Published = new RcnAOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.Sgd, 5e-4, epochs: 100, batch: 64) with
        {
            LearningRateDecay = 0.5,
            DecayEvery = 10,
            DecayEpochs = 100
        },
        Reduced = new RcnAOptions { FlowSize = 28, Channels = 16 },
        ReducedTraining = Baseline.Plain(OptimizerKind.Sgd, 1e-2, epochs: 24, batch: 16) with
        {
            LearningRateDecay = 0.5,
            DecayEvery = 10
        },
        Sees = "flow onset to apex (u, v, strain)",
        Assumed = ["flow by TV-L1",
            "each flow map of a clip is scaled to its own range, as MEB has it; at full size maps of 60 " +
            "pixels, as there"],
    };

    private readonly Sequential conv1;
    private readonly RecurrentConvolution recurrent;
    private readonly TorchSharp.Modules.Linear fc;

    internal RcnA(RcnAOptions options)
    {
        conv1 = nn.Sequential(
            ("conv", Layers.Conv(3, options.Channels, 5, padding: 0, bias: true)),
            ("bn", Layers.BatchNorm2d(options.Channels)), ("relu", nn.ReLU()),
            ("pool", nn.MaxPool2d(2)), ("dropout", new SeededDropout(0.5)));
        recurrent = new RecurrentConvolution(options.Channels);
        fc = nn.Linear(RcnAOptions.PooledSide * RcnAOptions.PooledSide * options.Channels, options.Classes);
        nn.init.normal_(fc.weight!, 0, 0.01);
        nn.init.zeros_(fc.bias!);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var images = FlowInput.Images(batch.Asked, FlowInput.U, FlowInput.V, FlowInput.Strain).Over(255);
        var features = conv1.call(images);                                                  // [N, C, 28, 28]
        var attention = Attention(Pooled(features), fc.weight!);                            // [N, 1, 5, 5]
        return fc.call((Pooled(recurrent.call(features)) * attention).flatten(1));
    }

    /// <summary>
    /// Where the classifier looks: for each class its weights times the features, the mean over the channels, from 0 to
    /// 1; then the mean over the classes.
    /// </summary>
    /// <param name="features">[N, C, 5, 5].</param>
    /// <param name="weights">The classifier's, [classes, 25 C].</param>
    /// <returns>[N, 1, 5, 5].</returns>
    internal static Tensor Attention(Tensor features, Tensor weights)
    {
        var maps = (features.unsqueeze(1) * weights.view([1, -1, .. features.shape[1..]])).mean([2]);
        maps = maps - maps.amin([2, 3], keepdim: true);
        // A map without any difference is 0 everywhere.
        return (maps / maps.amax([2, 3], keepdim: true).AtLeast(1e-6)).mean([1], keepdim: true);
    }

    private static Tensor Pooled(Tensor features) =>
        nn.functional.adaptive_avg_pool2d(features, [RcnAOptions.PooledSide, RcnAOptions.PooledSide]);
}

/// <summary>RCN-A (Xia et al. 2020) with the sizes of its script and its class.</summary>
public sealed record RcnAOptions : ModelOptions
{
    /// <summary>Side of the maps in front of the classifier: the class's default (its script: 7).</summary>
    public const int PooledSide = 5;

    /// <summary>Side of the flow maps; at least 24.</summary>
    public int FlowSize { get; init; } = 60;

    /// <summary>Channels of every convolution.</summary>
    public int Channels { get; init; } = 64;

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowInput(FlowMethod.TvL1, FlowSize);

    /// <inheritdoc/>
    public override RcnA Create(long seed, bool actionUnits) => Network.Build(() => new RcnA(this), seed);
}

/// <summary>
/// A recurrent convolution, unrolled twice: y = f(x), then twice y = r(x + y) with the same r; f is 1x1, r 3x3, each
/// with BatchNorm and ReLU. Then max-pool 2 and dropout 0.5: [N, C, H, W] -> [N, C, H/2, W/2].
/// </summary>
sealed class RecurrentConvolution : Layer
{
    private const int Steps = 2;

    private readonly Sequential input;
    private readonly Sequential again;
    private readonly Sequential pool;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Channels C.</param>
    public RecurrentConvolution(int channels)
    {
        (input, again) = (Step(1), Step(3));
        pool = nn.Sequential(("pool", nn.MaxPool2d(2)), ("dropout", new SeededDropout(0.5)));
        RegisterComponents();

        Sequential Step(int kernel) => nn.Sequential(("conv", Layers.Conv(channels, channels, kernel, bias: true)),
            ("bn", Layers.BatchNorm2d(channels)), ("relu", nn.ReLU()));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        var y = input.call(x);
        for (var step = 0; step < Steps; step++) y = again.call(x.Plus(y));
        return pool.call(y);
    }
}
