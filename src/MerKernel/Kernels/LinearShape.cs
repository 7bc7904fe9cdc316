using System.Runtime.InteropServices;

namespace MerKernel.Kernels;

/// <summary>The sizes of a linear layer, as native/kernels/kernels.h declares them.</summary>
/// <param name="Tokens">Rows.</param>
/// <param name="Inputs">Features of a token.</param>
/// <param name="Outputs">Features of a token afterwards.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct LinearShape(long Tokens, long Inputs, long Outputs);
