using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// AMAN: the last stage of a ResNet-18 over the frozen features of every frame in every magnified version; a weight for each version of a frame and then for each frame,
/// the sigmoid of a linear layer, makes one vector of a clip. 8.4 M trained parameters.
/// </summary>
public sealed class Aman : Network
{
    private readonly Sequential layer4;
    private readonly Linear magnification;
    private readonly Linear frames;
    private readonly Linear fc;

    private Aman(AmanOptions options) : base(nameof(Aman))
    {
        var channels = 512 / options.WidthDivisor;
        layer4 = ResNetTrunk.Stage(channels / 2, channels, stride: 2, blocks: 2);
        magnification = nn.Linear(channels, 1);
        frames = nn.Linear(channels, 1);
        fc = nn.Linear(channels, options.Classes);
        RegisterComponents();
    }

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    public static Aman Create(AmanOptions options, long seed) => Build(() => new Aman(options), seed);

    /// <inheritdoc/>
    public override Tensor forward(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        var (clips, count, versions) = (batch.Asked.size(0), batch.Asked.size(1), batch.Asked.size(2));
        var pooled = layer4.call(batch.Asked.flatten(0, 2)).mean([2, 3]).view(clips, count, versions, -1);
        return fc.call(WeightedMean(frames, WeightedMean(magnification, pooled))).MoveToOuterDisposeScope();
    }

    /// <summary>[..., n, C] -> [..., C].</summary>
    private static Tensor WeightedMean(Linear attention, Tensor vectors)
    {
        var weight = attention.call(vectors).sigmoid();
        return (weight * vectors).sum(-2) / weight.sum(-2);
    }
}
