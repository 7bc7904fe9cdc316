using MerKernel.Data;
using MerKernel.Flow;
using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// Optical flow along a clip: u, v and magnitude between each of its key frames and the next, in pixels of the data set's frames; [3, Between + 2, Size, Size].
/// </summary>
/// <param name="Method">The algorithm.</param>
/// <param name="Size">Side of the maps; the flow is computed at the frames' size and resized.</param>
/// <param name="Between">Key frames besides onset, apex and offset (<see cref="ClipFrames.Key"/>).</param>
public sealed record FlowSequenceInput(FlowMethod Method, int Size, int Between) : ClipInput
{
    /// <summary>u, v and magnitude: the first of <see cref="FlowMaps"/>.</summary>
    internal const int Channels = 3;

    int Fields => Between + 2;

    /// <inheritdoc/>
    public override long[] Shape(int frameSize) => [Channels, Fields, Size, Size];

    /// <inheritdoc/>
    protected internal override float[] Compute(MerDataset dataset)
    {
        var length = Channels * Fields * Size * Size;
        var cache = new InputCache(dataset.CacheFolder);
        using var frames = Baseline.Source(dataset).KeyFrames(Between);
        var all = new float[dataset.Clips.Length * length];
        Parallel.For(0, dataset.Clips.Length, i =>
            cache.Get($"flow sequence 1 {Method} {Size} {InputCache.HashOf(frames, i)}", length, () => Along(frames, i)).CopyTo(all, i * length));
        return all;
    }

    float[] Along(Tensor frames, int clip)
    {
        using var scope = NewDisposeScope();
        var (own, plane) = (frames[clip], Size * Size);
        var values = new float[Channels * Fields * plane];
        for (var field = 0; field < Fields; field++)
        {
            using OpenCvSharp.Mat before = FlowInput.Grey(own, field), after = FlowInput.Grey(own, field + 1);
            using var flow = OpticalFlow.Between(before, after, Method);
            var maps = FlowMaps.Of(flow, Size);
            for (var channel = 0; channel < Channels; channel++) maps.AsSpan(channel * plane, plane).CopyTo(values.AsSpan((channel * Fields + field) * plane));
        }
        return values;
    }
}
