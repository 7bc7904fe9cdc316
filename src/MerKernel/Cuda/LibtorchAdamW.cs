using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Cuda;

/// <summary>libtorch's AdamW update in one pass (_fused_adamw_), which TorchSharp has no name for.</summary>
internal static unsafe class LibtorchAdamW
{
    static readonly delegate* unmanaged<ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef, double, double, double, double, double, byte, byte, Nothing*, Nothing*, void> s_update =
        (delegate* unmanaged<ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef, double, double, double, double, double, byte, byte, Nothing*, Nothing*, void>)
        Libtorch.Find("libtorch_cpu.so", "_ZN2at4_ops13_fused_adamw_4callEN3c108ArrayRefINS_6TensorEEES5_S5_S5_S5_S5_dddddbbRKSt8optionalIS4_ES9_");

    /// <summary>Whether this libtorch has it.</summary>
    public static bool Found => s_update is not null;

    /// <summary>Updates parameters and moments in place.</summary>
    /// <param name="parameters">32-bit, as are all others, and on one device.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="means">First moments.</param>
    /// <param name="variances">Second moments.</param>
    /// <param name="updates">The number of this update, from 1, one number.</param>
    /// <param name="learningRate">Learning rate.</param>
    /// <param name="beta1">Decay of the first moments.</param>
    /// <param name="beta2">Decay of the second moments.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    /// <param name="epsilon">Added to the root of the second moments.</param>
    public static void Update(Tensor parameters, Tensor gradients, Tensor means, Tensor variances, Tensor updates,
        double learningRate, double beta1, double beta2, double weightDecay, double epsilon)
    {
        var nothing = default(Nothing);
        s_update(One(parameters), One(gradients), One(means), One(variances), default, One(updates), learningRate, beta1, beta2, weightDecay, epsilon, 0, 0, &nothing, &nothing);
        GC.KeepAlive((parameters, gradients, means, variances, updates));
    }

    // A TorchSharp handle points to an at::Tensor, which is what a list of one points to.
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
