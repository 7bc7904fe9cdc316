using System.Globalization;
using System.Text;
using MerKernel.Faces;

namespace MerKernel.Data;

/// <summary>Which clips are scored and which files that takes, before any image is opened.</summary>
internal sealed record PreparationPlan(
    FrameLayout Layout, CodingSheetContents Sheet, ClassSet Classes, bool Align, string Description, string StatDigest,
    ImmutableArray<PreparationPlan.Entry> Clips, ImmutableArray<DroppedClip> Dropped)
{
    /// <summary>A clip of the class set: its frames and their files, onset first; or the reason why it cannot be used.</summary>
    public sealed record Entry(Clip Clip, ClipFrames Frames, ImmutableArray<(int Number, FileInfo File)> Files, string? Unusable);

    public static PreparationPlan Make(FrameLayout layout, CodingSheetContents sheet, PreparationOptions options)
    {
        var classes = options.Classes ?? ClassSet.Five(layout.Dataset);
        var align = Aligns(layout, options);
        var exclude = options.Exclude.ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (exclude.FirstOrDefault(id => !sheet.Clips.Any(c => c.Id.Equals(id, StringComparison.OrdinalIgnoreCase))) is { } unknown)
            throw new UserErrorException($"The clip '{unknown}' to be left out is not in {sheet.Path}; clips are named like {sheet.Clips[0].Id}.");
        var dropped = sheet.Dropped.Select(d => new DroppedClip(d.Clip, $"row {d.Row}: {d.Reason}")).ToImmutableArray().ToBuilder();
        var entries = ImmutableArray.CreateBuilder<Entry>();
        // By name: the rows of a sheet in another order give the same batches, and so the same folds.
        foreach (var clip in sheet.Clips.OrderBy(c => c.Subject, StringComparer.Ordinal).ThenBy(c => c.Name, StringComparer.Ordinal))
        {
            if (exclude.Contains(clip.Id)) dropped.Add(new DroppedClip(clip.Id, "left out by choice"));
            else if (classes.LabelOf(clip.Emotion) is null) dropped.Add(new DroppedClip(clip.Id, $"the emotion '{clip.Emotion}' is outside the class set '{classes.Name}'"));
            else entries.Add(Of(clip, layout));
        }
        var description = string.Create(CultureInfo.InvariantCulture,
            $"size {options.Size}; classes {classes.Name} ({string.Join(' ', classes.ClassOf.Select(c => $"{c.Key}>{c.Value}"))}: {string.Join(' ', classes.Classes)}); alignment {(align ? "landmarks" : "none")}; no face {options.NoFace}; unusable {options.Unusable}; errata {string.Join(' ', options.Errata.Where(e => e.Dataset == layout.Dataset).Select(e => e.Id))}; left out {string.Join(' ', exclude.Order())}");
        return new PreparationPlan(layout, sheet, classes, align, description, Stat(layout, sheet, description, align, entries), entries.ToImmutable(), dropped.ToImmutable());
    }

    /// <summary>Whether frames are aligned by landmarks.</summary>
    public static bool Aligns(FrameLayout layout, PreparationOptions options) =>
        options.Alignment == FaceAlignment.Landmarks || (options.Alignment == FaceAlignment.Auto && !layout.Cropped);

    /// <summary>Frames and files of one clip.</summary>
    public static Entry Of(Clip clip, FrameLayout layout)
    {
        var none = new ClipFrames([], []);
        if (layout.FolderOf(clip) is not { } path) return new Entry(clip, none, [], $"{layout.Frames} has no folder for clip {clip.Id}");
        var folder = FrameFolder.Read(path);
        foreach (var (what, number) in new[] { ("onset", clip.Onset), ("apex", clip.Apex) })
            if (!folder.Files.ContainsKey(number))
                return new Entry(clip, none, [], folder.Files.IsEmpty ? $"{path} holds no frames" : $"{path} lacks the {what} frame {number} (it has {folder.Files.Keys.First()} to {folder.Files.Keys.Last()})");
        var frames = ClipFrames.Of(clip, folder.Files.ContainsKey);
        return new Entry(clip, frames, [.. frames.All.Select(n => (n, folder.Files[n]))], null);
    }

    private static string Stat(FrameLayout layout, CodingSheetContents sheet, string description, bool align, IEnumerable<Entry> entries)
    {
        var text = new StringBuilder($"{sheet.Sha256} {description} {layout.Synthetic}\n");
        if (align && new FileInfo(LandmarkModel.DefaultPath) is { Exists: true } model) Append(text, model);
        foreach (var entry in entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"{entry.Clip.Id} {entry.Unusable}\n");
            foreach (var (_, file) in entry.Files) Append(text, file);
        }
        return DatasetLoader.Hash(text.ToString());
    }

    private static void Append(StringBuilder text, FileInfo file) =>
        text.Append(CultureInfo.InvariantCulture, $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}\n");
}
