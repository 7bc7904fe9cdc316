using System.Runtime.InteropServices;
using MerKernel.Cuda;
using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Native.Cuda;

/// <summary>libtorch's AdamW update in one pass (_fused_adamw_), which TorchSharp has no name for.</summary>
internal static unsafe class LibtorchAdamW
{
    static readonly delegate* unmanaged<ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef, double, double,
        double, double, double, byte, byte, Nothing*, Nothing*, void> s_update =
            (delegate* unmanaged<ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef, double, double, double,
                double, double, byte, byte, Nothing*, Nothing*, void>)
            Libtorch.Find("libtorch_cpu.so",
                "_ZN2at4_ops13_fused_adamw_4callEN3c108ArrayRefINS_6TensorEEES5_S5_S5_S5_S5_dddddbbRKSt8optionalIS4_ES9_");

    /// <summary>Whether this libtorch has it.</summary>
    public static bool Found => s_update is not null;

    /// <summary>Updates parameters and moments in place; see <see cref="Ops.AdamW"/>.</summary>
    /// <param name="step">The numbers of this update.</param>
    /// <param name="parameters">32-bit, as are all others, and on one device.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="means">Running mean of the gradients.</param>
    /// <param name="variances">Running mean of their squares.</param>
    /// <param name="count">The update's number once more, where the parameters lie.</param>
    public static void Update(in AdamWStep step, Tensor parameters, Tensor gradients, Tensor means, Tensor variances,
        Tensor count)
    {
        var nothing = default(Nothing);
        s_update(One(parameters), One(gradients), One(means), One(variances), default, One(count), step.Rate,
            step.Beta1, step.Beta2, step.Decay, step.Epsilon, 0, 0, &nothing, &nothing);
        GC.KeepAlive((parameters, gradients, means, variances, count));
    }

    // A TorchSharp handle points to an at::Tensor, as a list of one does.
    static ArrayRef One(Tensor tensor) => new() { Data = tensor.Handle, Length = 1 };

    [StructLayout(LayoutKind.Sequential)]
    struct ArrayRef
    {
        public nint Data, Length;
    }

    /// <summary>An empty std::optional of a tensor.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    struct Nothing;
}
