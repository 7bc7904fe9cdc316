using System.Diagnostics.CodeAnalysis;
using MerKernel.Baselines;
using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Training;
using MerKernel.Weights;

namespace MerKernel.Experiments;

/// <summary>
/// Where a reproduction happens: a profile, its data, its run store. Commands and notebooks start from here.
/// </summary>
public sealed class Workbench : IDisposable
{
    readonly Dictionary<DatasetId, (DatasetSource Source, MerDataset Data)> _loaded = [];
    RunStore? _store;
    OutsideWeights? _outside;
    PretrainedWeights? _backbone;
    ImmutableArray<DatasetId>? _there;

    /// <summary>
    /// Folder that data/ and results/ are below; null is the checkout, as <see cref="RepositoryRoot.Find"/> finds it.
    /// </summary>
    /// <exception cref="UserErrorException">No folder was named, and there is no checkout.</exception>
    [AllowNull]
    public string Root { get => field ??= RepositoryRoot.Find(); init; }

    /// <summary>The profile.</summary>
    public Profile Profile { get; init; } = Profile.Small;

    /// <summary>
    /// Folder with CASME2/ and SAMM/. Null for synthetic data; a profile that prefers real data then takes those that
    /// data/ of the checkout holds.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>Data sets that are asked for; null takes those that are there.</summary>
    public ImmutableArray<DatasetId>? Only { get; init; }

    /// <summary>
    /// Data sets that a protocol over several is made of; null takes those of MEGC 2019 that are there.
    /// </summary>
    public ImmutableArray<DatasetId>? Parts { get; init; }

    /// <summary>Folder of the run store; null is results/runs of the checkout.</summary>
    public string? StoreFolder { get; init; }

    /// <summary>
    /// Folder for files that can be made again: prepared frames, weights; null is results/cache of the checkout.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>
    /// Folder with the weights that compared systems were published on; null is data/weights of the checkout.
    /// </summary>
    public string? WeightsFolder { get; init; }

    /// <summary>A file with weights that networks with its backbone start from; null for fresh weights.</summary>
    public string? Backbone { get; init; }

    /// <summary>Seeds of weights, batches and augmentation: every experiment once with each.</summary>
    public ImmutableArray<int> Seeds { get; init; } = [1];

    /// <summary>The seed, where there is one; the first of several.</summary>
    public int Seed { get => Seeds[0]; init => Seeds = [value]; }

    /// <summary>Validation subjects of each fold, which choose the epoch.</summary>
    public int HeldOutSubjects { get; init; }

    /// <summary>
    /// Number format of every experiment's arithmetic. Runs of one format are not runs of the other: tables show those
    /// of this one.
    /// </summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Where networks are trained, as <see cref="ComputeDevice.Named"/> takes it; a name, because tables need no
    /// libtorch.
    /// </summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Makes data sets where no real ones are used; null: without real data there are none.</summary>
    public ISyntheticData? Synthetic { get; init; }

    /// <summary>Receives one message for each step of the preparation.</summary>
    public Action<string>? Say { get; init; }

    /// <summary>Receives one message for whatever is left out or quarantined; null: <see cref="Say"/>.</summary>
    public Action<string>? Warn { get => field ?? Say; init; }

    /// <summary>Receives the current preparation, how many clips are done, and of how many.</summary>
    public Action<string, int, int>? Preparing { get; init; }

    /// <summary>The run store.</summary>
    public RunStore Store => _store ??= new(StoreFolder ?? UsualStore) { Warn = Warn };

    /// <summary>Whether <see cref="Store"/> is the checkout's own.</summary>
    public bool HasUsualStore => StoreFolder is null || Store.Folder == Path.GetFullPath(UsualStore);

    string UsualStore => Path.Combine(Root, "results", "runs");

    /// <summary>The weights that compared systems were published on.</summary>
    public OutsideWeights Outside => _outside ??= new(WeightsFolder ?? Path.Combine(Root, "data", "weights"), Backbone);

    /// <summary>Weights of trained folds, for looking into them; they can be made again.</summary>
    public FoldWeights Weights => new(Path.Combine(Cache, "weights"));

    /// <summary>Where prepared frames and weights are: <see cref="CacheFolder"/> or its default.</summary>
    public string Cache => CacheFolder ?? Path.Combine(Root, "results", "cache");

    /// <summary>
    /// Where tables and pages of these runs go: reports/PROFILE-DATA next to the run store, for example
    /// results/reports/small-synthetic, with what else makes other networks of the same data.
    /// </summary>
    public string ReportFolder => Path.Combine(Path.GetDirectoryName(Store.Folder)!, "reports",
        string.Join('-', new[] { $"{Profile.Name}-{DataName}" }.Concat(OtherSets.Select(id => id.Key())).Concat(new[]
        {
            Backbone is { } file ? InName(Path.GetFileNameWithoutExtension(file)) : null,
            HeldOutSubjects > 0 ? $"held-out-{HeldOutSubjects}" : null,
            Precision == Precision.BFloat16 ? Precision.Name() : null,
        }.OfType<string>())));

    /// <summary>
    /// What makes other networks than the profile and the data say, for headings: 'bf16', '1 validation subject per
    /// fold'; empty where nothing does.
    /// </summary>
    public string Setting => string.Join(", ", new[]
    {
        Backbone is { } file ? $"starting from {Path.GetFileName(file)}" : null,
        HeldOutSubjects > 0
            ? $"{HeldOutSubjects} validation subject{(HeldOutSubjects == 1 ? "" : "s")} per fold" : null,
        Precision == Precision.BFloat16 ? Precision.Name() : null,
    }.OfType<string>());

    // The data sets that were asked for, where they are not the paper's two, and their parts, where those were asked
    // for.
    IEnumerable<DatasetId> OtherSets => Only is not { } only || only.Order().SequenceEqual(DatasetNames.Paper)
        ? []
        : only.Any(id => FoldProtocol.Of(id) is not null) ? [.. only, .. Parts ?? []]
        : only;

    /// <summary>The data in a word that can be a folder's name.</summary>
    string DataName => DataFolder is { } named
        // Two folders of one name are two data sets.
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(named)) is var path
            ? $"{InName(Path.GetFileName(path))}-{Sha.Of(path)[..6]}" : ""
        : Datasets.Any(id => RealFolder(id) is not null) ? "data" : "synthetic";

    internal static string InName(string text) =>
        string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-'));

    /// <summary>
    /// The data sets that are worked on: those asked for, else those that are there; who holds one licence gets the
    /// tables of that set.
    /// </summary>
    public ImmutableArray<DatasetId> Datasets => Only ?? (_there ??= There());

    /// <summary>The choices about a data set with <c>mer data prepare</c>.</summary>
    public DataChoices Choices(DatasetId id) => FoldProtocol.Of(id) is null ? DataChoices.Kept(RootOf(id), id) : new();

    /// <summary>How a data set's clips are prepared at the paper's size, by the choices kept in its folder.</summary>
    public PreparationOptions Preparation(DatasetId id) =>
        Choices(id).Preparation(DatasetDescription.In(RootOf(id), id), new() { CacheFolder = Cache, Warn = Warn });

    string Data => Path.Combine(Root, "data");

    string SyntheticFolder => Path.Combine(Data, $"synthetic-{Profile.SyntheticSize}");

    /// <summary>
    /// Loads a data set, once; prepares its frames where they are not prepared yet, and makes synthetic data where no
    /// real ones are used.
    /// </summary>
    /// <exception cref="UserErrorException">The data are missing or damaged, or of one subject.</exception>
    public MerDataset Load(DatasetId id, CancellationToken cancel = default)
    {
        if (_loaded.TryGetValue(id, out var known)) return known.Data;
        (DatasetSource, MerDataset) Ready(DatasetId part, PreparationOptions options) => Prepare(part, options, cancel);
        return Keep(FoldProtocol.Of(id) is { } protocol ? Joined(protocol, Ready) : Ready(id, Prepared(id)));
    }

    PreparationOptions Prepared(DatasetId id) => Preparation(id) with { Size = Profile.Model.InputSize };

    (DatasetSource Source, MerDataset Data) Prepare(DatasetId id, PreparationOptions options, CancellationToken cancel)
    {
        if (RealFolder(id) is null)
        {
            if (Synthetic is null) throw WorkbenchWords.NoData(id);
            if (Profile.SyntheticSize == "full" && !Directory.Exists(id.FolderIn(SyntheticFolder)))
                Say?.Invoke($"{id.Title()}: the profile '{Profile.Name}' needs the synthetic set in full size; it is " +
                    $"rendered once, which takes some minutes, and with its sister about 0.9 GB in {SyntheticFolder}.");
            Synthetic.Write(id, Profile.SyntheticSize, SyntheticFolder, Progress(id, "rendering"), cancel);
            Say?.Invoke($"{id.Title()}: synthetic data set in {id.FolderIn(SyntheticFolder)}"
                + (Directory.Exists(id.FolderIn(Data)) ? $"; {id.FolderIn(Data)} is used by the paper profile, and " +
                    "by this one with --data data" : ""));
        }
        var source = Choices(id).Source(RootOf(id), id);
        return (source, DatasetLoader.Load(source, options, Progress(id, "aligning"), cancel));
    }

    /// <summary>
    /// Loads data sets as an earlier run left them; makes nothing. A synthetic set that no run made yet is left out of
    /// <see cref="Datasets"/>, with a warning, unless it was asked for.
    /// </summary>
    /// <exception cref="UserErrorException">Nothing was prepared for this profile and run.</exception>
    public void LoadPrepared(params IEnumerable<DatasetId> ids)
    {
        this.MustHaveStore();
        var absent = Only is not null || RealRoot is not null ? [] : DatasetNames.Paper.Intersect(ids)
            .Where(id => !Directory.Exists(id.FolderIn(SyntheticFolder))).ToList();
        if (absent.Count == ids.Count()) absent.Clear();
        foreach (var id in absent) Warn?.Invoke(this.NotMadeYet(id));
        if (absent.Count > 0) _there = [.. Datasets.Except(absent)];
        Keep(ids.Except(absent), (id, options) => Stored(id, options) ?? throw this.NothingStored(id, ids));
    }

    /// <summary>
    /// Loads data sets to count their folds: as an earlier run left them, else their clips and labels without frames,
    /// so that every fold is missing. Prepares, makes and writes nothing.
    /// </summary>
    /// <exception cref="UserErrorException">The data are missing or damaged, or of one subject.</exception>
    public void LoadCounts(params IEnumerable<DatasetId> ids) => Keep(ids, (id, options) =>
    {
        try
        {
            if (Stored(id, options) is { } stored) return stored;
        }
        // Who trains next makes the rest of a synthetic set.
        catch (UserErrorException) when (RealFolder(id) is null) { /* Counted below. */ }
        Say?.Invoke($"{id.Title()}: not prepared yet, so every fold counts as missing");
        if (RealFolder(id) is not null) return DatasetLoader.Count(Choices(id).Source(RootOf(id), id), options);
        var set = DatasetDescription.Of(id);
        return DatasetLoader.Counted(set, synthetic: true, options.Classes ?? set.Classes,
            (Synthetic ?? throw WorkbenchWords.NoData(id)).Clips(id, Profile.SyntheticSize)
                .Select(c => (c, ClipFrames.Of(c, _ => true))), options.Size);
    });

    /// <summary>A data set as an earlier run left it; null where its clips are not prepared.</summary>
    MerDataset? Stored(DatasetId id, PreparationOptions options) =>
        Choices(id).Source(RootOf(id), id) is var source && Directory.Exists(source.Root)
            ? DatasetLoader.TryLoadPrepared(source, options) : null;

    void Keep(IEnumerable<DatasetId> ids, Func<DatasetId, PreparationOptions, MerDataset> load)
    {
        (DatasetSource, MerDataset) Part(DatasetId id, PreparationOptions options) =>
            (Choices(id).Source(RootOf(id), id), load(id, options));
        foreach (var id in ids.Where(id => !_loaded.ContainsKey(id)))
            Keep(FoldProtocol.Of(id) is { } protocol ? Joined(protocol, Part) : Part(id, Prepared(id)));
    }

    /// <summary>A data set that was loaded.</summary>
    public MerDataset Dataset(DatasetId id) => Loaded(id).Data;

    /// <summary>Where the files of a data set that was loaded are.</summary>
    public DatasetSource Source(DatasetId id) => Loaded(id).Source;

    /// <summary>
    /// Folders with the files of a data set that was loaded: its own, or those of the sets that a protocol made it of.
    /// </summary>
    public ImmutableArray<string> Folders(DatasetId id) => FoldProtocol.Of(id) is null
        ? [id.FolderIn(Source(id).Root)]
        : [.. Dataset(id).Clips.Select(c => c.Dataset).Distinct().Select(part => part.FolderIn(RootOf(part)))];

    /// <summary>The experiment of a method on a data set that was loaded, with a seed or the first one.</summary>
    public Experiment Experiment(Method method, DatasetId id, int? seed = null)
    {
        var dataset = Dataset(id);
        var experiment = method.Of(new Experiment
        {
            Dataset = id, DatasetFingerprint = dataset.Fingerprint,
            Model = Profile.Model with { Classes = dataset.Classes.Length }, ActionUnits = Profile.ActionUnits,
            Training = Profile.Training with { Precision = Precision },
            Seed = seed ?? Seed, HeldOutSubjects = HeldOutSubjects,
        }, Profile);
        if (Backbone is not null && experiment is { Model: MerNetOptions paper, StartsFrom: null })
        {
            var file = _backbone ??= PretrainedStart.File(Backbone);
            if (BackboneWeights.Fits(paper, Backbone)) return experiment with { StartsFrom = file };
            Warn?.Invoke(
                $"{method.Name} has no backbone that {Path.GetFileName(Backbone)} fits and starts from fresh weights.");
            return experiment;
        }
        if (Profile.ReducesPeers) return experiment;
        var start = Outside.Start(experiment.Model);
        // Weights from a file take the place of the epochs that would have made them.
        var spared = experiment.Model.EpochsBeforeClasses - start.EpochsBeforeClasses;
        return experiment with
        {
            Model = start,
            Training = experiment.Training with { Epochs = Math.Max(1, experiment.Training.Epochs - spared) }
        };
    }

    /// <summary>
    /// Why a method has no row on a data set that was loaded: it needs action units that nobody coded. Null where it
    /// has one.
    /// </summary>
    public string? Lacks(Method method, DatasetId id) =>
        !Dataset(id).HasActionUnits
            && Experiment(method, id) is { ActionUnits: not ActionUnitSource.None } or { Model: AuGcnOptions }
            ? $"'{method.Name}' needs action units, which are not coded in " +
              $"{string.Join(" and ", Dataset(id).Clips.GroupBy(c => c.Dataset)
                  .Where(g => g.All(c => c.ActionUnits.IsEmpty)).Select(g => g.Key.Title()))}; " +
              "the row is left out." : null;

    /// <summary>
    /// The result of a method on a data set that was loaded, with a seed; null where not every fold is stored.
    /// </summary>
    public RunResult? Result(Method method, DatasetId id, int seed) =>
        method is ReadMethod read
            ? read.Result(this, id, seed)
            : Store.TryResult(Experiment(method, id, seed), Dataset(id).Subjects);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, data) in _loaded.Values) data.Dispose();
    }

    (DatasetSource Source, MerDataset Data) Loaded(DatasetId id) => _loaded.TryGetValue(id, out var loaded) ? loaded
        : throw new UserErrorException($"{id.Title()} is not loaded" + (_loaded.Count == 0 ? "" :
            $", only {string.Join(" and ", _loaded.Keys.Select(k => k.Title()))}") +
            $"; in a notebook study.Bench.Load(DatasetId.{id}) loads it.");

    /// <summary>The data set that a protocol makes of its parts, in the three classes that all of them have.</summary>
    (DatasetSource Source, MerDataset Data) Joined(FoldProtocol protocol,
        Func<DatasetId, PreparationOptions, (DatasetSource Source, MerDataset Data)> part) =>
            (new(RootOf(protocol.Id), protocol.Id), protocol.Of([.. PartsThere().Select(id => Described(
                part(id, Prepared(id) with { Classes = DatasetDescription.In(RootOf(id), id).Three }).Data))]));

    /// <summary>
    /// The sets that a protocol over several is made of: those asked for, else those of MEGC 2019 that are there.
    /// </summary>
    ImmutableArray<DatasetId> PartsThere()
    {
        if (Parts is { } asked)
        {
            FoldProtocol.DemandOthers(asked);
            return asked.FirstOrDefault(id => FoldProtocol.Of(id) is not null) is var made
                && FoldProtocol.Of(made) is not null
                ? throw new UserErrorException($"'{made.Key()}' is made of several data sets itself; name data sets " +
                    "with --sets, for example casme2,samm,smic.") : asked;
        }
        if (RealRoot is not { } root) return FoldProtocol.Usual;
        ImmutableArray<DatasetId> there = [.. FoldProtocol.Usual.Where(id => FrameLayout.IsThere(new(root, id)))];
        foreach (var id in FoldProtocol.Usual.Except(there))
            Warn?.Invoke($"{id.Title()}: nothing of it is in {root}, so the protocol is computed without it.");
        return there;
    }

    /// <summary>Keeps a loaded data set.</summary>
    MerDataset Keep((DatasetSource Source, MerDataset Data) loaded)
    {
        var data = Described(loaded.Data);
        if (data.Subjects is [var one])
            throw new UserErrorException($"All {data.Clips.Length} clips of {data.Id.Title()} are of subject {one}; " +
                "leave-one-subject-out needs two subjects.");
        return (_loaded[loaded.Source.Id] = loaded).Data;
    }

    /// <summary>Describes a loaded data set where it is the user's own or something was chosen about it.</summary>
    MerDataset Described(MerDataset data)
    {
        var (id, chosen) = (data.Id, Choices(data.Id).ToString());
        if (data.Manifest is { } manifest && (RealFolder(id) is not null || chosen.Length > 0))
            Say?.Invoke($"{data.Title}{(data.Synthetic ? " (synthetic)" : "")}: {data.Clips.Length} clips of " +
                $"{FoldProtocol.CountPeople(data)} subjects, {manifest.Sheet}, frames in {manifest.Frames}"
                + (chosen.Length > 0 ? $"; chosen with mer data prepare: {chosen}" : ""));
        return data;
    }

    ImmutableArray<DatasetId> There()
    {
        var all = DatasetNames.Paper;
        if (RealRoot is not { } root) return all;
        ImmutableArray<DatasetId> there = [.. all.Where(id => FrameLayout.IsThere(new(root, id)))];
        // With neither there, the reader's own message says what was found.
        if (there.IsEmpty) return all;
        foreach (var id in all.Except(there))
            Warn?.Invoke($"{id.Title()}: nothing of it is in {root}, so its tables are left out.");
        return there;
    }

    /// <summary>Where the user's data are: the folder named, or data/ for a profile that prefers real data.</summary>
    string? RealRoot => DataFolder ?? (Profile.PrefersRealData && Directory.Exists(Data) ? Data : null);

    /// <summary>
    /// The folder with CASME2/ and SAMM/: the one named, else data/ where real data are wanted and there; null for
    /// synthetic data.
    /// </summary>
    string? RealFolder(DatasetId id) =>
        DataFolder ?? (RealRoot is { } root && (FoldProtocol.Of(id) is not null || FrameLayout.IsThere(new(root, id)))
            ? root : null);

    string RootOf(DatasetId id) => RealFolder(id) ?? SyntheticFolder;

    Action<int, int>? Progress(DatasetId id, string what) =>
        Preparing is null ? null : (done, total) => Preparing($"{id.Title()}: {what}", done, total);
}
