using MerKernel.Flow;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv2d = MerKernel.Models.Conv2d;

namespace MerKernel.Baselines;

/// <summary>
/// SSSNet: two convolutions one behind the other (32 and 64 channels) on the flow's u, v and strain, 64 x 64, and one
/// hidden layer of 256. 1.35 M parameters on three classes. Sees only flow; its code scores the last epoch.
/// </summary>
public sealed class SssNet : Network
{
    /// <summary>The system; Table 1 lacks it.</summary>
    public static Baseline Baseline { get; } = new("sssnet", "SSSNet", "varanka2021; code: tvaranka/meb")
    {
        Published = new SssNetOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-4, epochs: 200, batch: 32) with
        {
            WeightDecay = 1e-3
        },
        Reduced = new SssNetOptions { FlowSize = 28, WidthDivisor = 4 },
        ReducedTraining = Baseline.Plain(OptimizerKind.Adam, 1e-3, epochs: 40, batch: 32) with { WeightDecay = 1e-3 },
        Sees = "flow onset to apex (u, v, strain)",
        Assumed = ["flow by TV-L1 (published: Classic+NL)"],
    };

    private readonly Sequential convolutions;
    private readonly Module fc1;
    private readonly SeededDropout dropout;
    private readonly Module fc;

    internal SssNet(SssNetOptions options)
    {
        var (first, second, hidden) = (32 / options.WidthDivisor, 64 / options.WidthDivisor,
            256 / options.WidthDivisor);
        convolutions = nn.Sequential(
            ("conv1", new Conv2d(3, first, 5)), ("relu1", nn.ReLU()), ("pool1", nn.MaxPool2d(3, stride: 3)),
            ("bn1", Layers.BatchNorm2d(first)),
            ("drop1", new SeededDropout(0.5, channels: true)),
            ("conv2", new Conv2d(first, second, 3)), ("relu2", nn.ReLU()), ("pool2", nn.MaxPool2d(2, stride: 2)),
            ("bn2", Layers.BatchNorm2d(second)),
            ("drop2", new SeededDropout(0.5, channels: true)));
        // 64 -> 60 -> 20 -> 18 -> 9.
        var side = ((options.FlowSize - 4) / 3 - 2) / 2;
        fc1 = nn.Linear(side * side * second, hidden);
        dropout = new SeededDropout(0.5);
        fc = nn.Linear(hidden, options.Classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var images = FlowInput.Images(batch.Asked, FlowInput.U, FlowInput.V, FlowInput.Strain).Over(255);
        return fc.call(dropout.call(fc1.call(convolutions.call(images).flatten(1)).relu_()));
    }
}

/// <summary>SSSNet (Varanka et al. 2021) as the code of the benchmark MEB has it, at its published sizes.</summary>
public sealed record SssNetOptions : ModelOptions
{
    /// <summary>Side of the flow maps; at least 13.</summary>
    public int FlowSize { get; init; } = 64;

    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowInput(FlowMethod.TvL1, FlowSize);

    /// <inheritdoc/>
    public override SssNet Create(long seed, bool actionUnits) => Network.Build(() => new SssNet(this), seed);
}
