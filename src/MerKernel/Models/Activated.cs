using MerKernel.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Normalisations with the activation after them.</summary>
internal static class Activated
{
    /// <summary>ReLU of the normalised batch [N, C, H, W].</summary>
    public static Tensor Relu(this BatchNorm2d norm, Tensor x) => FusedBatchNormRelu.Fits(norm, x) ? FusedBatchNormRelu.Of(norm, x) : norm.call(x).relu_();
}
