using MerKernel.Synthetic;
using MerKernel.Training;
using TorchSharp;

namespace MerKernel.Reports;

/// <summary>The start of a notebook: a workbench, the protocols side by side, and pages of its runs.</summary>
public sealed class Study : IDisposable
{
    /// <summary>Profile, data and run store.</summary>
    public required Workbench Bench { get; init; }

    /// <summary>Seeds; the first is shown in full.</summary>
    public ImmutableArray<int> Seeds => Bench.Seeds;

    /// <summary>Epoch protocols side by side; rows are compared under the first.</summary>
    public required ImmutableArray<EpochProtocol> Protocols { get; init; }

    /// <summary>Where missing folds are trained.</summary>
    public required torch.Device Device { get; init; }

    /// <summary>Opens a study and loads its data; missing clips are prepared, which may take minutes.</summary>
    /// <param name="profile">small, or another profile's name.</param>
    /// <param name="data">
    /// Folder with CASME2/ and SAMM/; null is synthetic data, and with the paper profile data/ where it holds them.
    /// </param>
    /// <param name="protocol">
    /// Epoch protocol to show next to the final epoch, or several with commas, such as "last-5, best-test", to show
    /// those instead.
    /// </param>
    /// <param name="seeds">
    /// Seeds of weights, batches and augmentation; the first is shown in full, all of them as mean and deviation.
    /// </param>
    /// <param name="device">cpu, or cuda or cuda:1 where there is one.</param>
    /// <param name="precision">fp32 or bf16; null is fp32 on a processor and bf16 on a GPU.</param>
    /// <param name="heldOut">
    /// Validation subjects of each fold, which choose the epoch; without a number, 2 under the held-out protocol and
    /// else none.
    /// </param>
    /// <param name="backbone">
    /// A safetensors file with ResNet-18 or Swin weights that networks with such a backbone start from; null starts
    /// them afresh.
    /// </param>
    /// <exception cref="UserErrorException">A name is not known, or the device is not there.</exception>
    public static Study Open(string profile = "small", string? data = null, string protocol = "best-test",
        IEnumerable<int>? seeds = null, string device = "cpu", string? precision = null, int? heldOut = null,
        string? backbone = null) =>
            Open(Profile.Named(profile), data, protocol, seeds, device, precision, heldOut, backbone);

    /// <summary>
    /// Opens a study whose profile was changed with <c>with</c>, for example to other epochs; frames of another size
    /// are prepared.
    /// </summary>
    /// <inheritdoc cref="Open(string, string?, string, IEnumerable{int}?, string, string?, int?, string?)"/>
    public static Study Open(Profile profile, string? data = null, string protocol = "best-test",
        IEnumerable<int>? seeds = null, string device = "cpu", string? precision = null, int? heldOut = null,
        string? backbone = null)
    {
        var study = Unloaded(profile, data, protocol, seeds, device, precision, heldOut, backbone);
        foreach (var id in study.Datasets) study.Bench.Load(id);
        return study;
    }

    internal static Study Unloaded(Profile? profile = null, string? data = null, string protocol = "best-test",
        IEnumerable<int>? seeds = null, string device = "cpu", string? precision = null, int? heldOut = null,
        string? backbone = null)
    {
        var chosen = seeds is null ? [1] : seeds.Distinct().ToImmutableArray();
        if (chosen.IsEmpty) throw new UserErrorException("seeds is empty; name at least one, for example seeds = [1].");
        ArgumentNullException.ThrowIfNull(protocol);
        var named = protocol.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(EpochProtocol.Named).ToList();
        return new Study
        {
            Bench = new Workbench
            {
                Profile = profile ?? Profile.Small, Seeds = chosen,
                DataFolder = string.IsNullOrWhiteSpace(data) ? null : data,
                HeldOutSubjects = heldOut ?? (named.OfType<HeldOutSubjects>().Any() ? 2 : 0),
                Device = device, Synthetic = new SyntheticData(), Warn = Console.WriteLine,
                Precision = PrecisionNames.Named(precision, device),
                Backbone = backbone,
            },
            Protocols = [.. (named.Count > 1 ? named : named.Prepend(EpochProtocol.Default)).Distinct()],
            Device = ComputeDevice.Named(device),
        };
    }

    /// <summary>Which of several seeds a page shows that shows the first; empty where there is one.</summary>
    internal string FirstSeed => Seeds.Length > 1 ? $", seed {Bench.Seed}" : "";

    /// <summary>The data sets of the paper that are there.</summary>
    public ImmutableArray<DatasetId> Datasets => Bench.Datasets;

    /// <summary>A data set that was loaded.</summary>
    /// <param name="set">casme2 or samm; null takes the first that is there.</param>
    public MerDataset Data(string? set = null) => Bench.Dataset(set is null ? Datasets[0] : DatasetNames.Named(set));

    /// <summary>The full network's experiment on a data set.</summary>
    public Experiment Full(DatasetId dataset) => Bench.Experiment(Tables.Full, dataset);

    /// <summary>
    /// Every fold of an experiment, in the order of the data set's subjects; those that are not stored are trained
    /// first.
    /// </summary>
    /// <exception cref="UserErrorException">A fold failed twice.</exception>
    public IReadOnlyList<FoldPrediction> Loso(Experiment experiment)
    {
        Train([experiment]);
        return Bench.Store.TryReadAll(ExperimentHash.Of(experiment), Bench.Dataset(experiment.Dataset).Subjects)!;
    }

    /// <summary>One fold of an experiment; it is trained if it is not stored.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="subject">The subject to leave out.</param>
    /// <exception cref="UserErrorException">There is no such subject, or the fold failed twice.</exception>
    public FoldPrediction Fold(Experiment experiment, string subject)
    {
        var leftOut = Bench.Dataset(experiment.Dataset).Subject(subject);
        Train([experiment], [leftOut]);
        return Bench.Store.TryRead(ExperimentHash.Of(experiment), leftOut)!;
    }

    /// <summary>
    /// The trained network of a fold, which is the caller's; it is trained if its weights are not kept.
    /// </summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="subject">The subject it never saw.</param>
    /// <exception cref="UserErrorException">There is no such subject, or the fold failed twice.</exception>
    public Models.Network Network(Experiment experiment, string subject)
    {
        var leftOut = Bench.Dataset(experiment.Dataset).Subject(subject);
        Train([experiment], [leftOut], Bench.Weights);
        return Bench.Weights.Load(experiment, leftOut);
    }

    /// <summary>
    /// Rows that are written down, compared as the paper's table compares its own. A row that computes the same as
    /// a row of the table is next to the paper's figures for it, whatever it is called; any other is a row of one's
    /// own. Systems of the table that cannot be run stay in it. Nothing is trained before it is run.
    /// </summary>
    /// <param name="number">Number of the table.</param>
    /// <param name="rows">
    /// Each row's label and how its experiment comes from the full network's; the full network is added if it is not
    /// among them.
    /// </param>
    /// <exception cref="UserErrorException">
    /// There is no such table, there are no rows, or two have the same label.
    /// </exception>
    public StudyTable Compare(int number,
        params IReadOnlyList<(string Label, Func<Experiment, Experiment> Change)> rows)
    {
        var paper = Numbered(number);
        if (rows.Count == 0) throw new UserErrorException($"Table {number} was given no rows; write at least one.");
        foreach (var (label, _) in rows)
            if (paper.Rows.All(r => r.Label != label) && Tables.NearLabel(label) is { } near)
                Console.WriteLine($"'{label}' is taken as written; a row of the paper is spelt '{near}'.");
        var full = Plain(Bench.Profile);
        var wholes = (from id in Datasets from seed in Seeds select full with { Dataset = id, Seed = seed }).ToList();
        var chosen = rows.Select(row =>
        {
            var (label, change) = row;
            // A change may ask for the data set or the seed.
            var changed = wholes.Select(whole => (whole, Computed: change(whole))).ToList();
            if (Tables.Methods.FirstOrDefault(m => changed.All(c => m.Of(c.whole, Bench.Profile) == c.Computed))
                is not { } known)
                return new Row(label, new Change($"own/{label}", label, change));
            return paper.Rows.FirstOrDefault(r => r.Method == known) is { } printed
                ? printed with { Label = label }
                : new Row(label, known);
        }).ToList();
        if (chosen.All(r => r.Method != Tables.Full)) chosen.Add(new Row(Tables.Full.Name, Tables.Full));
        DemandLabels(chosen.Select(r => r.Label));
        return new(this, paper with
        {
            Rows = [.. paper.Rows.Where(r => r.Method is null), .. chosen],
            Repeated = [.. Tables.Controls.Where(c => chosen.Any(r =>
                r.Method!.Of(full, Bench.Profile) == c.Of(full, Bench.Profile)))],
        });
    }

    internal static void DemandLabels(IEnumerable<string> labels)
    {
        if (labels.Any(string.IsNullOrWhiteSpace)) throw new UserErrorException("A row has no label; give it one.");
        if (labels.GroupBy(l => l).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new UserErrorException($"Two rows are called '{twice.Key}'; give one another label.");
    }

    /// <summary>
    /// A table of the paper; where the networks here see no units, without its figures, which are of networks that do.
    /// </summary>
    Table Numbered(int number)
    {
        var paper = Tables.Numbered(number);
        if (!Datasets.Any(paper.IsOn))
            throw new UserErrorException($"Table {number} has no rows on {string.Join(" and ", Datasets.Select(id =>
                id.Title()))}; it compares systems on CASME II.");
        return Bench.Profile.ActionUnits == ActionUnitSource.Annotated ? paper
            : paper with { Rows = [.. paper.Rows.Select(r => r with { CasmeII = null, Samm = null })] };
    }

    /// <summary>The full network's experiment of a profile, without data.</summary>
    static Experiment Plain(Profile profile) => new()
    {
        Dataset = DatasetId.CasmeII, DatasetFingerprint = "", Model = profile.Model, Training = profile.Training,
        ActionUnits = profile.ActionUnits,
    };

    /// <summary>This study's changes of the profile of its name, in words; empty where nothing is changed.</summary>
    internal string Changes =>
        string.Join(", ", OptionDifference.Between(Plain(Profile.Named(Bench.Profile.Name)), Plain(Bench.Profile))
            .Select(d => $"{d.Words} {d.Second} instead of {(d.First == "–" ? "none" : d.First)}"));

    /// <summary>
    /// Where the numbers of this notebook come from, and its hyperparameters next to the profile's and the paper's.
    /// </summary>
    public IHtmlContent Settings()
    {
        var (here, profile, paper) = (OptionDifference.Options(Plain(Bench.Profile)),
            OptionDifference.Options(Plain(Profile.Named(Bench.Profile.Name))),
            OptionDifference.Options(Plain(Profile.Paper)));
        string[] shown = ["epochs", "batchSize", "accumulationSteps", "learningRate", "learningRateDecay",
            "weightDecay", "labelSmoothing", "flipProbability", "maxRotationDegrees", "cropPadding", "inputSize",
            "widthDivisor", "windowSize"];
        return HtmlText.All(Notice,
            TextTable.OfFigures("Hyperparameters", ["", "here", $"{Bench.Profile.Name} profile", "paper"],
                from name in shown
                from path in here.Keys.Where(k => k.EndsWith("." + name, StringComparison.Ordinal))
                select (string[])[OptionDifference.InWords(path), here[path], profile.GetValueOrDefault(path, "0"),
                    paper.GetValueOrDefault(path, "0")],
                Changes.Length == 0
                    ? "All as in the profile: folds that are stored are not trained again."
                    : $"Changed: {Changes}. Folds with these values are stored apart from the profile's."));
    }

    /// <summary>
    /// One of the paper's tables, and rows of one's own below the paper's. Nothing is trained before it is run.
    /// </summary>
    /// <param name="number">Number of the table.</param>
    /// <param name="own">Each row's label and its change of the full network's experiment.</param>
    /// <exception cref="UserErrorException">
    /// There is no such table, it has such a label already, or two rows have the same.
    /// </exception>
    public StudyTable Table(int number, params IReadOnlyList<(string Label, Func<Experiment, Experiment> Change)> own)
    {
        var paper = Numbered(number);
        DemandLabels(own.Select(o => o.Label));
        if (own.FirstOrDefault(o => paper.Rows.Any(r => r.Label == o.Label)) is { Label: { } taken })
            throw new UserErrorException($"Table {number} has a row '{taken}' already; give yours another label.");
        foreach (var (label, _) in own)
            if (Tables.NearLabel(label) is { } near)
                Console.WriteLine($"'{label}' is a row of your own; the paper's row is spelt '{near}'.");
        return new(this, paper with
        {
            Rows = [.. paper.Rows,
                .. own.Select(o => new Row(o.Label, new Change($"own/{o.Label}", o.Label, o.Change)))]
        });
    }

    /// <summary>
    /// Trains and scores the points of a sweep on the first few subjects; folds that are stored are not trained again.
    /// </summary>
    /// <param name="sweep">The varied options.</param>
    /// <param name="points">
    /// The points, <see cref="Sweep.Grid"/> or <see cref="Sweep.Random"/>; null takes the grid.
    /// </param>
    /// <param name="subjects">How many subjects are left out in turn.</param>
    /// <exception cref="UserErrorException">There are no points, or no subjects.</exception>
    public SweepResult Run(Sweep sweep, IEnumerable<SweepPoint>? points = null, int subjects = 3)
    {
        var (chosen, leftOut) = ((points ?? sweep.Grid()).ToImmutableArray(),
            Bench.Dataset(sweep.Start.Dataset).Subjects.Take(subjects).ToImmutableArray());
        if (chosen.IsEmpty || leftOut.IsEmpty)
            throw new UserErrorException($"A sweep of {chosen.Length} points over {leftOut.Length} subjects has " +
                "nothing to train; give it at least one of each.");
        Train(chosen.Select(p => p.Experiment), leftOut);
        return new SweepResult(this, sweep, chosen, leftOut);
    }

    /// <summary>Trains the missing folds of experiments, several side by side; progress on one line.</summary>
    /// <param name="experiments">The experiments.</param>
    /// <param name="subjects">Only the folds that leave out one of these subjects; null trains all.</param>
    /// <param name="weights">
    /// Where to keep the networks' weights; a fold without kept weights is trained again. Null keeps none.
    /// </param>
    /// <exception cref="UserErrorException">There is no such subject, or a fold failed twice.</exception>
    public void Train(IEnumerable<Experiment> experiments, IReadOnlyCollection<string>? subjects = null,
        FoldWeights? weights = null)
    {
        var sets = experiments.Distinct().GroupBy(e => e.Dataset).ToList();
        // Said before the first of several sets is trained.
        var ofSet = sets.ToDictionary(set => set.Key,
            set => subjects?.Select(s => Bench.Dataset(set.Key).Subject(s)).ToList());
        foreach (var set in sets)
        {
            var leftOut = ofSet[set.Key];
            SayWhatIsRead(set.Key, set, leftOut);
            var progress = new ProgressText(set.Key.Title());
            var engine = new LosoEngine(Bench.Store)
            {
                Device = Device, Progress = progress, Weights = weights, Subjects = leftOut
            };
            var failures = engine.Run(set, Bench.Dataset(set.Key));
            progress.Done();
            if (failures.Count > 0)
                throw new UserErrorException($"{set.Key.Title()}: {failures[0].Job.Failed(failures[0].Error)} " +
                    (failures.Count > 1 ? $"There are {failures.Count - 1} more failures. " : "") +
                    "All other folds are stored; running the cell again tries once more.");
        }
    }

    readonly HashSet<string> _seen = [];

    // Nobody sees from a stored fold that the class it was trained with is another by now.
    void SayWhatIsRead(DatasetId dataset, IEnumerable<Experiment> experiments, IReadOnlyCollection<string>? subjects)
    {
        var read = (from experiment in experiments
                    let own = OwnParts(experiment)
                    let hash = ExperimentHash.Of(experiment)
                    where own.Length > 0 && _seen.Add(hash)
                    from subject in Bench.Store.StoredSubjects(hash)
                    where subjects?.Contains(subject) != false
                    select own).ToList();
        if (read.Count > 0)
            Console.WriteLine($"{dataset.Title()}: {read.Count} stored folds of " +
                $"{string.Join(", ", read.SelectMany(own => own).Distinct())} are read. After a change in such a " +
                "class change its Version: else they stay those of the class as it was.");
    }

    static string[] OwnParts(Experiment experiment) =>
        [.. new object?[]
            {
                experiment.Model, experiment.Training.Loss, experiment.Training.OwnAugmentation,
                experiment.Training.OwnOptimizer
            }.OfType<object>().Select(part => part.GetType())
            .Where(type => type.Assembly != typeof(Experiment).Assembly).Select(type => type.Name)];

    /// <summary>Which data and which size of network the numbers of this notebook come from.</summary>
    public IHtmlContent Notice => HtmlText.Notice(
        [.. Datasets.Select(d => DataNotice.For(Bench.Dataset(d).Synthetic, Bench.Profile.Name)).Distinct(),
            .. Changes.Length == 0
                ? Array.Empty<string>()
                : [$"Hyperparameters differ from the {Bench.Profile.Name} profile: {Changes}."]]);

    /// <summary>
    /// A few words on a data set for a subtitle; with several seeds the first, of which all but the tables are.
    /// </summary>
    public string Brief(DatasetId dataset) => Brief(dataset, allSeeds: false);

    /// <summary>The same of something that may be of all seeds.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="allSeeds">Whether it is.</param>
    public string Brief(DatasetId dataset, bool allSeeds) => Bench.Dataset(dataset) is var data
        ? string.Join(", ", new[]
    {
        $"{data.Title}: {DataNotice.Brief(data.Synthetic, Bench.Profile.Name)}",
        Bench.Setting.Length > 0 ? Bench.Setting : null,
        $"n = {data.Clips.Length} clips of {FoldProtocol.CountPeople(data)} subjects",
        Seeds.Length == 1 ? null
            : allSeeds ? $"seeds {string.Join(", ", Seeds)} together" : $"seed {Bench.Seed} of {Seeds.Length}",
    }.OfType<string>()) : "";

    /// <summary>How this notebook ran: data, profile, seed, hardware, time, commit.</summary>
    /// <param name="datasets">The data sets that it used, in place of the study's.</param>
    public IHtmlContent HowItRan(params IReadOnlyCollection<DatasetId> datasets) =>
        HtmlText.All(new HtmlString(RunMark.Of(Bench)), Provenance.Of(this, datasets));

    /// <inheritdoc/>
    public void Dispose() => Bench.Dispose();
}
