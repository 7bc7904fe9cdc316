using MerKernel.Flow;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv2d = MerKernel.Models.Conv2d;

namespace MerKernel.Baselines;

/// <summary>
/// STSTNet: three convolutions side by side (3, 5 and 8 channels) on the flow's u, v and strain, 28 x 28; 400 values to
/// one linear layer. 1.7 thousand parameters. Sees only flow.
/// </summary>
public sealed class StstNet : Network
{
    /// <summary>The system; Table 1 lacks it.</summary>
    public static Baseline Baseline { get; } = new("ststnet", "STSTNet", "liong2019; code: christy1206/STSTNet")
    {
        Published = new StstNetOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.Adam, 5e-5, epochs: 800, batch: 256) with
        {
            KeepsOrder = true
        },
        Reduced = new StstNetOptions(),
        ReducedTraining = Baseline.Plain(OptimizerKind.Adam, 2e-3, epochs: 40, batch: 32),
        Sees = "flow onset to apex (u, v, strain)",
        Assumed = ["flow by TV-L1", FlowInput.AssumedScaling],
    };

    private readonly ModuleList<Sequential> streams = new();
    private readonly AvgPool2d pool;
    private readonly Module fc;

    internal StstNet(StstNetOptions options)
    {
        foreach (var channels in new[] { 3, 5, 8 })
        {
            streams.Add(nn.Sequential(
                ("conv", new Conv2d(3, channels, 3, padding: 2)), ("relu", nn.ReLU()),
                ("bn", Layers.BatchNorm2d(channels)),
                ("pool", nn.MaxPool2d(3, stride: 3, padding: 1)), ("dropout", new SeededDropout(0.5))));
        }

        pool = nn.AvgPool2d(2, stride: 2);
        fc = nn.Linear(16 * 5 * 5, options.Classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var images = FlowInput.Images(batch.Asked, FlowInput.U, FlowInput.V, FlowInput.Strain);
        var joined = cat([.. streams.Select(stream => stream.call(images))], 1);
        return fc.call(pool.call(joined).flatten(1));
    }
}

/// <summary>STSTNet (Liong et al., FG 2019) as its code has it.</summary>
public sealed record StstNetOptions : ModelOptions
{
    /// <summary>Side of the flow maps.</summary>
    public const int Side = 28;

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowInput(FlowMethod.TvL1, Side);

    /// <inheritdoc/>
    public override StstNet Create(long seed, bool actionUnits) => Network.Build(() => new StstNet(this), seed);
}
