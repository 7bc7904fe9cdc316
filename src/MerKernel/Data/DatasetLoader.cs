using MerKernel.Faces;
using TorchSharp;

namespace MerKernel.Data;

/// <summary>From the files of a data set to tensors, prepared once and cached by content.</summary>
public static class DatasetLoader
{
    // Part of every cache key and of the index: raised when the same input gives other pixels.
    internal const string Version = "1";

    /// <summary>
    /// Loads a data set, preparing the clips that the cache lacks. Finished clips survive an interruption.
    /// </summary>
    /// <param name="source">Where the files are.</param>
    /// <param name="options">How they are prepared.</param>
    /// <param name="progress">Told how many clips are done, and of how many; from several threads.</param>
    /// <param name="cancellation">Ends the preparation between two clips.</param>
    /// <exception cref="UserErrorException">Files are missing or damaged and the options say to fail.</exception>
    public static MerDataset Load(DatasetSource source, PreparationOptions options,
        Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        PreparationOptions.MustBeSize(options.Size);
        var plan = Planned(source, options);
        var cache = new ClipCache(options.CacheFolder);
        AtomicFile.Sweep(options.CacheFolder);
        var manifest = ReadManifest(cache, plan, options);
        if (manifest is null) manifest = PrepareAndKeep();
        else progress?.Invoke(manifest.Clips.Length, manifest.Clips.Length);
        return TryAssemble(plan, manifest, options, cache, PrepareAgain)
            ?? TryAssemble(plan, PrepareAndKeep(), options, cache, PrepareAgain) ?? throw Unkept();

        DatasetManifest PrepareAndKeep()
        {
            var made = Prepare(plan, options, cache, progress, cancellation);
            var json = made.ToJson();
            cache.WriteText(Path.Combine("sets", made.Fingerprint + ".json"), json);
            cache.WriteText(Path.Combine("index", plan.StatDigest + ".txt"), $"{made.Fingerprint} {Sha.Of(json)}");
            return made;
        }

        void PrepareAgain() => PrepareAndKeep();

        UserErrorException Unkept() => new($"{options.CacheFolder} does not keep the files written to it; check the " +
            "disk or choose another cache folder.");
    }

    /// <summary>
    /// Loads a data set whose clips an earlier call has prepared; null where they are not. Writes nothing.
    /// </summary>
    /// <exception cref="UserErrorException">Files are missing or damaged.</exception>
    public static MerDataset? TryLoadPrepared(DatasetSource source, PreparationOptions options)
    {
        var plan = Planned(source, options);
        var cache = new ClipCache(options.CacheFolder);
        return ReadManifest(cache, plan, options) is { } manifest
            ? TryAssemble(plan, manifest, options, cache, () => throw new UserErrorException("Prepared clips in " +
                $"{options.CacheFolder} are damaged; call a command that trains, which prepares them again."))
            : null;
    }

    /// <summary>
    /// A data set's clips and labels, with nothing prepared: to count what is still to be computed. Its frames cannot
    /// be read, and clips in which no face will be found are still among them.
    /// </summary>
    /// <param name="source">Where the files are.</param>
    /// <param name="options">How they would be prepared.</param>
    /// <exception cref="UserErrorException">Files are missing and the options say to fail.</exception>
    public static MerDataset Count(DatasetSource source, PreparationOptions options)
    {
        var plan = Planned(source, options);
        Check(plan, [.. plan.Clips.Select(c => c.Unusable is { } why ? (why, false) : ((string, bool)?)null)], options);
        return Counted(plan.Layout.Description, plan.Layout.Synthetic, plan.Classes,
            plan.Clips.Where(c => c.Unusable is null).Select(c => (c.Clip, c.Frames)), options.Size);
    }

    /// <summary>A data set of clips without frames; those outside the classes are left out.</summary>
    internal static MerDataset Counted(DatasetDescription set, bool synthetic, ClassSet classes,
        IEnumerable<(Clip Clip, ClipFrames Frames)> clips, int size)
    {
        ImmutableArray<(Clip Clip, ClipFrames Frames)> scored =
            [.. clips.Where(c => classes.LabelOf(c.Clip.Emotion) is not null)];
        var rows = 0;
        ImmutableArray<ImmutableArray<int>> Rows(Func<ClipFrames, ImmutableArray<int>> of) =>
            [.. scored.Select(c => of(c.Frames).Select(_ => rows++).ToImmutableArray())];
        return new MerDataset
        {
            Id = set.Id, Title = set.Title, Synthetic = synthetic, Fingerprint = "not prepared",
            Classes = classes.Classes, Clips = [.. scored.Select(c => c.Clip)],
            Labels = [.. scored.Select(c => classes.LabelOf(c.Clip.Emotion)!.Value)],
            Size = size, OnsetFrames = Rows(f => f.Onset), ApexFrames = Rows(f => f.Apex),
        };
    }

    private static PreparationPlan Planned(DatasetSource source, PreparationOptions options)
    {
        var (layout, sheet) = CodingSheet.Of(source, options);
        return PreparationPlan.Make(layout, sheet, options);
    }

    // The index leads from the state of the files (names, lengths, times) to the fingerprint of their contents, and
    // holds the manifest's checksum.
    private static DatasetManifest? ReadManifest(ClipCache cache, PreparationPlan plan, PreparationOptions options)
    {
        if (cache.ReadText(Path.Combine("index", plan.StatDigest + ".txt"))?.Split(' ') is not [{ } fingerprint,
            { } checksum])
            return null;
        if (!fingerprint.All(char.IsAsciiHexDigitLower)
            || cache.ReadText(Path.Combine("sets", fingerprint + ".json")) is not { } json || Sha.Of(json) != checksum)
            return null;
        try
        {
            var manifest = DatasetManifest.FromJson(json);
            return manifest.Clips.All(c => cache.ReadHeader(c.Cache, FrameBytes(options)) is not null)
                ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static DatasetManifest Prepare(PreparationPlan plan, PreparationOptions options, ClipCache cache,
        Action<int, int>? progress, CancellationToken cancellation)
    {
        var prepared = new PreparedClip?[plan.Clips.Length];
        var unusable = new (string Reason, bool NoFace)?[plan.Clips.Length];
        var model = new Lazy<LandmarkModel>(() => LandmarkModel.Open());
        var modelHash = new Lazy<string>(() => ModelHash(plan.Align));
        var done = 0;
        try
        {
            Parallel.For(0, plan.Clips.Length, new ParallelOptions
            {
                MaxDegreeOfParallelism = Math.Max(1, options.Workers), CancellationToken = cancellation
            },
                () => new Lazy<FaceFinder?>(() => plan.Align ? new FaceFinder(model.Value) : null),
                (i, _, finder) =>
                {
                    var clip = plan.Clips[i];
                    unusable[i] = clip.Unusable is { } reason
                        ? (reason, false)
                        : PrepareOne(clip, options, cache, finder, modelHash, out prepared[i]);
                    progress?.Invoke(Interlocked.Increment(ref done), plan.Clips.Length);
                    return finder;
                },
                finder => { if (finder.IsValueCreated) finder.Value?.Dispose(); });
        }
        catch (AggregateException e) when (e.InnerExceptions.FirstOrDefault(x => x is UserErrorException) is { } error)
        {
            throw new UserErrorException(error.Message, error);
        }
        finally
        {
            if (model.IsValueCreated) model.Value.Dispose();
        }
        Check(plan, unusable, options);
        var clips = prepared.OfType<PreparedClip>().ToImmutableArray();
        if (clips.IsEmpty)
            throw new UserErrorException($"{plan.Layout.Folder} has no clip of the classes " +
                $"{string.Join(", ", plan.Classes.Classes)}; choose another class set or complete the files.");
        var dropped = plan.Dropped.AddRange(plan.Clips
            .Select((c, i) => unusable[i] is { } u ? new DroppedClip(c.Clip.Id, u.Reason) : null)
            .OfType<DroppedClip>());
        var contents = string.Join('\n', [plan.Sheet.Sha256, plan.Description, plan.Layout.Synthetic.ToString(),
            .. clips.Select(c => $"{c.Clip} {c.Cache}")]);
        return new DatasetManifest
        {
            Dataset = plan.Layout.Dataset,
            Synthetic = plan.Layout.Synthetic,
            Fingerprint = Sha.Of(contents),
            Sheet = Path.GetFileName(plan.Sheet.Path),
            SheetSha256 = plan.Sheet.Sha256,
            Frames = Path.GetFileName(plan.Layout.Frames),
            Preparation = plan.Description,
            Clips = clips,
            Dropped = dropped,
        };
    }

    internal static (string, bool)? PrepareOne(PreparationPlan.Entry entry, PreparationOptions options, ClipCache cache,
        Lazy<FaceFinder?> finder, Lazy<string> modelHash, out PreparedClip? prepared)
    {
        var frames = entry.Files
            .Select(f => (f.Number, f.File.FullName, Bytes: FrameImage.Read(f.File.FullName))).ToArray();
        var key = new StringBuilder($"{Version} {options.Size} {options.NoFace} {modelHash.Value}");
        foreach (var f in frames)
            key.Append(CultureInfo.InvariantCulture,
                $" {f.Number}:{Convert.ToHexStringLower(SHA256.HashData(f.Bytes))}");
        var name = Sha.Of(key.ToString());
        var header = cache.ReadHeader(name, FrameBytes(options));
        prepared = null;
        if (header is null)
        {
            var result = new ClipPreparer(options, finder.Value).Prepare(entry.Clip, frames);
            if (result.Header is null) return (result.Unusable!, result.NoFace);
            header = result.Header;
            cache.Write(name, header, result.Pixels);
        }
        // Neighbours that could not be decoded are not in the file.
        prepared = new PreparedClip(entry.Clip.Id, name,
            [.. entry.Frames.Onset.Where(header.Frames.Contains)], [.. entry.Frames.Apex.Where(header.Frames.Contains)],
            [.. entry.Clip.Notes, .. header.Notes]);
        return null;
    }

    // Clips named in the message; the check lists all.
    private const int MostNamed = 3;

    private static void Check(PreparationPlan plan, (string Reason, bool NoFace)?[] unusable,
        PreparationOptions options)
    {
        var rows = plan.BadRows.Select(r => $"{plan.Sheet.Path}, row {r.Row} ({r.Clip}) {r.Reason}");
        var unread = options.Unusable == UnusableClipPolicy.Fail
            ? rows.Concat(unusable.Where(u => u is { NoFace: false }).Select(u => u!.Value.Reason)).ToList() : [];
        var faceless = options.NoFace == NoFacePolicy.Fail
            ? unusable.Where(u => u is { NoFace: true }).Select(u => u!.Value.Reason).ToList() : [];
        var all = unread.Concat(faceless).ToList();
        if (all.Count == 0) return;
        var policies = $"{(unread.Count > 0 ? " --unusable drop" : "")}" +
            $"{(faceless.Count > 0 ? " --no-face drop" : "")}";
        var root = Shell.Word(plan.Layout.Root);
        var named = string.Join("; ", all.Take(MostNamed)) +
            (all.Count > MostNamed ? $"; and {all.Count - MostNamed} more" : "");
        throw new UserErrorException($"{plan.Layout.Description.Title}: {all.Count} of " +
            $"{plan.Clips.Length + plan.BadRows.Length} clips cannot be used: {named}. "
            + $"'mer data check --data {root}' lists all. Complete the files, or leave such clips out of " +
            $"every command from now on{(faceless.Count > 0
                ? " (or crop them at the centre, with --no-face centre-crop instead of drop)" : "")} with: "
            + $"mer data prepare --data {root} --dataset {plan.Layout.Dataset.Key()}{policies}");
    }

    /// <summary>
    /// The data set, whose frames are read when they are first asked for; null where prepared clips are not there.
    /// </summary>
    private static MerDataset? TryAssemble(PreparationPlan plan, DatasetManifest manifest, PreparationOptions options,
        ClipCache cache, Action prepareAgain)
    {
        var headers = manifest.Clips.Select(c => cache.ReadHeader(c.Cache, FrameBytes(options))).ToArray();
        if (headers.Contains(null)) return null;
        var byId = plan.Clips.ToDictionary(c => c.Clip.Id, c => c.Clip);
        var onset = ImmutableArray.CreateBuilder<ImmutableArray<int>>();
        var apex = ImmutableArray.CreateBuilder<ImmutableArray<int>>();
        var starts = new List<(PreparedClip Clip, int Row, int Count)>();
        var rows = 0;
        foreach (var (clip, header) in manifest.Clips.Zip(headers))
        {
            var numbers = header!.Frames;
            var first = rows;
            onset.Add([.. clip.OnsetFrames.Select(n => first + Array.IndexOf(numbers, n))]);
            apex.Add([.. clip.ApexFrames.Select(n => first + Array.IndexOf(numbers, n))]);
            starts.Add((clip, first, numbers.Length));
            rows += numbers.Length;
        }
        // Damaged clips are quarantined and prepared again.
        torch.Tensor Frames()
        {
            if (TryReadFrames(starts, options, cache) is { } sound) return sound;
            prepareAgain();
            return TryReadFrames(starts, options, cache)
                ?? throw new UserErrorException($"{options.CacheFolder} does not keep the files written to it, or " +
                    "the data have changed meanwhile; check the disk and call again.");
        }

        var clips = manifest.Clips.Select(c => byId[c.Clip] with { Notes = c.Notes }).ToImmutableArray();
        return new MerDataset
        {
            Id = manifest.Dataset,
            Title = plan.Layout.Description.Title,
            Synthetic = manifest.Synthetic,
            Fingerprint = manifest.Fingerprint,
            Classes = plan.Classes.Classes,
            Clips = clips,
            Labels = [.. clips.Select(c => plan.Classes.LabelOf(c.Emotion)!.Value)],
            LazyFrames = new(Frames),
            Size = options.Size,
            OnsetFrames = onset.ToImmutable(),
            ApexFrames = apex.ToImmutable(),
            Manifest = manifest,
            CacheFolder = options.CacheFolder,
            SheetRemarks = plan.Sheet.Remarks,
            Source = new FileClipSource([.. manifest.Clips.Select(c => plan.Clips.First(e => e.Clip.Id == c.Clip))],
                manifest, plan, options, cache),
        };
    }

    /// <summary>
    /// Reads prepared clips into one tensor; null where some turned out damaged, which are then quarantined.
    /// </summary>
    private static torch.Tensor? TryReadFrames(List<(PreparedClip Clip, int Row, int Count)> clips,
        PreparationOptions options, ClipCache cache)
    {
        // The data set owns its frames: they outlive any dispose scope that happens to be open.
        var frames = torch.empty([clips.Sum(c => c.Count), 3, options.Size, options.Size], torch.uint8)
            .DetachFromDisposeScope();
        var sound = true;
        foreach (var (clip, row, count) in clips)
        {
            using var view = frames.narrow(0, row, count);
            if (cache.TryReadFrames(clip.Cache, view.bytes)) continue;
            sound = false;
            SetAside.Move(cache.PathOf(clip.Cache), "its checksum does not match", "the clip is prepared again",
                options.Warn);
        }
        if (sound) return frames;
        frames.Dispose();
        return null;
    }

    internal static int FrameBytes(PreparationOptions options) => 3 * options.Size * options.Size;

    // Other landmarks give other pixels, so the model is part of the key; its contents, not its name.
    internal static string ModelHash(bool align)
    {
        if (!align) return "resize";
        LandmarkModel.MustExist(LandmarkModel.DefaultPath);
        using var file = File.OpenRead(LandmarkModel.DefaultPath);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
