using MerKernel.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Normalisations with the activation after them.</summary>
internal static class Activated
{
    /// <summary>
    /// The same images with their channels side by side in memory on a GPU, whose convolutions turn them over otherwise; what follows keeps the order.
    /// </summary>
    public static Tensor ChannelsLast(this Tensor images) =>
        images.device_type == TorchSharp.DeviceType.CUDA ? images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : images;

    /// <summary>ReLU of the normalised batch [N, C, H, W].</summary>
    public static Tensor Relu(this BatchNorm2d norm, Tensor x) => FusedBatchNormRelu.Fits(norm, x) ? FusedBatchNormRelu.Of(norm, x) : norm.call(x).relu_();
}
