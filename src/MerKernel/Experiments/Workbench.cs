using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Models;
using MerKernel.Baselines;
using MerKernel.Synthesis;
using MerKernel.Training;
using MerKernel.Weights;

namespace MerKernel.Experiments;

/// <summary>Where a reproduction happens: a profile, its data, its run store. Commands and notebooks start from here.</summary>
public sealed class Workbench : IDisposable
{
    /// <summary>Seed of the look-alikes; fixed, so that everybody without a licence sees the same clips.</summary>
    const int LookAlikeSeed = 1;

    readonly Dictionary<DatasetId, MerDataset> _datasets = [];
    readonly Dictionary<DatasetId, string> _roots = [];
    readonly Dictionary<string, PretrainedWeights> _weights = [];
    readonly string _root = RepositoryRoot.Find();
    RunStore? _store;
    ImmutableArray<DatasetId>? _there;

    /// <summary>The profile.</summary>
    public Profile Profile { get; init; } = Profile.Small;

    /// <summary>Folder with CASME2/ and SAMM/; null looks in data/ of the checkout.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Data sets that are asked for; null takes those that are there.</summary>
    public ImmutableArray<DatasetId>? Only { get; init; }

    /// <summary>Folder of the run store; null is results/runs of the checkout.</summary>
    public string? StoreFolder { get; init; }

    /// <summary>Folder for what can be made again: prepared frames, weights; null is results/cache of the checkout.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Folder with weights that compared systems were published on, KEY.safetensors each and magnifier.safetensors; null is data/weights of the checkout. A system without a file starts from its substitute.</summary>
    public string? WeightsFolder { get; init; }

    /// <summary>Where those weights are looked for: <see cref="WeightsFolder"/> or its default.</summary>
    public string WeightsPlace => WeightsFolder ?? Path.Combine(_root, "data", "weights");

    /// <summary>Seeds of weights, batches and augmentation: every experiment once with each.</summary>
    public ImmutableArray<int> Seeds { get; init; } = [1];

    /// <summary>The seed, where there is one; the first of several.</summary>
    public int Seed { get => Seeds[0]; init => Seeds = [value]; }

    /// <summary>Training subjects held out of each fold to choose the epoch on.</summary>
    public int HeldOutSubjects { get; init; }

    /// <summary>Number format of every experiment's arithmetic. Runs of one format are not runs of the other: tables show those of this one.</summary>
    public Precision Precision { get; init; }

    /// <summary>Where networks are trained, as <see cref="ComputeDevice.Named"/> takes it; a name, because tables need no libtorch.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Receives one sentence for each step of the preparation.</summary>
    public Action<string>? Say { get; init; }

    /// <summary>Receives what is being prepared, how many clips are done, and of how many.</summary>
    public Action<string, int, int>? Preparing { get; init; }

    /// <summary>The run store.</summary>
    public RunStore Store => _store ??= new(StoreFolder ?? Path.Combine(_root, "results", "runs")) { Warn = Say };

    /// <summary>Weights of trained folds, for looking into them; they can be made again.</summary>
    public FoldWeights Weights => new(Path.Combine(Cache, "weights"));

    /// <summary>Where prepared frames and weights are: <see cref="CacheFolder"/> or its default.</summary>
    public string Cache => CacheFolder ?? Path.Combine(_root, "results", "cache");

    /// <summary>The data sets that are worked on: those asked for, else those that are there; who holds one licence gets the tables of that set.</summary>
    public ImmutableArray<DatasetId> Datasets => Only ?? (_there ??= There());

    ImmutableArray<DatasetId> There()
    {
        ImmutableArray<DatasetId> all = [.. Enum.GetValues<DatasetId>()];
        if (RealRoot is not { } root) return all;
        ImmutableArray<DatasetId> there = [.. all.Where(id => FrameLayout.IsThere(new(root, id)))];
        // With neither there, the reader's own message says what was found.
        if (there.IsEmpty) return all;
        foreach (var id in all.Except(there)) Say?.Invoke($"{id.Title()}: nothing of it is in {root}, so its tables are left out.");
        return there;
    }

    /// <summary>The prepared data set; synthetic data are written first where no real data are used.</summary>
    /// <exception cref="UserErrorException">The data are missing or damaged, or of one subject.</exception>
    public MerDataset Dataset(DatasetId id, CancellationToken cancel = default)
    {
        if (_datasets.TryGetValue(id, out var known)) return known;
        var choices = Choices(id, cancel);
        var options = Preparation(id, cancel) with { Size = Profile.Model.InputSize };
        var progress = Preparing is null ? null : new Relay<PreparationProgress>(p => Preparing($"{id.Title()}: aligning", p.Done, p.Total));
        var data = DatasetLoader.Load(Source(id, cancel), options, progress, cancel);
        if (RootOf(id, cancel) == RealRoot || choices.ToString().Length > 0)
            Say?.Invoke($"{id.Title()}{(data.Synthetic ? " (synthetic)" : "")}: {data.Clips.Length} clips of {data.Subjects.Length} subjects, {data.Manifest!.Sheet}, frames in {data.Manifest.Frames}"
                + (choices.ToString() is { Length: > 0 } chosen ? $"; chosen with mer data prepare: {chosen}" : ""));
        if (data.Subjects is [var one]) throw new UserErrorException($"All {data.Clips.Length} clips of {id.Title()} are of subject {one}; leave-one-subject-out needs two subjects.");
        return _datasets[id] = data;
    }

    /// <summary>What was chosen about a data set with <c>mer data prepare</c>.</summary>
    public DataChoices Choices(DatasetId id, CancellationToken cancel = default) => DataChoices.Kept(RootOf(id, cancel), id);

    /// <summary>How a data set's clips are prepared at the paper's size, by the choices kept in its folder.</summary>
    public PreparationOptions Preparation(DatasetId id, CancellationToken cancel = default) =>
        Choices(id, cancel).Preparation(id, new PreparationOptions { CacheFolder = Cache, Warn = Say });

    /// <summary>Where a data set's files are, by the choices kept in its folder; synthetic data are written first where no real data are used.</summary>
    public DatasetSource Source(DatasetId id, CancellationToken cancel = default) => Choices(id, cancel).Source(RootOf(id, cancel), id);

    /// <summary>The experiment of a method on a data set with the first seed.</summary>
    public Experiment Experiment(Method method, DatasetId id, CancellationToken cancel = default) => Experiment(method, id, Seed, cancel);

    /// <summary>The experiment of a method on a data set with a seed.</summary>
    public Experiment Experiment(Method method, DatasetId id, int seed, CancellationToken cancel = default)
    {
        var dataset = Dataset(id, cancel);
        return new Experiment
        {
            Dataset = id,
            DatasetFingerprint = dataset.Fingerprint,
            Model = Started(method) with { Classes = dataset.Classes.Length },
            ActionUnits = method.ActionUnits,
            Training = method.Training(Profile) with { Precision = Precision },
            Seed = seed,
            HeldOutSubjects = HeldOutSubjects,
        };
    }

    /// <summary>The method's network, started from its file of weights where there is one: at its published size alone, which such weights fit.</summary>
    internal ModelOptions Started(Method method)
    {
        var model = method.Model(Profile);
        if (model is not PretrainableOptions || Profile.ReducesPeers) return model;
        if (model is MagnifyingOptions magnifying) model = magnifying with { Magnifier = Found("magnifier") };
        return (PretrainableOptions)model with { Pretrained = Found(method.Key) };

        PretrainedWeights? Found(string name)
        {
            var file = Path.Combine(WeightsPlace, $"{name}.safetensors");
            if (_weights.TryGetValue(file, out var known) || !File.Exists(file)) return known;
            return _weights[file] = PretrainedStart.File(file);
        }
    }

    /// <summary>A stored network's options with the files it starts from, found by what is in them: a record says what they hold and not where they lie.</summary>
    /// <exception cref="UserErrorException">No file in the folder of weights holds them.</exception>
    public ModelOptions Located(ModelOptions model)
    {
        if (model is MagnifyingOptions { Magnifier: { } magnifier } magnifying) model = magnifying with { Magnifier = Find(magnifier) };
        return model is PretrainableOptions { Pretrained: { } start } pretrained ? pretrained with { Pretrained = Find(start) } : model;

        PretrainedWeights Find(PretrainedWeights weights)
        {
            if (!Directory.Exists(WeightsPlace)) throw Missing(weights);
            foreach (var path in Directory.EnumerateFiles(WeightsPlace, "*.safetensors").Where(p => !_weights.ContainsKey(p))) _weights[path] = PretrainedStart.File(path);
            return _weights.Values.FirstOrDefault(w => w.Sha256 == weights.Sha256) ?? throw Missing(weights);
        }

        UserErrorException Missing(PretrainedWeights weights) => new(
            $"The experiment starts from weights with the SHA-256 {weights.Sha256}, and no file in {WeightsPlace} holds them; put them back there, or submit anew with the --weights folder they are in.");
    }

    /// <summary>Every fold of a method on a data set with the first seed if all are stored, else null.</summary>
    public IReadOnlyList<FoldPrediction>? Stored(Method method, DatasetId id, CancellationToken cancel = default) => Stored(method, id, Seed, cancel);

    /// <summary>Every fold of a method on a data set with a seed if all are stored, else null.</summary>
    public IReadOnlyList<FoldPrediction>? Stored(Method method, DatasetId id, int seed, CancellationToken cancel = default) =>
        Store.TryReadAll(ExperimentHash.Of(Experiment(method, id, seed, cancel)), Dataset(id, cancel).Subjects);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var dataset in _datasets.Values) dataset.Dispose();
    }

    /// <summary>Where the user's own data are looked for: the folder named, or data/ of the checkout for a profile that prefers real data.</summary>
    string? RealRoot => DataFolder ?? (Profile.PrefersRealData && Directory.Exists(Path.Combine(_root, "data")) ? Path.Combine(_root, "data") : null);

    /// <summary>The folder that holds CASME2/ and SAMM/: the one named, else real data where wanted and there, else look-alikes made now.</summary>
    public string RootOf(DatasetId id, CancellationToken cancel = default) =>
        _roots.TryGetValue(id, out var known) ? known : _roots[id] = FindRoot(id, cancel);

    string FindRoot(DatasetId id, CancellationToken cancel)
    {
        if (DataFolder is not null) return DataFolder;
        if (RealRoot is { } real && FrameLayout.IsThere(new(real, id))) return real;

        var data = Path.Combine(_root, "data");
        var options = Profile.LookAlikes with { Seed = LookAlikeSeed, Workers = Environment.ProcessorCount };
        var root = Path.Combine(data, $"look-alike-{options.Size.ToString().ToLowerInvariant()}");
        var summary = LookAlike.Write(id, options, root, Preparing is null ? null : new Relay<LookAlikeProgress>(p => Preparing($"{id.Title()}: rendering", p.Done, p.Total)), cancel);
        Say?.Invoke($"{id.Title()}: synthetic look-alike in {summary.Folder}");
        return root;
    }

    /// <summary>Passes progress on at once, on the thread that reports it.</summary>
    sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
