using MerKernel.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Linear = MerKernel.Models.Linear;

namespace MerKernel.Native;

/// <summary>
/// <see cref="Ops"/> on a processor by native/kernels, which does in one pass what libtorch does in a dozen: AVX2,
/// AVX-512, and AVX-512 with bfloat16. Where the library is missing, or the processor has none of its instructions,
/// libtorch's operations do the same.
/// </summary>
public sealed class NativeOps : IOps
{
    private NativeOps()
    {
    }

    /// <summary>Plugs the library in, once for the process.</summary>
    public static void Use()
    {
        Ops.Use(DeviceType.CPU, new NativeOps());
        Cuda.CudaOps.Use();
    }

    /// <summary>The best instruction set at work.</summary>
    public string Name =>
        KernelLibrary.Instructions(ScalarType.BFloat16) ?? KernelLibrary.Instructions(ScalarType.Float32) ?? "none";

    /// <inheritdoc/>
    public Tensor? Linear(Tensor tokens, Tensor weight, Tensor? bias) =>
        LinearGradients.Fits(tokens, weight) ? LinearGradients.Of(tokens, weight, bias) : null;

    /// <inheritdoc/>
    public Tensor? BiasGelu(Tensor x, Linear linear) =>
        Native.BiasGelu.Fits(x, linear.Weight) ? Native.BiasGelu.Of(linear.Product(x), linear.Bias!) : null;

    /// <inheritdoc/>
    public (Tensor Sum, Tensor Normed)? AddLayerNorm(Tensor sum, Tensor branch, Tensor? factor, LayerNorm norm) =>
        Native.AddLayerNorm.Fits(sum, branch, factor, norm) ? Native.AddLayerNorm.Of(sum, branch, factor, norm) : null;

    /// <inheritdoc/>
    public Tensor? Convolution(Tensor x, Tensor weight, Tensor? bias, long stride, long padding) =>
        SmallConvolution.Fits(x, weight, stride, padding)
            ? SmallConvolution.Of(x, weight, bias, stride, padding) : null;

    /// <inheritdoc/>
    public Tensor? BatchNormRelu(Tensor x, BatchNorm norm) =>
        Native.BatchNormRelu.Fits(norm, x) ? Native.BatchNormRelu.Of(norm, x) : null;

    /// <inheritdoc/>
    public Tensor? WindowAttention(Tensor x, Linear qkv, Tensor table, Windows windows)
    {
        var shape = new WindowShape(x.size(0), windows.Side, windows.Window, windows.Shift, windows.Heads,
            windows.Depth);
        return Native.WindowAttention.Fits(shape, x, table)
            ? Native.WindowAttention.Of(shape, qkv.Product(x), qkv.Bias!, table) : null;
    }

    /// <inheritdoc/>
    public (Tensor Sum, Tensor Branch)? SwinBlock(SwinParts block, Tensor sum, Tensor? branch, Tensor? branchFactor,
        Tensor? attentionFactor) =>
            SwinBlockFunction.Fits(block, sum)
                ? SwinBlockFunction.Of(block, sum, branch, branchFactor, attentionFactor) : null;

    /// <inheritdoc/>
    public unsafe Tensor? Frames(Tensor frames, Tensor rows, Tensor? maps, Tensor scale, Tensor shift)
    {
        if (frames.dtype != ScalarType.Byte || !frames.is_contiguous() || !KernelLibrary.ComputesOn(frames)
            || KernelLibrary.FramesFit(frames.size(-1)) == 0)
            return null;
        var (clips, size) = (rows.size(0) / 2, frames.size(-1));
        var output = empty([clips, 2, 3, size, size], device: frames.device);
        KernelLibrary.Frames(
            new FrameScale(size, scale.data<float>(), shift.data<float>()), KernelLibrary.Data(frames),
            KernelLibrary.Data(rows),
            maps is null ? 0 : KernelLibrary.Data(maps), clips, KernelLibrary.Data(output), get_num_threads());
        GC.KeepAlive((frames, rows, maps));
        return output;
    }

    /// <inheritdoc/>
    public bool AdamW(in AdamWStep step, Tensor parameters, Tensor gradients, Tensor means, Tensor variances)
    {
        if (parameters.dtype != ScalarType.Float32 || !KernelLibrary.ComputesOn(parameters)
            || KernelLibrary.AdamWFits() == 0)
            return false;
        KernelLibrary.AdamW(
            new AdamWNumbers(step), KernelLibrary.Data(parameters), KernelLibrary.Data(gradients),
            KernelLibrary.Data(means), KernelLibrary.Data(variances),
            parameters.numel(), get_num_threads());
        GC.KeepAlive((parameters, gradients, means, variances));
        return true;
    }
}
