using System.Collections.Concurrent;

namespace MerKernel.Data;

/// <summary>Compares a coding sheet with the frames on disk.</summary>
public static class DatasetCheck
{
    /// <summary>Checks every clip of every emotion. The frames that training may draw are decoded; of the others presence and length are checked.</summary>
    /// <param name="source">Where the files are.</param>
    /// <param name="errata">The errata that are repaired; all where null.</param>
    /// <param name="progress">Told after every clip.</param>
    /// <param name="cancellation">Ends the check between two clips.</param>
    /// <exception cref="UserErrorException">Folder or sheet are missing or cannot be read.</exception>
    public static CheckReport Run(DatasetSource source, ImmutableArray<Erratum>? errata = null, IProgress<PreparationProgress>? progress = null, CancellationToken cancellation = default)
    {
        var layout = FrameLayout.Find(source);
        var sheet = CodingSheet.Read(layout.Sheet, errata);
        sheet.MustBe(source.Id);
        var findings = new ConcurrentDictionary<int, CheckFinding[]>();
        var done = 0;
        Parallel.For(0, sheet.Clips.Length, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            findings[i] = [.. Check(sheet.Clips[i], layout)];
            progress?.Report(new PreparationProgress(Interlocked.Increment(ref done), sheet.Clips.Length, sheet.Clips[i].Id));
        });
        var five = ClassSet.Five(source.Id);
        var usable = sheet.Clips.Where((c, i) => five.LabelOf(c.Emotion) is not null && findings[i].All(f => f.Severity != Severity.Unusable)).ToArray();
        return new CheckReport
        {
            Layout = layout,
            Sheet = sheet,
            Findings = [.. findings.OrderBy(f => f.Key).SelectMany(f => f.Value), .. BesideClips(sheet, layout)],
            Published = PublishedCounts.For(sheet),
            Subjects = Count(usable.Select(c => c.Subject)),
            Classes = Count(usable.Select(c => five.ClassOf[c.Emotion])),
        };
    }

    private static IEnumerable<CheckFinding> BesideClips(CodingSheetContents sheet, FrameLayout layout)
    {
        foreach (var row in sheet.Dropped) yield return new CheckFinding(row.Clip, Severity.Unusable, $"row {row.Row}: {row.Reason}");
        foreach (var remark in sheet.Remarks) yield return new CheckFinding(Path.GetFileName(sheet.Path), Severity.Note, remark);
        var coded = sheet.Clips.Select(c => c.Id.ToLowerInvariant()).Concat(sheet.Dropped.Select(d => d.Clip.ToLowerInvariant())).ToHashSet();
        foreach (var id in layout.ClipIds.Where(id => !coded.Contains(id)).Order(StringComparer.Ordinal))
            yield return new CheckFinding(id, Severity.Note, "has a folder but no row in the sheet");
    }

    private static IEnumerable<CheckFinding> Check(Clip clip, FrameLayout layout)
    {
        CheckFinding Found(Severity severity, string text) => new(clip.Id, severity, text);
        foreach (var note in clip.Notes) yield return Found(note.Contains("is unknown", StringComparison.Ordinal) ? Severity.Warning : Severity.Note, note);
        if (layout.FolderOf(clip) is not { } path)
        {
            yield return Found(Severity.Unusable, $"has no folder below {layout.Frames}");
            yield break;
        }
        var folder = FrameFolder.Read(path);
        if (folder.Stray.Length > 0) yield return Found(Severity.Note, $"files that are no frames are ignored: {string.Join(", ", folder.Stray)}");
        if (folder.Files.IsEmpty)
        {
            yield return Found(Severity.Unusable, $"{path} holds no frames");
            yield break;
        }
        foreach (var (what, number) in new[] { ("onset", clip.Onset), ("apex", clip.Apex) })
            if (!folder.Files.ContainsKey(number))
                yield return Found(Severity.Unusable, $"the {what} frame {number} is missing ({path} has {folder.Files.Keys.First()} to {folder.Files.Keys.Last()})");
        var last = folder.Files.Keys.Last();
        if (clip.Offset > last) yield return Found(Severity.Warning, $"the offset {clip.Offset} lies past the last frame {last}");
        // A sheet may promise any number of frames; only those up to the last one on disk can be gaps.
        var gaps = folder.Files.Keys.Where(n => n >= clip.Onset && n < Math.Min(clip.Offset, last)).Zip(folder.Files.Keys.Where(n => n > clip.Onset), (a, b) => (a, b)).Where(p => p.b > p.a + 1).ToArray();
        if (gaps.Length > 0) yield return Found(Severity.Warning, $"frames are missing between {string.Join(", ", gaps.Take(3).Select(g => $"{g.a} and {g.b}"))}");
        var drawn = ClipFrames.Of(clip, folder.Files.ContainsKey).All.ToHashSet();
        foreach (var (number, file) in folder.Files)
        {
            if (file.Length == 0 || drawn.Contains(number) && !CanDecode(file.FullName))
                yield return Found(number == clip.Onset || number == clip.Apex ? Severity.Unusable : Severity.Warning, $"{file.FullName} cannot be opened or is no whole image");
        }
    }

    private static bool CanDecode(string path)
    {
        using var image = FrameImage.Decode(FrameImage.Read(path));
        return image is not null;
    }

    private static ImmutableSortedDictionary<string, int> Count(IEnumerable<string> names) =>
        names.GroupBy(n => n).ToImmutableSortedDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
}
