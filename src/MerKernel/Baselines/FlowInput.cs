using MerKernel.Data;
using MerKernel.Flow;
using MerKernel.Models;
using MerKernel.Training;
using OpenCvSharp;
using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// Optical flow: u, v, magnitude and strain from onset to apex, and where asked for the same four from apex to offset
/// behind them, in pixels of the data set's frames; [4 or 8, Size, Size].
/// </summary>
/// <param name="Method">The algorithm.</param>
/// <param name="Size">Side of the maps; the flow is computed at the frames' size and resized.</param>
/// <param name="ToOffset">Whether the way back to the offset belongs to it.</param>
public sealed record FlowInput(FlowMethod Method, int Size, bool ToOffset = false) : ClipInput
{
    /// <summary>Channels of the maps.</summary>
    internal const int U = 0, V = 1, Magnitude = 2, Strain = 3;

    /// <summary>Said of every system that reads flow as images.</summary>
    internal const string AssumedScaling =
        "each flow map of a clip is scaled to its own range before it becomes an image";

    /// <inheritdoc/>
    public override long[] Shape(int frameSize) => [ToOffset ? 8 : 4, Size, Size];

    /// <inheritdoc/>
    public override bool NeedsFiles => ToOffset;

    /// <summary>
    /// Scales each map of each clip from its smallest value to its largest onto 0..255; a map without motion becomes 0.
    /// </summary>
    /// <param name="flow">[N, 4, S, S].</param>
    /// <param name="channels">Which maps, in the order they are wanted.</param>
    internal static Tensor Images(Tensor flow, params int[] channels)
    {
        var maps = stack([.. channels.Select(c => flow.select(1, c))], 1);
        var (low, high) = (maps.amin([2, 3], keepdim: true), maps.amax([2, 3], keepdim: true));
        return (maps - low) * (high - low).AtLeast(1e-6).reciprocal().Times(255);
    }

    /// <inheritdoc/>
    protected internal override float[] Compute(MerDataset dataset)
    {
        var length = 4 * Size * Size;
        var (hashes, cache) = (FrameHashes.Of(dataset), new InputCache(dataset.CacheFolder));
        using var offsets = ToOffset ? Baseline.Source(dataset).Sequence(2).select(1, 1).contiguous() : null;
        var all = new float[dataset.Clips.Length * length * (ToOffset ? 2 : 1)];
        Parallel.For(0, dataset.Clips.Length, i =>
        {
            var (onset, apex) = (dataset.OnsetFrames[i][0], dataset.ApexFrames[i][0]);
            using var peak = Grey(dataset.Frames, apex);
            var place = all.AsSpan(i * length * (ToOffset ? 2 : 1));
            Between(hashes[onset], hashes[apex], () => Grey(dataset.Frames, onset), () => peak.Clone()).CopyTo(place);
            if (offsets is not null)
                Between(hashes[apex], InputCache.HashOf(offsets, i), () => peak.Clone(), () => Grey(offsets, i))
                    .CopyTo(place[length..]);
        });
        return all;

        float[] Between(string from, string to, Func<Mat> first, Func<Mat> second) =>
            cache.Get($"flow 1 {Method} {Size} {dataset.Size} {from} {to}", length, () =>
            {
                using Mat before = first(), after = second();
                using var flow = OpticalFlow.Between(before, after, Method);
                return FlowMaps.Of(flow, Size);
            });
    }

    /// <summary>A frame as OpenCV's grey: 0.299 R + 0.587 G + 0.114 B.</summary>
    internal static Mat Grey(Tensor frames, int row)
    {
        using var scope = NewDisposeScope();
        var (frame, side) = (frames[row].cpu().contiguous(), (int)frames.size(-1));
        var bytes = frame.bytes;
        var grey = new Mat(side, side, MatType.CV_8UC1);
        var pixels = grey.AsSpan<byte>();
        var plane = side * side;
        for (var i = 0; i < plane; i++)
            pixels[i] = (byte)MathF.Round(
                0.299f * bytes[i] + 0.587f * bytes[plane + i] + 0.114f * bytes[2 * plane + i]);
        return grey;
    }
}

/// <summary>
/// Optical flow along a clip: u, v and magnitude between each of its key frames and the next, in pixels of the data
/// set's frames; [3, Between + 2, Size, Size].
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
            cache.Get($"flow sequence 1 {Method} {Size} {InputCache.HashOf(frames, i)}", length, () => Along(frames, i))
                .CopyTo(all, i * length));
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
            for (var channel = 0; channel < Channels; channel++)
                maps.AsSpan(channel * plane, plane).CopyTo(values.AsSpan((channel * Fields + field) * plane));
        }
        return values;
    }
}
