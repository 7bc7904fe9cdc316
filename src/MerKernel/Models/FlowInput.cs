using MerKernel.Flow;

namespace MerKernel.Models;

/// <summary>Optical flow: u, v, magnitude and strain from onset to apex, and where asked for the same four from apex to offset behind them, in pixels of the data set's frames.</summary>
/// <param name="Method">The algorithm.</param>
/// <param name="Size">Side of the maps; the flow is computed at the frames' size and resized.</param>
/// <param name="ToOffset">Whether the way back to the offset belongs to it.</param>
public sealed record FlowInput(FlowMethod Method, int Size, bool ToOffset = false) : ClipInput
{
    /// <inheritdoc/>
    public override long[] Shape(int frameSize) => [ToOffset ? 8 : 4, Size, Size];
}
