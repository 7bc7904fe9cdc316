using MerKernel.Data;
using static TorchSharp.torch;

namespace MerKernel.Tests;

/// <summary>
/// Replaces the files behind a made-up data set: the sequence runs from the onset to the apex, and landmarks lie on
/// a grid.
/// </summary>
sealed class MovedSource(Tensor frames) : IClipSource
{
    public Tensor Sequence(int count)
    {
        var pairs = frames.view(-1, 2, frames.size(1), frames.size(2), frames.size(3)).to_type(ScalarType.Float32);
        var steps = Enumerable.Range(0, count).Select(i => (float)i / (count - 1));
        return stack(
            [.. steps.Select(s => (pairs.select(1, 0) * (1 - s) + pairs.select(1, 1) * s).to_type(ScalarType.Byte))], 1)
            .DetachFromDisposeScope();
    }

    public Tensor KeyFrames(int between) => Sequence(between + 3);

    public Tensor Landmarks()
    {
        var (clips, side) = (frames.size(0) / 2, frames.size(-1));
        var grid = stack([arange(68) % 9 * side / 9f, arange(68) / 9 * side / 9f], 1);
        return grid.to_type(ScalarType.Float32).unsqueeze(0).expand(clips, 68, 2).contiguous().DetachFromDisposeScope();
    }
}
