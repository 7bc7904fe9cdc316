using MerKernel.Data;

namespace MerKernel.Synthetic;

/// <summary>
/// Synthetic look-alikes of CASME II and SAMM: on the disk exactly what the holder of a licence has, with invented people.
/// For everything that must run without the real data; numbers from them say nothing about people.
/// </summary>
public static class LookAlike
{
    /// <summary>The rows of a look-alike with what their frames truly show, in sheet order; reads and writes nothing.</summary>
    public static ImmutableArray<LookAlikeClip> Truth(DatasetId dataset, LookAlikeOptions options) => LookAlikePlanner.Plan(dataset, options);

    /// <summary>What the look-alike below a folder was made from; null where there are real data, or a look-alike of another version.</summary>
    public static LookAlikeOptions? OptionsOf(DatasetId dataset, string root) =>
        LookAlikeMarker.Read(dataset, dataset.FolderIn(root)) ?? LookAlikeMarker.Read(dataset, root);

    /// <summary>
    /// Writes a look-alike below <paramref name="root"/> (CASME2/ or SAMM/). What is there is kept, what is missing is added: a finished set
    /// costs nothing, an interrupted one goes on. The bytes depend on the options alone, not on the number of workers.
    /// </summary>
    /// <exception cref="UserErrorException">The folder holds real data, or a look-alike of other options.</exception>
    public static LookAlikeSummary Write(DatasetId dataset, LookAlikeOptions options, string root, IProgress<LookAlikeProgress>? progress = null, CancellationToken cancel = default)
    {
        var folder = dataset.FolderIn(root);
        var clips = Truth(dataset, options);
        var marker = new LookAlikeMarker(dataset, options);
        var rendered = 0;
        if (!marker.Claim(folder))
        {
            var done = 0;
            using var studio = new Studio(dataset, options, folder);
            ForEach(clips, options.Workers, cancel, clip =>
            {
                if (studio.Film(clip, cancel)) Interlocked.Increment(ref rendered);
                progress?.Report(new(dataset, Interlocked.Increment(ref done), clips.Length, clip.Id));
            });
            Sheets.Write(dataset, clips, Path.Combine(folder, Sheets.NameOf(dataset)));
            marker.Finish(folder);
        }
        return new(dataset, folder, clips.Select(c => c.Subject).Distinct().Count(), clips.Length, clips.Sum(c => c.FrameCount), rendered);
    }

    static void ForEach(IEnumerable<LookAlikeClip> clips, int workers, CancellationToken cancel, Action<LookAlikeClip> work)
    {
        try
        {
            Parallel.ForEach(clips, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancel }, work);
        }
        catch (AggregateException e) when (e.InnerExceptions[0] is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"The look-alike cannot be written: {e.InnerExceptions[0].Message} Free some space or choose another folder; a repeated call goes on from here.", e);
        }
    }
}
