using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>ResNet's basic block: two 3x3 convolutions and a shortcut (He et al. 2016).</summary>
public sealed class ResNetBlock : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? downsample;

    /// <summary>Creates a block.</summary>
    /// <param name="inChannels">Input channels.</param>
    /// <param name="outChannels">Output channels.</param>
    /// <param name="stride">1 or 2.</param>
    public ResNetBlock(int inChannels, int outChannels, int stride) : base(nameof(ResNetBlock))
    {
        conv1 = WeightInitialization.Conv(inChannels, outChannels, 3, stride, padding: 1);
        bn1 = nn.BatchNorm2d(outChannels);
        conv2 = WeightInitialization.Conv(outChannels, outChannels, 3, padding: 1);
        bn2 = nn.BatchNorm2d(outChannels);
        downsample = stride == 1 && inChannels == outChannels
            ? null
            : nn.Sequential(WeightInitialization.Conv(inChannels, outChannels, 1, stride), nn.BatchNorm2d(outChannels));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = bn2.call(conv2.call(bn1.Relu(conv1.call(input))));
        return x.add_(downsample is null ? input : downsample.call(input), Numbers.One).relu_().MoveToOuterDisposeScope();
    }
}
