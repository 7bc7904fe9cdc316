using MerKernel.Faces;
using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>One clip's onset and apex as the network gets them, for looking at.</summary>
public sealed class ClipView : IDisposable
{
    private ClipView(Clip clip, Mat onset, Mat apex, ImmutableArray<Point2f> landmarks, bool synthetic) =>
        (Clip, Onset, Apex, Landmarks, Synthetic) = (clip, onset, apex, landmarks, synthetic);

    /// <summary>The clip, with the notes of its preparation.</summary>
    public Clip Clip { get; }

    /// <summary>Aligned onset frame, BGR.</summary>
    public Mat Onset { get; }

    /// <summary>Aligned apex frame, BGR.</summary>
    public Mat Apex { get; }

    /// <summary>Landmarks of the onset frame in its pixels; empty where no face was found.</summary>
    public ImmutableArray<Point2f> Landmarks { get; }

    /// <summary>True for a synthetic clip.</summary>
    public bool Synthetic { get; }

    /// <summary>Prepares a clip afresh, past the cache.</summary>
    /// <param name="source">Where the files are.</param>
    /// <param name="name">The clip's id ('01/EP02_01f'), or its name where only one subject has it.</param>
    /// <param name="options">The preparation.</param>
    /// <exception cref="UserErrorException">There is no such clip, or its frames cannot be used.</exception>
    public static ClipView Open(DatasetSource source, string name, PreparationOptions options) =>
        Open(source, [name], options)[0];

    /// <summary>Prepares several clips afresh, past the cache.</summary>
    /// <param name="source">Where the files are.</param>
    /// <param name="names">The clips' ids, or names.</param>
    /// <param name="options">The preparation.</param>
    /// <exception cref="UserErrorException">There is no such clip, or its frames cannot be used.</exception>
    public static ImmutableArray<ClipView> Open(DatasetSource source, IEnumerable<string> names,
        PreparationOptions options)
    {
        PreparationOptions.MustBeSize(options.Size);
        var (layout, sheet) = CodingSheet.Of(source, options);
        // Frames that are only resized have landmarks too; they decide nothing, but show whether the crop is sound.
        using var model = PreparationPlan.Aligns(layout, options) ? LandmarkModel.Open() : LandmarkModel.TryOpen(out _);
        using var finder = model is null ? null : new FaceFinder(model);
        var views = new List<ClipView>();
        try
        {
            foreach (var name in names) views.Add(Open(Resolve(sheet, name), layout, finder, options));
            return [.. views];
        }
        catch
        {
            views.ForEach(v => v.Dispose());
            throw;
        }
    }

    private static ClipView Open(Clip clip, FrameLayout layout, FaceFinder? finder, PreparationOptions options)
    {
        var entry = PreparationPlan.Of(clip, layout);
        if (entry.Unusable is not null)
            throw new UserErrorException($"{entry.Unusable}; complete the files or choose another clip.");
        var frames = entry.Files.Where(f => f.Number == clip.Onset || f.Number == clip.Apex)
            .Select(f => (f.Number, f.File.FullName, FrameImage.Read(f.File.FullName))).ToArray();
        var align = PreparationPlan.Aligns(layout, options);
        var result = new ClipPreparer(options, align ? finder : null).Prepare(clip, frames);
        if (result.Header is null)
            throw new UserErrorException(
                $"{result.Unusable}; {(result.NoFace ? "show it with --no-face centre-crop" : "replace the file")}.");
        var landmarks = result.Header.Landmarks.Length > 0
            ? result.Header.Landmarks
            : FileClipSource.OnCropped(frames[0].Item3, finder, align, options.Size);
        var frame = 3 * options.Size * options.Size;
        var apexAt = Array.IndexOf(result.Header.Frames, clip.Apex) * frame;
        return new ClipView(clip with { Notes = [.. clip.Notes, .. result.Header.Notes] },
            Image(result.Pixels.AsSpan(0, frame), options.Size),
            Image(result.Pixels.AsSpan(apexAt, frame), options.Size),
            MemoryMarshal.Cast<float, Point2f>(landmarks).ToImmutableArray(), layout.Synthetic);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Onset.Dispose();
        Apex.Dispose();
    }

    private static Clip Resolve(CodingSheetContents sheet, string name)
    {
        var found = sheet.Called(name).ToArray();
        return found.Length switch
        {
            1 => found[0],
            0 => throw new UserErrorException(
                $"{sheet.Path} has no clip '{name}'; clips are named like {sheet.Clips[0].Id}."),
            _ => throw new UserErrorException($"{found.Length} subjects have a clip '{name}'; say which: " +
                $"{string.Join(", ", found.Take(5).Select(c => c.Id))}."),
        };
    }

    /// <summary>Planes of red, green and blue [3, size, size] as a picture, BGR.</summary>
    internal static Mat Image(ReadOnlySpan<byte> planes, int size)
    {
        var image = new Mat(size, size, MatType.CV_8UC3);
        var pixels = image.AsSpan<Vec3b>();
        var plane = size * size;
        for (var i = 0; i < plane; i++) pixels[i] = new Vec3b(planes[2 * plane + i], planes[plane + i], planes[i]);
        return image;
    }
}
