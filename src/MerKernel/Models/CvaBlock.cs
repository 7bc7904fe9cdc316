using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>A continuous vertical attention block (equations 1, 2 and 4): F_conv = residual convolutions, output = F_conv times its attention maps.</summary>
public sealed class CvaBlock : nn.Module<Tensor, AttentionMaps?, (Tensor Features, AttentionMaps Maps)>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? shortcut;
    private readonly nn.Module<Tensor, AttentionMaps?, AttentionMaps> attention;

    /// <summary>Creates a block.</summary>
    /// <param name="inChannels">Input channels.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="stride">1 or 2.</param>
    /// <param name="outHeight">Rows of the output.</param>
    /// <param name="first">True for the first block, which has no previous map.</param>
    /// <param name="options">Direction, continuity and activation of the attention.</param>
    public CvaBlock(int inChannels, int outChannels, int stride, int outHeight, bool first, MerNetOptions options) : base(nameof(CvaBlock))
    {
        conv1 = WeightInitialization.Conv(inChannels, outChannels, 3, stride, padding: 1);
        bn1 = nn.BatchNorm2d(outChannels);
        conv2 = WeightInitialization.Conv(outChannels, outChannels, 1);
        bn2 = nn.BatchNorm2d(outChannels);
        shortcut = stride == 1 && inChannels == outChannels
            ? null
            : nn.Sequential(("conv", WeightInitialization.Conv(inChannels, outChannels, 1, stride)), ("bn", nn.BatchNorm2d(outChannels)));
        int? previous = first || !options.Continuous ? null : inChannels;
        attention = options.Attention == AttentionDirection.Learned
            ? new LearnedDirectionAttention(outChannels, previous, options.Angle)
            : new CoordinateAttention(outChannels, outHeight, previous, options.Attention, options.Activation);
        RegisterComponents();
    }

    /// <summary>Computes the block's output and its maps.</summary>
    /// <param name="input">Features of the block before, [N, C, H, W].</param>
    /// <param name="previous">Maps to multiply in, or null.</param>
    public override (Tensor Features, AttentionMaps Maps) forward(Tensor input, AttentionMaps? previous)
    {
        using var scope = NewDisposeScope();
        var residual = bn2.call(conv2.call(bn1.Relu(conv1.call(input))));
        var features = residual.add_(shortcut is null ? input : shortcut.call(input), Numbers.One).relu_();
        var maps = attention.call(features, previous);
        var output = maps.Vertical is null ? features : features * maps.Vertical;
        output = maps.Horizontal is null ? output : output * maps.Horizontal;
        maps.MoveToOuterDisposeScope();
        return (output.MoveToOuterDisposeScope(), maps);
    }
}
