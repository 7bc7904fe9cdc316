using MerKernel.Faces;

namespace MerKernel.Data;

/// <summary>Compares a coding sheet with the frames on disk.</summary>
public static class DatasetCheck
{
    /// <summary>
    /// Checks every clip of every emotion by preparing it without keeping it, so that clips found unusable here are
    /// those that <see cref="DatasetLoader"/> refuses. Of the frames that training does not draw, presence and length
    /// are checked.
    /// </summary>
    /// <param name="source">Where the files are.</param>
    /// <param name="options">How clips are prepared: repairs, readings, faces, exclusions.</param>
    /// <param name="progress">Told how many clips are done, and of how many; from several threads.</param>
    /// <param name="cancellation">Ends the check between two clips.</param>
    /// <exception cref="UserErrorException">Folder or sheet are missing or cannot be read.</exception>
    public static CheckReport Run(DatasetSource source, PreparationOptions? options = null,
        Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new PreparationOptions();
        var (layout, sheet) = CodingSheet.Of(source, options);
        _ = PreparationPlan.KnownClips(sheet, options);
        var findings = new ConcurrentDictionary<int, CheckFinding[]>();
        var done = 0;
        // A check continues without the landmark model, and says so.
        string? missing = null;
        using var model = PreparationPlan.Aligns(layout, options) ? LandmarkModel.TryOpen(out missing) : null;
        Parallel.For(0, sheet.Clips.Length, new ParallelOptions
        {
            CancellationToken = cancellation, MaxDegreeOfParallelism = Math.Max(1, options.Workers)
        },
            () => model is null ? null : new FaceFinder(model),
            (i, _, finder) =>
            {
                findings[i] = [.. Check(sheet.Clips[i], layout, options, finder)];
                progress?.Invoke(Interlocked.Increment(ref done), sheet.Clips.Length);
                return finder;
            },
            finder => finder?.Dispose());
        var scored = options.Classes ?? layout.Description.Classes;
        var usable = sheet.Clips.Where((c, i) => scored.LabelOf(c.Emotion) is not null && !options.LeavesOut(c.Id)
            && findings[i].All(f => f.Severity != Severity.Unusable)).ToArray();
        var classes = Count(usable.Select(c => scored.ClassOf[c.Emotion]));
        return new CheckReport
        {
            Layout = layout,
            Sheet = sheet,
            Findings = [.. findings.OrderBy(f => f.Key).SelectMany(f => f.Value),
                .. BesideClips(sheet, layout, options, scored, classes), .. BesideFrames()],
            Scored = scored,
            Published = scored.SaysTheSameAs(layout.Description.Classes) ? PublishedCounts.Of(sheet) : null,
            Subjects = Count(usable.Select(c => c.Subject)),
            Classes = classes,
        };

        IEnumerable<CheckFinding> BesideFrames()
        {
            if (missing is not null)
                yield return new CheckFinding(layout.Frames, Severity.Warning, $"faces were not looked for: {missing}");
        }
    }

    private static IEnumerable<CheckFinding> BesideClips(CodingSheetContents sheet, FrameLayout layout,
        PreparationOptions options, ClassSet scored, ImmutableSortedDictionary<string, int> classes)
    {
        foreach (var row in sheet.Dropped)
            yield return new CheckFinding(row.Clip,
                row.IsExpected || options.LeavesOut(row.Clip) ? Severity.Note : Severity.Unusable,
                $"row {row.Row}: {row.Reason}");
        if (layout.Dataset == DatasetId.Own)
            foreach (var name in scored.Classes.Where(c => !classes.ContainsKey(c)))
                yield return new CheckFinding(layout.Description.Title, Severity.Warning,
                    $"the class '{name}' has no usable clip");
        foreach (var remark in sheet.Remarks)
            yield return new CheckFinding(Path.GetFileName(sheet.Path), Severity.Note, remark);
        if (Unseen(sheet, scored, options) is { } unseen)
            yield return new CheckFinding(Path.GetFileName(sheet.Path), Severity.Note, unseen);
        foreach (var note in layout.Notes) yield return new CheckFinding(layout.Folder, Severity.Warning, note);
        foreach (var assumption in layout.Description.Assumptions)
            yield return new CheckFinding(layout.Description.Title, Severity.Note, $"assumed: {assumption}");
        var coded = sheet.Clips.Select(c => layout.KeyOf(c.Id))
            .Concat(sheet.Dropped.Select(d => layout.KeyOf(d.Clip))).ToHashSet();
        foreach (var id in layout.ClipIds.Where(id => !coded.Contains(id)).Order(StringComparer.Ordinal))
            yield return new CheckFinding(id, Severity.Note, "has a folder but no row in the sheet");
    }

    /// <summary>Units of the scored clips that are none of the network's input; null where there are none.</summary>
    private static string? Unseen(CodingSheetContents sheet, ClassSet scored, PreparationOptions options)
    {
        var clips = sheet.Clips.Where(c => scored.LabelOf(c.Emotion) is not null && !options.LeavesOut(c.Id)
            && !c.ActionUnits.IsEmpty).ToList();
        var units = clips.SelectMany(c => c.ActionUnits.Select(u => u.Number).Distinct())
            .Where(n => !ActionUnits.Used.Contains(n)).CountBy(n => n).OrderBy(n => n.Key)
            .Select(n => $"{n.Key} ({n.Value})").ToList();
        var blind = clips.Count(c => !c.ActionUnits.Any(u => ActionUnits.Used.Contains(u.Number)));
        return units.Count == 0 ? null : "action units that networks are not given, with the number of clips: " +
            $"{string.Join(", ", units)}; {blind} of {clips.Count} clips with units have no other";
    }

    private static IEnumerable<CheckFinding> Check(Clip clip, FrameLayout layout, PreparationOptions options,
        FaceFinder? finder)
    {
        CheckFinding Found(Severity severity, string text) => new(clip.Id, severity, text);
        foreach (var note in clip.Notes)
            yield return Found(note == Clip.NoMotion || note.Contains("is unknown", StringComparison.Ordinal)
                ? Severity.Warning : Severity.Note, note);
        if (options.LeavesOut(clip.Id))
        {
            yield return Found(Severity.Note, "left out by choice");
            yield break;
        }
        var entry = PreparationPlan.Of(clip, layout);
        if (entry.Unusable is { } why) yield return Found(Severity.Unusable, why);
        if (entry.Folder is not { Files.IsEmpty: false } folder) yield break;
        if (folder.Stray.Length > 0)
            yield return Found(Severity.Note,
                $"files that are no frames are ignored: {string.Join(", ", folder.Stray)}");
        if (folder.Doubled.Where(d => d.Number < clip.Onset || d.Number > clip.Offset).ToList() is [var two, ..])
            yield return Found(Severity.Warning, $"{two.Taken} and {two.Other} are both frame {two.Number}, which is " +
                "outside the clip");
        var last = folder.Files.Keys.Last();
        if (clip.Offset > last)
            yield return Found(Severity.Warning, $"the offset {clip.Offset} lies past the last frame {last}");
        // A sheet may promise any number of frames; only those up to the last one on disk can be gaps.
        var gaps = folder.Files.Keys.Where(n => n >= clip.Onset && n < Math.Min(clip.Offset, last))
            .Zip(folder.Files.Keys.Where(n => n > clip.Onset), (a, b) => (a, b)).Where(p => p.b > p.a + 1).ToArray();
        if (gaps.Length > 0)
            yield return Found(Severity.Warning,
                $"frames are missing between {string.Join(", ", gaps.Take(3).Select(g => $"{g.a} and {g.b}"))}");
        var drawn = entry.Frames.All.ToHashSet();
        foreach (var (number, file) in folder.Files.Where(f => f.Value.Length == 0 && !drawn.Contains(f.Key)))
            yield return Found(Severity.Warning, $"{file.FullName} cannot be opened or is no whole image");
        if (entry.Unusable is null)
        {
            var result = new ClipPreparer(options, finder).Prepare(clip,
                [.. entry.Files.Select(f => (f.Number, f.File.FullName, FrameImage.Read(f.File.FullName)))]);
            if (result.Unusable is { } reason) yield return Found(Severity.Unusable, reason);
            foreach (var note in result.Header?.Notes ?? []) yield return Found(Severity.Warning, note);
        }
        foreach (var found in KnownReadings.Compare(clip, folder, layout.Root, options))
            yield return Found(found.Severity, found.Text);
    }

    private static ImmutableSortedDictionary<string, int> Count(IEnumerable<string> names) =>
        names.GroupBy(n => n).ToImmutableSortedDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
}
