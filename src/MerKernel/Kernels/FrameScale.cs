using System.Runtime.InteropServices;

namespace MerKernel.Kernels;

/// <summary>Square frames and how their bytes are normalised, as native/kernels/kernels.h declares them.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct FrameScale
{
    readonly long _size;
    readonly float _red, _green, _blue, _redShift, _greenShift, _blueShift;

    /// <summary>Frames of a side whose normalised values are byte * scale + shift.</summary>
    /// <param name="size">Side of a frame.</param>
    /// <param name="scale">[3].</param>
    /// <param name="shift">[3].</param>
    public FrameScale(long size, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
    {
        _size = size;
        (_red, _green, _blue) = (scale[0], scale[1], scale[2]);
        (_redShift, _greenShift, _blueShift) = (shift[0], shift[1], shift[2]);
    }
}
