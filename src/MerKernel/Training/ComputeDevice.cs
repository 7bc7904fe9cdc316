using System.Runtime.Intrinsics.X86;
using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Where networks are trained, by name.</summary>
public static class ComputeDevice
{
    /// <summary>The device of a name; on a GPU 32-bit products may use TF32.</summary>
    /// <param name="name">cpu, cuda or cuda:N.</param>
    /// <exception cref="UserErrorException">There is no such device here.</exception>
    public static Device Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == "cpu") return CPU;
        var parts = name.Split(':');
        if (parts[0] != "cuda" || parts.Length > 2 || !int.TryParse(parts.ElementAtOrDefault(1) ?? "0", out var index)
            || index < 0)
            throw new UserErrorException($"There is no device '{name}'; write cpu, cuda or cuda:1.");
        if (!cuda.is_available())
            throw new UserErrorException($"No GPU can be used here ({name}): this build has libtorch for CPUs, or " +
                "there is no GPU or no driver. ./mer doctor says which; ./mer --torch cuda builds for GPUs.");
        if (index >= cuda.device_count())
            throw new UserErrorException(
                $"There is no {name}: this machine has {cuda.device_count()} GPUs, counted from 0.");
        backends.cuda.matmul.allow_tf32 = true;
        backends.cudnn.allow_tf32 = true;
        return device(DeviceType.CUDA, index);
    }

    /// <summary>
    /// Whether this processor multiplies bfloat16 numbers itself; where it does not, libtorch converts them and
    /// bfloat16 is slower than 32 bits.
    /// </summary>
    public static bool ProcessorHasBFloat16 { get; } = HasBFloat16();

    /// <summary>
    /// The instruction set of the native kernels (native/kernels) on this processor, or null where libtorch's
    /// operations take their place.
    /// </summary>
    public static string? KernelInstructions => Ops.Of(DeviceType.CPU)?.Name;

    static bool HasBFloat16()
    {
        // AVX512_BF16 (leaf 7.1, EAX bit 5) or AMX-BF16 (leaf 7.0, EDX bit 22).
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7) return false;
        var (subleaves, _, _, edx) = X86Base.CpuId(7, 0);
        return (edx >> 22 & 1) == 1 || (subleaves >= 1 && (X86Base.CpuId(7, 1).Eax >> 5 & 1) == 1);
    }
}
