using System.Runtime.InteropServices;

namespace MerKernel.Kernels;

/// <summary>The sizes of an attention within windows, as native/kernels/kernels.h declares them.</summary>
/// <param name="Images">Maps N.</param>
/// <param name="Side">Side of a map, a multiple of the window.</param>
/// <param name="Window">Side w of a window.</param>
/// <param name="Shift">Positions that the map is shifted by.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Depth">Channels a head.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct WindowShape(long Images, long Side, long Window, long Shift, long Heads, long Depth);
