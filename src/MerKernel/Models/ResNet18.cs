using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>ResNet-18 without its classifier, names and structure as in torchvision; [N, 3, S, S] -> [N, 512, S/32, S/32], or S/16 when the last stage keeps its stride at 1.</summary>
public sealed class ResNet18 : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly MaxPool2d maxpool;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;

    /// <summary>Creates the network.</summary>
    /// <param name="options">The width.</param>
    /// <param name="lastStride">Stride of the last stage: 2 as published, 1 for a map of the position stream's size.</param>
    public ResNet18(MerNetOptions options, int lastStride) : base(nameof(ResNet18))
    {
        var width = options.Scale(64);
        conv1 = WeightInitialization.Conv(3, width, 7, stride: 2, padding: 3);
        bn1 = nn.BatchNorm2d(width);
        maxpool = nn.MaxPool2d(3, stride: 2, padding: 1);
        layer1 = Stage(width, width, 1);
        layer2 = Stage(width, 2 * width, 2);
        layer3 = Stage(2 * width, 4 * width, 2);
        layer4 = Stage(4 * width, 8 * width, lastStride);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = maxpool.call(bn1.Relu(conv1.call(input.ChannelsLast())));
        x = layer4.call(layer3.call(layer2.call(layer1.call(x))));
        return x.MoveToOuterDisposeScope();
    }

    private static Sequential Stage(int inChannels, int outChannels, int stride) =>
        nn.Sequential(new ResNetBlock(inChannels, outChannels, stride), new ResNetBlock(outChannels, outChannels, 1));
}
