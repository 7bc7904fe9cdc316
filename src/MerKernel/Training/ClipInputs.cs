using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using MerKernel.Data;
using MerKernel.Flow;
using MerKernel.Models;
using OpenCvSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Computes what networks see of clips beside their frames: once for each data set, kept on disk clip by clip.</summary>
public static class ClipInputs
{
    static readonly ConditionalWeakTable<MerDataset, ConcurrentDictionary<ClipInput, Lazy<Tensor>>> Known = [];

    /// <summary>The input of every clip of a data set, float32 [clips, ...]; it belongs to the data set.</summary>
    /// <exception cref="UserErrorException">The cache folder cannot be written to.</exception>
    public static Tensor Of(MerDataset dataset, ClipInput input) =>
        Known.GetOrCreateValue(dataset).GetOrAdd(input, asked => new Lazy<Tensor>(() => Compute(dataset, asked))).Value;

    static Tensor Compute(MerDataset dataset, ClipInput input)
    {
        long[] shape = [dataset.Clips.Length, .. input.Shape(dataset.Size)];
        var values = input switch
        {
            FlowInput flow => Flows(dataset, flow),
            PatchInput patches => Patches(dataset, patches),
            SequenceInput sequence => Sequences(dataset, sequence),
            FrozenFeatureInput features => FrozenFeatures.Of(dataset, features, Source(dataset)),
            _ => throw new ArgumentOutOfRangeException(nameof(input), input, "Nobody computes this input."),
        };
        // Made in inference mode it could not be trained on later.
        using var normal = inference_mode(false);
        return tensor(values).view(shape).DetachFromDisposeScope();
    }

    static float[] Flows(MerDataset dataset, FlowInput input)
    {
        var length = 4 * input.Size * input.Size;
        var (hashes, cache) = (FrameHashes.Of(dataset), new InputCache(dataset.CacheFolder));
        using var offsets = input.ToOffset ? Source(dataset).Sequence(2).select(1, 1).contiguous() : null;
        var all = new float[dataset.Clips.Length * length * (input.ToOffset ? 2 : 1)];
        Parallel.For(0, dataset.Clips.Length, i =>
        {
            var (onset, apex) = (dataset.OnsetFrames[i][0], dataset.ApexFrames[i][0]);
            using var peak = Grey(dataset.Frames, apex);
            var place = all.AsSpan(i * length * (input.ToOffset ? 2 : 1));
            Between(hashes[onset], hashes[apex], () => Grey(dataset.Frames, onset), () => peak.Clone()).CopyTo(place);
            if (offsets is not null) Between(hashes[apex], HashOf(offsets, i), () => peak.Clone(), () => Grey(offsets, i)).CopyTo(place[length..]);
        });
        return all;

        float[] Between(string from, string to, Func<Mat> first, Func<Mat> second) =>
            cache.Get($"flow 1 {input.Method} {input.Size} {dataset.Size} {from} {to}", length, () =>
            {
                using Mat before = first(), after = second();
                using var flow = OpticalFlow.Between(before, after, input.Method);
                return FlowMaps.Of(flow, input.Size);
            });
    }

    static float[] Patches(MerDataset dataset, PatchInput input)
    {
        var length = PatchInput.Factors * PatchInput.Points * PatchInput.Side * PatchInput.Side;
        var (hashes, cache) = (FrameHashes.Of(dataset), new InputCache(dataset.CacheFolder));
        using var landmarks = Source(dataset).Landmarks();
        var points = landmarks.data<float>().ToArray();
        var all = new float[dataset.Clips.Length * length];
        using var magnification = new Magnification(input.Magnifier);
        // A network's factor is its own, so clips wait for each other there.
        Parallel.For(0, dataset.Clips.Length, new ParallelOptions { MaxDegreeOfParallelism = magnification.Learned ? 1 : -1 }, i =>
        {
            var (onset, apex) = (dataset.OnsetFrames[i][0], dataset.ApexFrames[i][0]);
            var own = points.AsSpan(i * 136, 136).ToArray();
            cache.Get($"patches 1 {(input.Magnifier is { } weights ? weights.Sha256 + " " : "")}{dataset.Size} {hashes[onset]} {hashes[apex]} {string.Join(' ', own)}", length, () =>
            {
                using Mat before = Grey(dataset.Frames, onset), after = Grey(dataset.Frames, apex);
                if (!magnification.Learned) return FacePatches.Of(before, after, own);
                using var scope = NewDisposeScope();
                using var quiet = no_grad();
                var (first, second) = (dataset.Frames.narrow(0, onset, 1).to_type(ScalarType.Float32), dataset.Frames.narrow(0, apex, 1).to_type(ScalarType.Float32));
                return FacePatches.Cut(dataset.Size, own, factor => magnification.Shape(first, second, factor, PatchInput.ImageSide));
            }).CopyTo(all, i * length);
        });
        return all;
    }

    // Made of prepared frames that are cached already.
    static float[] Sequences(MerDataset dataset, SequenceInput input)
    {
        using var frames = Source(dataset).Sequence(input.Frames);
        using var scope = NewDisposeScope();
        return PairSource.Normalised(frames).data<float>().ToArray();
    }

    static IClipSource Source(MerDataset dataset) =>
        dataset.Source ?? throw new UserErrorException("This data set has no files behind it, but the network sees more of a clip than its onset and apex; load one with DatasetLoader.");

    internal static string HashOf(Tensor frames, int row)
    {
        using var frame = frames[row];
        return Convert.ToHexStringLower(SHA256.HashData(frame.bytes));
    }

    /// <summary>A frame as OpenCV's grey: 0.299 R + 0.587 G + 0.114 B.</summary>
    static Mat Grey(Tensor frames, int row)
    {
        using var scope = NewDisposeScope();
        var (frame, side) = (frames[row].cpu().contiguous(), (int)frames.size(-1));
        var bytes = frame.bytes;
        var grey = new Mat(side, side, MatType.CV_8UC1);
        var pixels = grey.AsSpan<byte>();
        var plane = side * side;
        for (var i = 0; i < plane; i++)
            pixels[i] = (byte)MathF.Round(0.299f * bytes[i] + 0.587f * bytes[plane + i] + 0.114f * bytes[2 * plane + i]);
        return grey;
    }
}
