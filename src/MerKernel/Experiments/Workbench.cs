using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Models;
using MerKernel.Models.Peers;
using MerKernel.Training;
using MerKernel.Weights;

namespace MerKernel.Experiments;

/// <summary>Where a reproduction happens: a profile, its data, its run store. Commands and notebooks start from here.</summary>
public sealed class Workbench : IDisposable
{
    readonly Dictionary<DatasetId, MerDataset> _datasets = [];
    readonly Dictionary<string, PretrainedWeights> _weights = [];
    readonly string _root = RepositoryRoot.Find();
    RunStore? _store;

    /// <summary>The profile.</summary>
    public Profile Profile { get; init; } = Profile.Small;

    /// <summary>Folder with CASME2/ and SAMM/; null looks in data/ of the checkout.</summary>
    public string? DataFolder { get; init; }

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

    /// <summary>Makes data sets where no real ones are used; null: without real data there are none.</summary>
    public ISyntheticData? Synthetic { get; init; }

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

    /// <summary>The prepared data set; look-alikes are written first where no real data are used.</summary>
    /// <exception cref="UserErrorException">The data are missing or damaged.</exception>
    public MerDataset Dataset(DatasetId id, CancellationToken cancel = default)
    {
        if (_datasets.TryGetValue(id, out var known)) return known;
        var options = new PreparationOptions { Size = Profile.Model.InputSize, CacheFolder = Cache, Warn = Say };
        var progress = Preparing is null ? null : new Relay<PreparationProgress>(p => Preparing($"{id.Title()}: aligning", p.Done, p.Total));
        return _datasets[id] = DatasetLoader.Load(Source(id, cancel), options, progress, cancel);
    }

    /// <summary>Where a data set's files are; look-alikes are written first where no real data are used.</summary>
    public DatasetSource Source(DatasetId id, CancellationToken cancel = default) => new(RootOf(id, cancel), id);

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

    /// <summary>The folder that holds CASME2/ and SAMM/: the one named, else real data where wanted and there, else look-alikes made now.</summary>
    public string RootOf(DatasetId id, CancellationToken cancel = default)
    {
        if (DataFolder is not null) return DataFolder;
        var data = Path.Combine(_root, "data");
        if (Profile.PrefersRealData && Directory.Exists(id.FolderIn(data))) return data;
        if (Synthetic is null) throw new UserErrorException($"There are no data of {id.Title()}: name the folder with CASME2/ and SAMM/, or a source of synthetic data.");

        var root = Path.Combine(data, $"look-alike-{Profile.SyntheticSize}");
        Synthetic.Write(id, Profile.SyntheticSize, root, Preparing is null ? null : (done, total) => Preparing($"{id.Title()}: rendering", done, total), cancel);
        Say?.Invoke($"{id.Title()}: synthetic look-alike in {id.FolderIn(root)}");
        return root;
    }

    /// <summary>Passes progress on at once, on the thread that reports it.</summary>
    sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
