using MerKernel.Flow;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Conv2d = MerKernel.Models.Conv2d;

namespace MerKernel.Baselines;

/// <summary>
/// OFF-ApexNet: a stream for the flow's u and one for v, two convolutions each (6 and 16 channels), joined; two hidden
/// layers of 1024. Sees only flow.
/// </summary>
public sealed class OffApexNet : Network
{
    /// <summary>The system; Table 1 lacks it.</summary>
    public static Baseline Baseline { get; } = new("off-apexnet", "OFF-ApexNet",
        "gan2019; parameters: the code of Off-TANet")
    {
        Published = new OffApexNetOptions(),
        PublishedTraining = Baseline.Plain(OptimizerKind.Adam, 5e-5, epochs: 800, batch: 256),
        Reduced = new OffApexNetOptions(),
        ReducedTraining = Baseline.Plain(OptimizerKind.Adam, 5e-4, epochs: 20, batch: 32),
        Sees = "flow onset to apex (u, v)",
        Assumed = ["5 x 5 kernels", "trained as STSTNet, the same authors' next network", FlowInput.AssumedScaling],
    };

    private readonly Sequential horizontal;
    private readonly Sequential vertical;
    private readonly Module fc1;
    private readonly Module fc2;
    private readonly Module fc3;

    internal OffApexNet(OffApexNetOptions options)
    {
        horizontal = Stream();
        vertical = Stream();
        fc1 = nn.Linear(2 * 16 * (OffApexNetOptions.Side / 4) * (OffApexNetOptions.Side / 4), 1024);
        fc2 = nn.Linear(1024, 1024);
        fc3 = nn.Linear(1024, options.Classes);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(ClipBatch batch)
    {
        var images = FlowInput.Images(batch.Asked, FlowInput.U, FlowInput.V).Over(255);
        var joined = cat(
            [horizontal.call(images.narrow(1, 0, 1)).flatten(1), vertical.call(images.narrow(1, 1, 1)).flatten(1)], 1);
        return fc3.call(fc2.call(fc1.call(joined).relu_()).relu_());
    }

    private static Sequential Stream() => nn.Sequential(
        ("conv1", new Conv2d(1, 6, OffApexNetOptions.AssumedKernel, padding: OffApexNetOptions.AssumedKernel / 2)),
        ("relu1", nn.ReLU()), ("pool1", nn.MaxPool2d(2)),
        ("conv2", new Conv2d(6, 16, OffApexNetOptions.AssumedKernel, padding: OffApexNetOptions.AssumedKernel / 2)),
        ("relu2", nn.ReLU()), ("pool2", nn.MaxPool2d(2)));
}

/// <summary>OFF-ApexNet (Gan et al., 2019), at its published sizes.</summary>
public sealed record OffApexNetOptions : ModelOptions
{
    /// <summary>Side of the flow maps.</summary>
    public const int Side = 28;

    /// <summary>
    /// Kernel of the convolutions, which keep the size. Not stated where we looked; with it the network has the 2.66 M
    /// parameters that the code of Off-TANet counts.
    /// </summary>
    public const int AssumedKernel = 5;

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowInput(FlowMethod.TvL1, Side);

    /// <inheritdoc/>
    public override OffApexNet Create(long seed, bool actionUnits) => Network.Build(() => new OffApexNet(this), seed);
}
