using System.Runtime.InteropServices;

namespace MerKernel.Kernels;

/// <summary>The numbers of one AdamW update, as native/kernels/kernels.h declares them.</summary>
/// <param name="Kept">What a parameter keeps of itself.</param>
/// <param name="MeanShare">1 - beta1.</param>
/// <param name="VarianceKept">beta2.</param>
/// <param name="VarianceShare">1 - beta2.</param>
/// <param name="Correction">What the variance's root is divided by.</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Step">Minus the rate over the mean's correction.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AdamWStep(float Kept, float MeanShare, float VarianceKept, float VarianceShare, float Correction, float Epsilon, float Step);
