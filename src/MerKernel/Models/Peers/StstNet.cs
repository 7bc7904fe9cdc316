using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// STSTNet: three convolutions side by side (3, 5 and 8 channels) on the flow's u, v and strain, 28 x 28; 400 values to one linear layer. 1.7 thousand
/// parameters. Sees flow alone.
/// </summary>
public sealed class StstNet : Network
{
    private readonly ModuleList<Sequential> streams = new();
    private readonly AvgPool2d pool;
    private readonly Linear fc;

    private StstNet(StstNetOptions options) : base(nameof(StstNet))
    {
        foreach (var channels in new[] { 3, 5, 8 })
        {
            streams.Add(nn.Sequential(
                ("conv", nn.Conv2d(3, channels, 3, padding: 2)), ("relu", nn.ReLU()), ("bn", nn.BatchNorm2d(channels)),
                ("pool", nn.MaxPool2d(3, stride: 3, padding: 1)), ("dropout", new SeededDropout(0.5))));
        }

        pool = nn.AvgPool2d(2, stride: 2);
        fc = nn.Linear(16 * 5 * 5, options.Classes);
        RegisterComponents();
    }

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    public static StstNet Create(StstNetOptions options, long seed) => Build(() => new StstNet(options), seed);

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        var images = FlowImages.Scaled(batch.Asked, FlowImages.U, FlowImages.V, FlowImages.Strain);
        var joined = cat([.. streams.Select(stream => stream.call(images))], 1);
        return fc.call(pool.call(joined).flatten(1)).MoveToOuterDisposeScope();
    }
}
