using static MerKernel.Data.DatasetId;

namespace MerKernel.Data;

/// <summary>
/// Frames that independent copies of the published sheets give for clips where the sheets look wrong. None is used
/// unless it is chosen (<see cref="Reading"/>): the frames on disk may tell which is right, the copies by themselves do
/// not.
/// </summary>
internal static class KnownReadings
{
    /// <summary>Other frames of a clip.</summary>
    /// <param name="Dataset">The data set.</param>
    /// <param name="Clip">The clip.</param>
    /// <param name="Onset">
    /// Onset of the published sheet, by which the clip is known to be the one meant; null where it is not known.
    /// </param>
    /// <param name="Others">
    /// Onset, apex and offset as other copies have them; null where they agree with the sheet.
    /// </param>
    private sealed record Entry(DatasetId Dataset, string Clip, int? Onset,
        params (int? Onset, int Apex, int? Offset)[] Others);

    // Seen in two repositories whose authors worked from a revised list that is not public, and in copies of the
    // sheets.
    private static readonly Entry[] All =
    [
        new(CasmeII, "04/EP12_01f", 261, (null, 294, null), (null, 279, null), (null, 291, null),
            (null, 300, null), (null, 303, null)),
        new(CasmeII, "05/EP09_05f", 69, (null, 96, null), (null, 81, null)),
        new(CasmeII, "05/EP16_04f", null, (null, 174, null), (null, 166, null)),
        new(CasmeII, "07/EP06_01", 15, (56, 89, 116)),
        new(CasmeII, "12/EP09_02", 16, (161, 176, 206)),
        new(CasmeII, "12/EP09_06", 66, (null, 72, 106), (null, 89, null)),
        new(CasmeII, "16/EP01_08", 73, (null, 91, 96), (null, 88, 96)),
        new(CasmeII, "20/EP16_01", 71, (null, 97, 106), (null, 91, null)),
        new(CasmeII, "25/EP09_02", null, (null, 98, null)),
        new(CasmeII, "25/EP12_01", null, (null, 153, null), (null, 143, null)),
        new(CasmeII, "25/EP18_04f", null, (null, 97, null), (null, 98, null)),
        new(Samm, "028/028_4_1", null, (null, 1103, null), (null, 1105, null), (null, 1113, null),
            (null, 1124, null)),
    ];

    /// <summary>
    /// Compares the readings of a clip with the frames on disk: which one spans them, and how another is chosen.
    /// </summary>
    public static IEnumerable<(Severity Severity, string Text)> Compare(Clip clip, FrameFolder folder, string root,
        PreparationOptions options)
    {
        if (All.FirstOrDefault(e =>
            e.Dataset == clip.Dataset && e.Clip.Equals(clip.Id, StringComparison.OrdinalIgnoreCase)) is not { } entry)
            yield break;
        if (options.Readings.Any(r => r.Clip.Equals(clip.Id, StringComparison.OrdinalIgnoreCase))) yield break;
        // The sheet's offset may have been repaired already; the onset never is.
        if (entry.Onset is { } onset && onset != clip.Onset) yield break;
        var others = entry.Others
            .Select(o => new Reading(clip.Id, o.Onset ?? clip.Onset, o.Apex, o.Offset ?? clip.Offset))
            .Where(r => r.Onset < r.Apex && r.Apex <= r.Offset
                && (r.Onset, r.Apex, r.Offset) != (clip.Onset, clip.Apex, clip.Offset)).ToList();
        if (others.Count == 0) yield break;
        var (first, last) = (folder.Files.Keys.First(), folder.Files.Keys.Last());
        var (own, best) = (Fit(new Reading(clip.Id, clip.Onset, clip.Apex, clip.Offset), folder),
            others.MaxBy(r => Fit(r, folder))!);
        // Those that are chosen already stay only where they are named again.
        var use = $"mer data prepare --data {Shell.Word(root)} --dataset {clip.Dataset.Key()} --reading " +
            string.Join(' ', options.Readings.Append(best).Select(r => r.ToString()));
        var span = $"the frames on disk, {first} to {last},";
        var names = string.Join(" or ", others.Select(r => r.Frames));
        if (Fit(best, folder) > own)
            yield return (Severity.Warning,
                $"{span} fit the reading {best.Frames} of other copies and not {clip.Onset} {clip.Apex} " +
                $"{clip.Offset}; to use it (with others in one command): {use}");
        else if (others.Max(r => Fit(r, folder)) == own)
            yield return (Severity.Note,
                $"{span} do not tell {clip.Onset} {clip.Apex} {clip.Offset} from {names}, which other copies have; " +
                $"to use one (with others in one command): {use}");
        else
            yield return (Severity.Note,
                $"{span} fit {clip.Onset} {clip.Apex} {clip.Offset} and not {names}, which other copies have");
    }

    /// <summary>
    /// 3 where a reading begins and ends with the frames on disk, 2 where it lies among them, 1 where onset and apex
    /// do, else 0.
    /// </summary>
    private static int Fit(Reading reading, FrameFolder folder)
    {
        var (first, last) = (folder.Files.Keys.First(), folder.Files.Keys.Last());
        if (!folder.Files.ContainsKey(reading.Onset) || !folder.Files.ContainsKey(reading.Apex)) return 0;
        return (first, last) == (reading.Onset, reading.Offset) ? 3 : reading.Offset <= last ? 2 : 1;
    }
}
