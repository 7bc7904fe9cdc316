using System.Runtime.InteropServices;

namespace MerKernel.Kernels;

/// <summary>The sizes of a residual sum with its normalisation, as native/kernels/kernels.h declares them.</summary>
/// <param name="Rows">Tokens of all samples.</param>
/// <param name="Channels">Channels of a token.</param>
/// <param name="RowsPerFactor">Tokens of a sample.</param>
/// <param name="Epsilon">The normalisation's.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ResidualShape(long Rows, long Channels, long RowsPerFactor, float Epsilon);

/// <summary>Where a residual sum's parameters and statistics lie, likewise.</summary>
/// <param name="Gamma">[channels].</param>
/// <param name="Beta">[channels].</param>
/// <param name="Factors">A factor for each sample's branch, or 0.</param>
/// <param name="Means">[rows].</param>
/// <param name="Inverses">1 / deviation, [rows].</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ResidualNormData(nint Gamma, nint Beta, nint Factors, nint Means, nint Inverses);
