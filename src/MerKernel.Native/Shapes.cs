using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MerKernel.Models;

namespace MerKernel.Native;

/// <summary>The sizes of an attention within windows, as native/kernels/kernels.h declares them.</summary>
/// <param name="Images">Maps N.</param>
/// <param name="Side">Side of a map, a multiple of the window.</param>
/// <param name="Window">Side w of a window.</param>
/// <param name="Shift">Positions that the map is shifted by.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Depth">Channels a head.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct WindowShape(long Images, long Side, long Window, long Shift, long Heads, long Depth);

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

/// <summary>The sizes of a Swin block, as native/kernels/kernels.h declares them.</summary>
/// <param name="Images">Maps N.</param>
/// <param name="Side">Side of a map.</param>
/// <param name="Padded">Its side in whole windows.</param>
/// <param name="Window">Side w of a window.</param>
/// <param name="Shift">Positions that the map is shifted by.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Depth">Channels per head.</param>
/// <param name="Epsilon">That of both normalisations.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct SwinShape(long Images, long Side, long Padded, long Window, long Shift, long Heads,
    long Depth, float Epsilon);

/// <summary>The tensors that a Swin block reads, likewise; factors and branch may be 0.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct SwinInput(nint Sum, nint Branch, nint BranchFactors, nint AttentionFactors);

/// <summary>Its parameters, or their gradients and then those of the sum and the branch, likewise.</summary>
[InlineArray(Count)]
internal struct SwinParameters
{
    /// <summary>Parameters, and two gradients more.</summary>
    public const int Count = 15;

    nint _first;
}

/// <summary>The sizes of a convolution, as native/kernels/kernels.h declares them.</summary>
/// <param name="Images">Images N.</param>
/// <param name="From">Their channels.</param>
/// <param name="To">Channels of the output.</param>
/// <param name="Height">Height of an image.</param>
/// <param name="Width">Width of an image.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">Stride.</param>
/// <param name="Padding">Rim of zeros.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ConvolutionShape(long Images, long From, long To, long Height, long Width, long Kernel,
    long Stride, long Padding);

/// <summary>The sizes of a batch normalisation, as native/kernels/kernels.h declares them.</summary>
/// <param name="Images">Samples.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Plane">Pixels of a channel.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Momentum">The share that the running statistics take of a batch's.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BatchNormShape(long Images, long Channels, long Plane, float Epsilon, float Momentum);

/// <summary>The sizes of a linear layer, as native/kernels/kernels.h declares them.</summary>
/// <param name="Tokens">Rows.</param>
/// <param name="Inputs">Features of a token.</param>
/// <param name="Outputs">Features of a token afterwards.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct LinearShape(long Tokens, long Inputs, long Outputs);

/// <summary>Square frames and how their bytes are normalised, as native/kernels/kernels.h declares them.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct FrameScale
{
    readonly long _size;
    readonly float _red, _green, _blue, _redShift, _greenShift, _blueShift;

    /// <summary>Frames of a side whose normalised values are byte * scale + shift.</summary>
    public FrameScale(long size, TorchSharp.Utils.TensorAccessor<float> scale,
        TorchSharp.Utils.TensorAccessor<float> shift)
    {
        _size = size;
        (_red, _green, _blue) = (scale[0, 0, 0, 0], scale[0, 1, 0, 0], scale[0, 2, 0, 0]);
        (_redShift, _greenShift, _blueShift) = (shift[0, 0, 0, 0], shift[0, 1, 0, 0], shift[0, 2, 0, 0]);
    }
}

/// <summary>The numbers of one AdamW update, as native/kernels/kernels.h declares them.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct AdamWNumbers(in AdamWStep step)
{
    readonly float _kept = (float)step.Kept, _meanShare = (float)(1 - step.Beta1), _varianceKept = (float)step.Beta2,
        _varianceShare = (float)(1 - step.Beta2);
    readonly float _correction = (float)step.RootCorrection, _epsilon = (float)step.Epsilon,
        _step = (float)-step.CorrectedRate;
}
