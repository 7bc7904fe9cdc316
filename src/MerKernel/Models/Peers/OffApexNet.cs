using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>OFF-ApexNet: a stream for the flow's u and one for v, two convolutions each (6 and 16 channels), joined; two hidden layers of 1024. Sees flow alone.</summary>
public sealed class OffApexNet : Network
{
    private readonly Sequential horizontal;
    private readonly Sequential vertical;
    private readonly Linear fc1;
    private readonly Linear fc2;
    private readonly Linear fc3;

    private OffApexNet(OffApexNetOptions options) : base(nameof(OffApexNet))
    {
        horizontal = Stream();
        vertical = Stream();
        fc1 = nn.Linear(2 * 16 * (OffApexNetOptions.Side / 4) * (OffApexNetOptions.Side / 4), 1024);
        fc2 = nn.Linear(1024, 1024);
        fc3 = nn.Linear(1024, options.Classes);
        RegisterComponents();
    }

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    public static OffApexNet Create(OffApexNetOptions options, long seed) => Build(() => new OffApexNet(options), seed);

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        var images = FlowImages.Scaled(batch.Asked, FlowImages.U, FlowImages.V).Over(255);
        var joined = cat([horizontal.call(images.narrow(1, 0, 1)).flatten(1), vertical.call(images.narrow(1, 1, 1)).flatten(1)], 1);
        return fc3.call(fc2.call(fc1.call(joined).relu_()).relu_()).MoveToOuterDisposeScope();
    }

    private static Sequential Stream() => nn.Sequential(
        ("conv1", nn.Conv2d(1, 6, OffApexNetOptions.AssumedKernel, padding: OffApexNetOptions.AssumedKernel / 2)), ("relu1", nn.ReLU()), ("pool1", nn.MaxPool2d(2)),
        ("conv2", nn.Conv2d(6, 16, OffApexNetOptions.AssumedKernel, padding: OffApexNetOptions.AssumedKernel / 2)), ("relu2", nn.ReLU()), ("pool2", nn.MaxPool2d(2)));
}
