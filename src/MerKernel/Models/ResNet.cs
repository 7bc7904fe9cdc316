using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// ResNet-18 without its classifier (He et al. 2016), names and structure as in torchvision; [N, 3, S, S]
/// -> [N, 512, S/32, S/32], or S/16 when the last stage keeps its stride at 1.
/// </summary>
public sealed class ResNet18 : Layer
{
    private readonly Conv2d conv1;
    private readonly BatchNorm bn1;
    private readonly MaxPool2d maxpool;
    private readonly Sequential layer1, layer2, layer3, layer4;

    /// <summary>Creates the network.</summary>
    /// <param name="options">The width.</param>
    /// <param name="lastStride">
    /// Stride of the last stage: 2 as published, 1 for a map of the position stream's size.
    /// </param>
    public ResNet18(MerNetOptions options, int lastStride)
    {
        var width = options.Scale(64);
        conv1 = Layers.Conv(3, width, 7, stride: 2);
        bn1 = Layers.BatchNorm2d(width);
        maxpool = nn.MaxPool2d(3, stride: 2, padding: 1);
        layer1 = Stage(width, width, 1, blocks: 2);
        layer2 = Stage(width, 2 * width, 2, blocks: 2);
        layer3 = Stage(2 * width, 4 * width, 2, blocks: 2);
        layer4 = Stage(4 * width, 8 * width, lastStride, blocks: 2);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor image)
    {
        var x = maxpool.call(Ops.BatchNormRelu(conv1.call(Ops.Images(image)), bn1));
        return layer4.call(layer3.call(layer2.call(layer1.call(x))));
    }

    /// <summary>
    /// A trunk of a ResNet of basic blocks: [N, 3, S, S] -> [N, C, S', S'], halved by every stage behind the first.
    /// </summary>
    /// <param name="width">Channels of the first stage; 64 as published.</param>
    /// <param name="blocks">Blocks of each stage: 2, 2, 2, 2 in ResNet-18, 3, 4, 6, 3 in ResNet-34.</param>
    internal static Sequential Trunk(int width, params int[] blocks) => nn.Sequential(
    [
        ("conv1", (Module)Layers.Conv(3, width, 7, stride: 2)), ("bn1", Layers.BatchNorm2d(width)), ("relu", nn.ReLU()),
        ("maxpool", nn.MaxPool2d(3, stride: 2, padding: 1)),
        .. blocks.Select((count, i) =>
            ($"layer{i + 1}", (Module)Stage(i == 0 ? width : width << (i - 1), width << i, i == 0 ? 1 : 2, count))),
    ]);

    /// <summary>One stage: a block that changes the size, then blocks that keep it.</summary>
    internal static Sequential Stage(int from, int to, int stride, int blocks) =>
        nn.Sequential([.. Enumerable.Range(0, blocks)
            .Select(i => ($"{i}", (Module)new ResNetBlock(i == 0 ? from : to, to, i == 0 ? stride : 1)))]);
}

/// <summary>
/// ResNet's basic block: two 3x3 convolutions and a shortcut (He et al. 2016); [N, C, H, W] -> [N, C', H/s, W/s].
/// </summary>
public sealed class ResNetBlock : Layer
{
    private readonly Conv2d conv1;
    private readonly BatchNorm bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm bn2;
    private readonly Sequential? downsample;

    /// <summary>Creates a block.</summary>
    /// <param name="from">Input channels C.</param>
    /// <param name="to">Output channels C'.</param>
    /// <param name="stride">Stride s, 1 or 2.</param>
    public ResNetBlock(int from, int to, int stride)
    {
        (conv1, bn1) = (Layers.Conv(from, to, 3, stride), Layers.BatchNorm2d(to));
        (conv2, bn2) = (Layers.Conv(to, to, 3), Layers.BatchNorm2d(to));
        downsample = stride == 1 && from == to
            ? null
            : nn.Sequential(Layers.Conv(from, to, 1, stride), Layers.BatchNorm2d(to));
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) =>
        bn2.call(conv2.call(Ops.BatchNormRelu(conv1.call(x), bn1)))
            .PlusRelu(downsample is null ? x : downsample.call(x));
}
