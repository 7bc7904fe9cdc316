using MerKernel.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Linear = MerKernel.Models.Linear;

namespace MerKernel.Native.Cuda;

/// <summary>
/// <see cref="Ops"/> on a GPU with fewer operations: libtorch's own fused ones (attention with the relative bias as its
/// mask, AdamW), convolutions with channels last, and kernels.cu. No GPU has run it yet: it was tried only on
/// a processor, so it takes part only where <see cref="Switch"/> asks for it.
/// </summary>
/// <param name="kernels">Whether kernels.cu takes part too.</param>
public sealed class CudaOps(bool kernels) : IOps
{
    /// <summary>
    /// Set to 1, this environment variable has all of it take part; set to fused, all but kernels.cu.
    /// </summary>
    public const string Switch = "MER_CUDA_KERNELS";

    /// <summary>Plugs it in, once for the process, where it is asked for.</summary>
    public static void Use()
    {
        if (Environment.GetEnvironmentVariable(Switch) is ("1" or "fused") and var asked)
            Ops.Use(DeviceType.CUDA, new CudaOps(asked == "1"));
    }

    /// <inheritdoc/>
    public string Name => !kernels
        ? "libtorch's fused operations"
        : CudaKernels.Failure is { } why ? $"libtorch's fused operations ({why})"
        : "CUDA";

    /// <inheritdoc/>
    public Tensor? Images(Tensor images) => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <inheritdoc/>
    public Tensor? BiasGelu(Tensor x, Linear linear) =>
        kernels && CudaBiasGelu.Fits(x, linear.Weight) ? CudaBiasGelu.Of(linear.Product(x), linear.Bias!) : null;

    /// <inheritdoc/>
    public (Tensor Sum, Tensor Normed)? AddLayerNorm(Tensor sum, Tensor branch, Tensor? factor, LayerNorm norm)
    {
        if (!kernels || !CudaAddNorm.Fits(branch, norm)) return null;
        // A GPU's autocast normalises in 32 bits; the residual stream is of the products' type, as on a processor.
        return CudaAddNorm.Of(sum.to(branch.dtype), branch, factor, norm);
    }

    /// <inheritdoc/>
    public Tensor? WindowAttention(Tensor x, Linear qkv, Tensor table, Windows windows)
    {
        var shape = new WindowShape(x.size(0), windows.Side, windows.Window, windows.Shift, windows.Heads,
            windows.Depth);
        return kernels && CudaWindowAttention.Fits(shape, x, table)
            ? CudaWindowAttention.Of(shape, qkv.Product(x), qkv.Bias!, table)
            : windows.AttendFused(x, qkv, table);
    }

    /// <inheritdoc/>
    public bool AdamW(in AdamWStep step, Tensor parameters, Tensor gradients, Tensor means, Tensor variances)
    {
        if (parameters.dtype != ScalarType.Float32 || !LibtorchAdamW.Found) return false;
        using Scalar update = step.Update;
        using var count = full([1], update, ScalarType.Float32, parameters.device);
        LibtorchAdamW.Update(step, parameters, gradients, means, variances, count);
        return true;
    }
}
