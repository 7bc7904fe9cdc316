using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Kernels;

/// <summary>An AdamW update by <see cref="KernelLibrary"/>, in one pass over its four vectors.</summary>
internal static class FusedAdamW
{
    /// <summary>Whether a vector of parameters can be updated.</summary>
    public static bool Fits(Tensor parameters) =>
        parameters.dtype == ScalarType.Float32 && KernelLibrary.ComputesOn(parameters) && KernelLibrary.AdamWFits() != 0;

    /// <summary>Updates parameters and moments in place; every vector 32-bit, contiguous and of one length.</summary>
    public static void Update(in AdamWStep step, Tensor parameters, Tensor gradients, Tensor means, Tensor variances)
    {
        KernelLibrary.AdamW(
            step, KernelLibrary.Data(parameters.Handle), KernelLibrary.Data(gradients.Handle), KernelLibrary.Data(means.Handle),
            KernelLibrary.Data(variances.Handle), parameters.numel(), get_num_threads());
        GC.KeepAlive((parameters, gradients, means, variances));
    }
}
