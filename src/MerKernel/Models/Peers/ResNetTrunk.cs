using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>The convolutional part of a ResNet of basic blocks (He et al. 2016) under torchvision's names; [N, 3, S, S] -> [N, C, S', S'], both halved by every stage behind the first.</summary>
internal static class ResNetTrunk
{
    /// <summary>Builds a trunk.</summary>
    /// <param name="width">Channels of the first stage; 64 as published.</param>
    /// <param name="blocks">Blocks of each stage: 2, 2, 2, 2 in ResNet-18, 3, 4, 6, 3 in ResNet-34.</param>
    public static Sequential Create(int width, params int[] blocks)
    {
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>
        {
            ("conv1", WeightInitialization.Conv(3, width, 7, stride: 2, padding: 3)), ("bn1", nn.BatchNorm2d(width)), ("relu", nn.ReLU()), ("maxpool", nn.MaxPool2d(3, stride: 2, padding: 1)),
        };
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            layers.Add(($"layer{stage + 1}", Stage(stage == 0 ? width : width << (stage - 1), width << stage, stage == 0 ? 1 : 2, blocks[stage])));
        }

        return nn.Sequential(layers);
    }

    /// <summary>Builds one stage.</summary>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    /// <param name="stride">Stride of its first block.</param>
    /// <param name="blocks">How many blocks.</param>
    public static Sequential Stage(int from, int to, int stride, int blocks) =>
        nn.Sequential([.. Enumerable.Range(0, blocks).Select(i => ($"{i}", (nn.Module<Tensor, Tensor>)new ResNetBlock(i == 0 ? from : to, to, i == 0 ? stride : 1)))]);
}
