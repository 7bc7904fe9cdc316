using MerKernel.Faces;

namespace MerKernel.Data;

/// <summary>Which clips are scored and which files that takes, before any image is opened.</summary>
internal sealed record PreparationPlan(
    FrameLayout Layout, CodingSheetContents Sheet, ClassSet Classes, bool Align, string Description, string StatDigest,
    ImmutableArray<PreparationPlan.Entry> Clips, ImmutableArray<DroppedClip> Dropped)
{
    /// <summary>
    /// A clip of the class set: its frames and their files, onset first; or the reason why it cannot be used.
    /// </summary>
    public sealed record Entry(Clip Clip, ClipFrames Frames, ImmutableArray<(int Number, FileInfo File)> Files,
        string? Unusable)
    {
        /// <summary>The clip's folder, where it has one that can be read.</summary>
        public FrameFolder? Folder { get; init; }
    }

    /// <summary>Rows of the sheet that cannot be used and that no choice leaves out; each costs a clip.</summary>
    public ImmutableArray<DroppedRow> BadRows { get; init; } = [];

    public static PreparationPlan Make(FrameLayout layout, CodingSheetContents sheet, PreparationOptions options)
    {
        var classes = options.Classes ?? layout.Description.Classes;
        // A set of the user's own is checked where it is read, emotion by emotion.
        if (layout.Dataset != DatasetId.Own) classes.Demand(layout.Description);
        var align = Aligns(layout, options);
        var known = KnownClips(sheet, options);
        var exclude = known.Where(options.LeavesOut).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var dropped = sheet.Dropped.Select(d =>
            new DroppedClip(d.Clip, exclude.Contains(d.Clip) ? "left out by choice" : $"row {d.Row}: {d.Reason}"))
            .ToImmutableArray().ToBuilder();
        var entries = ImmutableArray.CreateBuilder<Entry>();
        // By name: the rows of a sheet in another order give the same batches, and so the same folds.
        foreach (var clip in sheet.Clips.OrderBy(c => c.Subject, StringComparer.Ordinal)
            .ThenBy(c => c.Name, StringComparer.Ordinal))
        {
            if (exclude.Contains(clip.Id)) dropped.Add(new DroppedClip(clip.Id, "left out by choice"));
            else if (classes.LabelOf(clip.Emotion) is null)
                dropped.Add(new DroppedClip(clip.Id,
                    $"the emotion '{clip.Emotion}' is outside the class set '{classes.Name}'", IsOfNoClass: true));
            else entries.Add(Of(clip, layout));
        }
        var readings = options.Readings.IsEmpty
            ? ""
            : $"; read as {string.Join(' ', options.Readings.Select(r => r.ToString()).Order(StringComparer.Ordinal))}";
        // Which cells are a clip's emotion and units depends on the user's own description too.
        var columns = layout.Dataset == DatasetId.Own
            ? "; columns " + string.Join(' ', layout.Description.Columns.Select(c => $"{c.Key}={c.Value}")
                .Order(StringComparer.Ordinal))
            : "";
        var (mapping, errata) = (classes.ClassOf.Select(c => $"{c.Key}>{c.Value}"),
            options.Errata.Where(e => e.Dataset == layout.Dataset).Select(e => e.Id));
        var description = string.Create(CultureInfo.InvariantCulture,
            $"size {options.Size}; classes {classes.Name} ({string.Join(' ', mapping)}: {string.Join(' ', classes.Classes)}); alignment {(align ? "landmarks" : "none")}; ")
            + $"no face {options.NoFace}; unusable {options.Unusable}; errata {string.Join(' ', errata)}; left out " +
            $"{string.Join(' ', exclude.Order(StringComparer.Ordinal))}{readings}{columns}";
        return new PreparationPlan(layout, sheet, classes, align, description,
            Stat(layout, sheet, description, align, entries), entries.ToImmutable(), dropped.ToImmutable())
        {
            // A row without an emotion may be of any class.
            BadRows = [.. sheet.Dropped.Where(d => !d.IsExpected && !exclude.Contains(d.Clip)
                && (!d.Emotion.Any(char.IsLetter) || classes.LabelOf(d.Emotion) is not null))],
        };
    }

    /// <summary>The clips of a sheet, read or not.</summary>
    /// <exception cref="UserErrorException">A choice is about a clip that is none of them.</exception>
    public static ImmutableHashSet<string> KnownClips(CodingSheetContents sheet, PreparationOptions options)
    {
        var known = sheet.Clips.Select(c => c.Id).Concat(sheet.Dropped.Select(d => d.Clip))
            .ToImmutableHashSet(StringComparer.OrdinalIgnoreCase);
        if (options.Exclude.FirstOrDefault(id => !known.Contains(id)) is { } unknown)
            throw new UserErrorException($"The clip '{unknown}' to be left out is not in {sheet.Path}; clips are " +
                $"named like {sheet.Clips[0].Id}.");
        if (options.Readings.FirstOrDefault(r => !known.Contains(r.Clip)) is { } unread)
            throw new UserErrorException($"The reading '{unread}' is of a clip that {sheet.Path} has not; clips are " +
                $"named like {sheet.Clips[0].Id}.");
        return known;
    }

    /// <summary>Whether frames are aligned by landmarks.</summary>
    public static bool Aligns(FrameLayout layout, PreparationOptions options) =>
        options.Alignment == FaceAlignment.Landmarks || (options.Alignment == FaceAlignment.Auto && !layout.Cropped);

    /// <summary>Frames and files of one clip.</summary>
    public static Entry Of(Clip clip, FrameLayout layout)
    {
        FrameFolder? folder = null;
        Entry Unusable(string why) => new(clip, new ClipFrames([], []), [], why) { Folder = folder };
        if (layout.FoldersOf(clip) is not [var path, .. var others])
            return Unusable($"{layout.Frames} has no folder for clip {clip.Id}" + (layout.VideoOf(clip) is { } video
                ? $", but the video {video}: {FrameFolder.MakeFrames(video, Path.ChangeExtension(video, null))}" : ""));
        if (others.Length > 0)
            return Unusable($"{path} and {others[0]} are both folders of clip {clip.Id}; take one away");
        var emotions = layout.Description.AllEmotions;
        if (layout.EmotionOf(path) is { } place && emotions.LabelOf(place.ToLowerInvariant()) is { } label
            && emotions.LabelOf(clip.Emotion) is { } coded && coded != label)
            return Unusable($"{path} lies in the folder of {place}, the sheet says {clip.Emotion}; correct the wrong " +
                "one");
        try
        {
            folder = FrameFolder.Read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unusable($"{path} cannot be read; allow reading it");
        }
        if (folder.Files.IsEmpty) return Unusable(folder.Lack);
        if (folder.Doubled.Where(d => d.Number >= clip.Onset && d.Number <= clip.Offset).ToList()
            is [var one, .. var more])
            return Unusable($"{path}: {one.Taken} and {one.Other} are both frame {one.Number}" +
                $"{(more.Count > 0 ? $", and {more.Count} more numbers have two files" : "")}; take one away");
        var missing = new[] { ("onset", clip.Onset), ("apex", clip.Apex) }
            .Where(f => !folder.Files.ContainsKey(f.Item2)).Select(f => $"the {f.Item1} frame {f.Item2}").ToList();
        if (missing.Count > 0)
            return Unusable($"{path} lacks {string.Join(" and ", missing)} (it has {folder.Files.Keys.First()} to " +
                $"{folder.Files.Keys.Last()})");
        var frames = ClipFrames.Of(clip, folder.Files.ContainsKey);
        return new Entry(clip, frames, [.. frames.All.Select(n => (n, folder.Files[n]))], null) { Folder = folder };
    }

    private static string Stat(FrameLayout layout, CodingSheetContents sheet, string description, bool align,
        IEnumerable<Entry> entries)
    {
        var text = new StringBuilder($"{DatasetLoader.Version} {sheet.Sha256} {description} {layout.Synthetic}\n");
        if (align && new FileInfo(LandmarkModel.DefaultPath) is { Exists: true } model) Append(text, model);
        foreach (var entry in entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"{entry.Clip.Id} {entry.Unusable}\n");
            foreach (var (_, file) in entry.Files) Append(text, file);
        }
        return Sha.Of(text.ToString());
    }

    // With the mode: a frame that could not be opened is read once it can be. With the time of the last change: files
    // that swap their names keep length and time of writing, which archives give to all files alike.
    private static void Append(StringBuilder text, FileInfo file) => text
        .Append(CultureInfo.InvariantCulture, $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks} ")
        .Append(CultureInfo.InvariantCulture, $"{(int)file.UnixFileMode} {FileState.Changed(file.FullName)}\n");
}
