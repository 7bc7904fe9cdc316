using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>
/// A block of MMNet: residual convolutions as in a CVA block, then one weight for each place, the sigmoid of a 1x1 convolution (with BatchNorm) of the
/// mean and the largest channel, times the pooled map of the block before.
/// </summary>
public sealed class MmNetBlock : nn.Module<Tensor, Tensor?, (Tensor Features, Tensor Map)>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? shortcut;
    private readonly Sequential attention;

    /// <summary>Creates a block.</summary>
    /// <param name="inChannels">Input channels.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="stride">1 or 2.</param>
    public MmNetBlock(int inChannels, int outChannels, int stride) : base(nameof(MmNetBlock))
    {
        conv1 = WeightInitialization.Conv(inChannels, outChannels, 3, stride, padding: 1);
        bn1 = nn.BatchNorm2d(outChannels);
        conv2 = WeightInitialization.Conv(outChannels, outChannels, 1);
        bn2 = nn.BatchNorm2d(outChannels);
        shortcut = stride == 1 && inChannels == outChannels
            ? null
            : nn.Sequential(("conv", WeightInitialization.Conv(inChannels, outChannels, 1, stride)), ("bn", nn.BatchNorm2d(outChannels)));
        attention = nn.Sequential(("conv", WeightInitialization.Conv(2, 1, 1)), ("bn", nn.BatchNorm2d(1)));
        RegisterComponents();
    }

    /// <summary>Computes the block's output and its map [N, 1, H, W].</summary>
    /// <param name="input">Features of the block before, [N, C, H, W].</param>
    /// <param name="previous">Its map, at the input's size; null in the first block.</param>
    public override (Tensor Features, Tensor Map) forward(Tensor input, Tensor? previous)
    {
        using var scope = NewDisposeScope();
        var residual = bn2.call(conv2.call(bn1.Relu(conv1.call(input))));
        var features = residual.Plus(shortcut is null ? input : shortcut.call(input)).relu_();
        var map = attention.call(cat([features.mean([1], keepdim: true), features.amax([1], keepdim: true)], 1)).sigmoid();
        if (previous is not null)
        {
            map = map * nn.functional.max_pool2d(previous, kernel_size: 3, stride: 2, padding: 1);
        }

        return ((features * map).MoveToOuterDisposeScope(), map.MoveToOuterDisposeScope());
    }
}
