using MerKernel.Experiments;

namespace MerKernel.Synthetic;

/// <summary>
/// Synthetic versions of CASME II and SAMM: on the disk exactly the files that the holder of a licence has, with
/// invented people. For everything that must run without the real data; numbers from them say nothing about people.
/// </summary>
public static class SyntheticSet
{
    /// <summary>
    /// The rows of a synthetic data set with their frames' true content, in sheet order; reads and writes nothing.
    /// </summary>
    public static ImmutableArray<SyntheticClip> Truth(DatasetId dataset, SyntheticOptions options) =>
        SyntheticPlanner.Plan(dataset, options);

    /// <summary>Five-class clips of each subject of the real data set, as its sheet counts them.</summary>
    public static ImmutableArray<int> RealClips(DatasetId dataset) =>
        [.. SyntheticRoster.Of(dataset, SyntheticSize.Full).Subjects.Select(s => s.Clips).Where(c => c > 0)];

    /// <summary>
    /// The options of the synthetic data set below a folder; null where there are real data, or a set of another
    /// version.
    /// </summary>
    public static SyntheticOptions? OptionsOf(DatasetId dataset, string root) =>
        SyntheticMarker.Read(dataset, dataset.FolderIn(root)) ?? SyntheticMarker.Read(dataset, root);

    /// <summary>
    /// Writes a synthetic set below <paramref name="root"/> (CASME2/ or SAMM/). Existing files are kept, missing ones
    /// are added: a finished set costs nothing, an interrupted one resumes. The bytes depend only on the options, not
    /// on the number of workers.
    /// </summary>
    /// <exception cref="UserErrorException">
    /// The folder holds real data, or a synthetic set of other options.
    /// </exception>
    public static SyntheticSummary Write(DatasetId dataset, SyntheticOptions options, string root,
        Action<int, int>? progress = null, CancellationToken cancel = default)
    {
        var folder = dataset.FolderIn(root);
        var clips = Truth(dataset, options);
        var marker = new SyntheticMarker(dataset, options);
        var rendered = 0;
        if (!marker.Claim(folder))
        {
            var done = 0;
            using var studio = new Studio(dataset, options, folder);
            ForEach(clips, options.Workers, cancel, clip =>
            {
                if (studio.Film(clip, cancel)) Interlocked.Increment(ref rendered);
                progress?.Invoke(Interlocked.Increment(ref done), clips.Length);
            });
            Sheets.Write(dataset, clips, Path.Combine(folder, Sheets.NameOf(dataset)));
            marker.Finish(folder);
        }
        return new(dataset, folder, clips.Select(c => c.Subject).Distinct().Count(), clips.Length,
            clips.Sum(c => c.FrameCount), rendered);
    }

    static void ForEach(IEnumerable<SyntheticClip> clips, int workers, CancellationToken cancel,
        Action<SyntheticClip> work)
    {
        try
        {
            Parallel.ForEach(clips,
                new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel }, work);
        }
        catch (AggregateException e) when (e.InnerExceptions[0] is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"The synthetic data set cannot be written: {e.InnerExceptions[0].Message} " +
                "Free some space or choose another folder; a repeated call resumes.", e);
        }
    }
}

/// <summary>The options of a synthetic data set; the files depend on nothing else.</summary>
public sealed record SyntheticOptions
{
    /// <summary>The tiny set, for tests of the whole path.</summary>
    public static SyntheticOptions Tiny { get; } = new() { Size = SyntheticSize.Tiny };

    /// <summary>The small set, which the main job trains on.</summary>
    public static SyntheticOptions Small { get; } = new();

    /// <summary>The real subject and clip counts with short clips.</summary>
    public static SyntheticOptions Medium { get; } = new() { Size = SyntheticSize.Medium };

    /// <summary>The set with the real subject and clip counts.</summary>
    public static SyntheticOptions Full { get; } = new() { Size = SyntheticSize.Full };

    /// <summary>Seed of every random draw. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Tiny, small, medium or full. Default small.</summary>
    public SyntheticSize Size { get; init; } = SyntheticSize.Small;

    /// <summary>True to write CASME II's uncropped 640 x 480 frames as well. Default false.</summary>
    public bool RawFrames { get; init; }

    /// <summary>Only the first so many subjects, as they are in the whole set; null writes all.</summary>
    public int? Subjects
    {
        get;
        init => field = value is null or > 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Subjects), "A set needs at least one subject.");
    }

    /// <summary>Clips rendered side by side; has no influence on the files. Default 2.</summary>
    public int Workers
    {
        get;
        init => field = value > 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Workers), "Clips need at least one worker.");
    } = 2;
}

/// <summary>How much of the real data set a synthetic one imitates.</summary>
public enum SyntheticSize
{
    /// <summary>
    /// Three subjects, twelve five-class clips, the shortest clips that still have a course: for tests of the whole
    /// path.
    /// </summary>
    Tiny,

    /// <summary>Eight subjects and short clips: CASME II 120 five-class clips, SAMM 100.</summary>
    Small,

    /// <summary>
    /// The real sets' subjects, clips and class counts with clips as short as the small set's, and as hard as the real
    /// ones: heads drift five times as far, and a blink that no coder noted overlaps the apex of three clips in ten.
    /// </summary>
    Medium,

    /// <summary>
    /// The real sets' subjects, clips and class counts, drift and blinks as in the medium set: CASME II 26 and 255
    /// rows, SAMM 29 and 159 rows.
    /// </summary>
    Full,
}

/// <summary>The data set on the disk after <see cref="SyntheticSet.Write"/>.</summary>
/// <param name="Dataset">The imitated data set.</param>
/// <param name="Folder">The data set's own folder (ROOT/CASME2 or ROOT/SAMM).</param>
/// <param name="Subjects">Subjects in the sheet.</param>
/// <param name="Clips">Rows in the sheet.</param>
/// <param name="Frames">Frames of all clips, each counted once.</param>
/// <param name="Rendered">Clips rendered by this call; 0 where everything was there already.</param>
public sealed record SyntheticSummary(DatasetId Dataset, string Folder, int Subjects, int Clips, int Frames,
    int Rendered);

/// <summary>One row of a synthetic data set: its sheet's text and its frames' true content.</summary>
public sealed record SyntheticClip
{
    /// <summary>Subject as the sheet writes it.</summary>
    public required string Subject { get; init; }

    /// <summary>The sheet's Filename.</summary>
    public required string Name { get; init; }

    /// <summary>The emotion in the sheet's spelling.</summary>
    public required string Emotion { get; init; }

    /// <summary>Number of the first frame, where the movement begins.</summary>
    public required int Onset { get; init; }

    /// <summary>Number of the frame of strongest movement.</summary>
    public required int Apex { get; init; }

    /// <summary>Number of the last frame.</summary>
    public required int Offset { get; init; }

    /// <summary>The sheet's apex cell where it errs: another number, or '/'.</summary>
    public object? SheetApex { get; init; }

    /// <summary>The sheet's offset cell where it errs.</summary>
    public int? SheetOffset { get; init; }

    /// <summary>Digits of SAMM's frame numbers, 3 to 5.</summary>
    public int Digits { get; init; }

    /// <summary>The sheet's Action Units cell.</summary>
    public required string Code { get; init; }

    /// <summary>The units the cell names, in any notation.</summary>
    public required ImmutableArray<int> CodedUnits { get; init; }

    /// <summary>The face's movement; traces that no coder would see are part of it.</summary>
    public required ImmutableArray<AuMovement> Movements { get; init; }

    /// <summary>Subject and name.</summary>
    public string Id => $"{Subject}/{Name}";

    /// <summary>Number of frames on the disk.</summary>
    public int FrameCount => Offset - Onset + 1;
}

/// <summary>
/// The synthetic data sets as a workbench asks for them: one seed, so that everybody without a licence sees the same
/// clips.
/// </summary>
public sealed class SyntheticData : ISyntheticData
{
    /// <inheritdoc/>
    public ImmutableArray<Clip> Clips(DatasetId dataset, string size) =>
        [.. SyntheticSet.Truth(dataset, Options(size)).Select(c => new Clip
        {
            Dataset = dataset, Subject = c.Subject, Name = c.Name, Onset = c.Onset, Apex = c.Apex, Offset = c.Offset,
            Emotion = c.Emotion.ToLowerInvariant(),
            ActionUnits = DatasetDescription.Of(dataset).HasActionUnits
                ? [.. c.CodedUnits.Select(u => new ActionUnit(u))] : [],
        })];

    /// <inheritdoc/>
    public void Write(DatasetId dataset, string size, string root, Action<int, int>? progress,
        CancellationToken cancel) => SyntheticSet.Write(dataset, Options(size), root, progress, cancel);

    static SyntheticOptions Options(string size) => new()
    {
        Size = Enum.TryParse<SyntheticSize>(size, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known
            : throw new UserErrorException($"There is no synthetic data set of size '{size}'; the sizes are " +
                $"{string.Join(", ", Enum.GetNames<SyntheticSize>()).ToLowerInvariant()}."),
        Workers = Environment.ProcessorCount
    };
}
