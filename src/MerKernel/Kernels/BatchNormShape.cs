using System.Runtime.InteropServices;

namespace MerKernel.Kernels;

/// <summary>The sizes of a batch normalisation, as native/kernels/kernels.h declares them.</summary>
/// <param name="Images">Samples.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Plane">Pixels of a channel.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Momentum">What the running statistics take of a batch's.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BatchNormShape(long Images, long Channels, long Plane, float Epsilon, float Momentum);
