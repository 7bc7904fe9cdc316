using MerKernel.Faces;
using OpenCvSharp;
using static TorchSharp.torch;

namespace MerKernel.Data;

/// <summary>Further frames and landmarks of prepared clips, from the same files through the same cache.</summary>
internal sealed class FileClipSource(
    ImmutableArray<PreparationPlan.Entry> entries, DatasetManifest manifest, PreparationPlan plan,
    PreparationOptions options, ClipCache cache) : IClipSource
{
    public Tensor Sequence(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        return Read(count, (_, there) =>
            [.. Enumerable.Range(0, count).Select(k => there[0] + (double)k * (there[^1] - there[0]) / (count - 1))]);
    }

    public Tensor KeyFrames(int between)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(between);
        return Read(between + 3, (clip, _) => ClipFrames.Key(clip, between));
    }

    /// <summary>
    /// Frames of every clip: those nearest to the wanted numbers among those that are there, from onset to offset.
    /// </summary>
    Tensor Read(int count, Func<Clip, int[], ImmutableArray<double>> wanted)
    {
        var frameBytes = DatasetLoader.FrameBytes(options);
        // More than one array holds, on a large set: DFME at 224 pixels has three gigabytes.
        var all = empty([entries.Length, count, 3, options.Size, options.Size], uint8);
        try
        {
            WithFinder(Fill);
            return all;
        }
        catch
        {
            all.Dispose();
            throw;
        }

        void Fill(Lazy<FaceFinder?> finder, Lazy<string> modelHash)
        {
            for (var i = 0; i < entries.Length; i++)
            {
                var entry = entries[i];
                var folder = FrameFolder.Read(plan.Layout.FolderOf(entry.Clip)!);
                var there = There(entry.Clip, folder);
                var numbers = wanted(entry.Clip, there)
                    .Select(number => there.MinBy(n => Math.Abs(n - number))).ToList();
                var files = numbers.Prepend(entry.Clip.Onset).Distinct().Select(n => (n, folder.Files[n]))
                    .ToImmutableArray();
                if (DatasetLoader.PrepareOne(entry with { Files = files }, options, cache, finder, modelHash,
                    out var prepared) is var (reason, _))
                    throw new UserErrorException($"{reason}; replace the file.");
                var header = cache.ReadHeader(prepared!.Cache, frameBytes)!;
                var frames = new byte[header.Frames.Length * frameBytes];
                if (!cache.TryReadFrames(prepared.Cache, frames))
                    throw new UserErrorException(
                        $"{cache.PathOf(prepared.Cache)} is damaged; delete it and call again.");
                using var clip = all.narrow(0, i, 1);
                for (var k = 0; k < count; k++)
                {
                    // A frame that could not be decoded is not in the file.
                    var at = Array.IndexOf(header.Frames, header.Frames.MinBy(n => Math.Abs(n - numbers[k])));
                    frames.AsSpan(at * frameBytes, frameBytes).CopyTo(clip.bytes[(k * frameBytes)..]);
                }
            }
        }
    }

    public Tensor Landmarks()
    {
        var found = manifest.Clips.Select(c =>
            cache.ReadHeader(c.Cache, DatasetLoader.FrameBytes(options))?.Landmarks is { Length: 136 } points
                ? points
                : null).ToArray();
        if (found.Any(f => f is null))
            WithFinder((finder, _) =>
            {
                for (var i = 0; i < found.Length; i++) found[i] ??= OnCropped(
                    FrameImage.Read(entries[i].Files[0].File.FullName), finder.Value, plan.Align, options.Size);
            }, always: true);
        var known = found.OfType<float[]>().ToList();
        if (known.Count == 0)
            throw new UserErrorException($"{plan.Layout.Frames} shows no face that could be found in any onset " +
                "frame; networks that look at landmarks cannot use these frames.");
        if (known.Count < found.Length)
            options.Warn?.Invoke("No face was found in the onset of " +
                $"{string.Join(", ", entries.Where((_, i) => found[i] is null).Select(e => e.Clip.Id))}; networks " +
                "that look at landmarks use the mean landmarks of the subject's other clips there.");
        return tensor(found.SelectMany((f, i) => f ?? Mean(entries[i].Clip)).ToArray()).view(found.Length, 68, 2);

        // Of the same subject: the mean of all would carry the test subject's face into training.
        float[] Mean(Clip clip)
        {
            var own = found.Where((f, i) => f is not null && entries[i].Clip.Subject == clip.Subject).ToList();
            return own.Count > 0 ? [.. Enumerable.Range(0, 136).Select(k => own.Average(f => f![k]))]
                : throw new UserErrorException($"No face was found in any onset frame of subject {clip.Subject}, so " +
                    "networks that look at landmarks cannot use its clips; leave them out with mer data prepare " +
                    $"--exclude, {clip.Id} among them.");
        }
    }

    static int[] There(Clip clip, FrameFolder folder) =>
        [.. folder.Files.Keys.Where(n => n >= clip.Onset && n <= Math.Max(clip.Offset, clip.Apex))
            .DefaultIfEmpty(clip.Onset)];

    /// <summary>
    /// The landmarks of a frame without any, in pixels of the prepared one; null where no face is found. Faces fill
    /// cropped frames to the rim, where the detector wants some room around them.
    /// </summary>
    internal static float[]? OnCropped(byte[] frame, FaceFinder? finder, bool align, int size)
    {
        using var image = FrameImage.Decode(frame);
        if (image is null || finder is null) return null;
        var (rows, columns) = (image.Rows, image.Cols);
        var rim = Math.Max(rows, columns) / 4;
        using var framed = image.CopyMakeBorder(rim, rim, rim, rim, BorderTypes.Replicate);
        if (finder.Find(framed) is not { } face) return null;
        return [.. face.Points.SelectMany(p => Prepared(p.X - rim, p.Y - rim, rows, columns, align, size))];
    }

    /// <summary>
    /// Where a point of a frame without a face is in the prepared one: <see cref="ClipPreparer"/> takes the centred
    /// square of frames that are to be aligned, and the whole of those that are cropped already.
    /// </summary>
    internal static float[] Prepared(float x, float y, int rows, int columns, bool align, int size)
    {
        var side = Math.Min(rows, columns);
        var (width, height) = align ? (side, side) : (columns, rows);
        return [(x - (columns - width) / 2) * size / width, (y - (rows - height) / 2) * size / height];
    }

    void WithFinder(Action<Lazy<FaceFinder?>, Lazy<string>> use, bool always = false)
    {
        var model = new Lazy<LandmarkModel>(() => LandmarkModel.Open());
        var finder = new Lazy<FaceFinder?>(() => plan.Align || always ? new FaceFinder(model.Value) : null);
        try
        {
            use(finder, new Lazy<string>(() => DatasetLoader.ModelHash(plan.Align)));
        }
        finally
        {
            if (finder.IsValueCreated) finder.Value?.Dispose();
            if (model.IsValueCreated) model.Value.Dispose();
        }
    }
}

/// <summary>Data of a data set's clips besides their onset and apex frames, prepared in the same way.</summary>
public interface IClipSource
{
    /// <summary>
    /// Frames at even distances from onset to offset, both included; where a clip lacks one, its nearest neighbour is
    /// used.
    /// </summary>
    /// <param name="count">Frames a clip; at least 2.</param>
    /// <returns>uint8 [clips, count, 3, S, S], RGB, not normalised; it belongs to the caller.</returns>
    Tensor Sequence(int count);

    /// <summary>
    /// Onset, apex, offset and frames between, as <see cref="ClipFrames.Key"/> shares them; where a clip lacks one, its
    /// nearest neighbour is used.
    /// </summary>
    /// <param name="between">Frames besides onset, apex and offset.</param>
    /// <returns>uint8 [clips, between + 3, 3, S, S], RGB, not normalised; it belongs to the caller.</returns>
    Tensor KeyFrames(int between);

    /// <summary>The 68 landmarks of each clip's onset, in pixels of the prepared frame.</summary>
    /// <returns>float32 [clips, 68, 2]; it belongs to the caller.</returns>
    Tensor Landmarks();
}
