using MerKernel.Baselines;

namespace MerKernel.Reports;

/// <summary>Where a row of a table comes from.</summary>
public enum RowKind
{
    /// <summary>The paper prints it and this project runs it.</summary>
    Variant,

    /// <summary>The paper prints it for another system, which is not run.</summary>
    PublishedOnly,

    /// <summary>Another published system, or a row of one's own; the paper's table does not have it.</summary>
    Added,

    /// <summary>Added by this project, because the table cannot be read without it.</summary>
    Baseline,
}

/// <summary>
/// One row of a table on one data set under one protocol with one seed: the paper's figures next to the measured ones.
/// </summary>
public sealed record ResultRow
{
    /// <summary>The table.</summary>
    public required Table Table { get; init; }

    /// <summary>The row's name.</summary>
    public required string Label { get; init; }

    /// <summary>Where the row comes from.</summary>
    public required RowKind Kind { get; init; }

    /// <summary>The method of the row; null where nothing is trained.</summary>
    public Method? Method { get; init; }

    /// <summary>The data set.</summary>
    public required DatasetId Dataset { get; init; }

    /// <summary>True if the numbers come from synthetic data.</summary>
    public required bool Synthetic { get; init; }

    /// <summary>Name of the profile.</summary>
    public required string Profile { get; init; }

    /// <summary>The epoch protocol; null where there is no epoch to choose.</summary>
    public EpochProtocol? Protocol { get; init; }

    /// <summary>The paper's figures, or null.</summary>
    public Printed? Paper { get; init; }

    /// <summary>The measured figures, or null where nothing (or not every fold) was run.</summary>
    public Score? Score { get; init; }

    /// <summary>
    /// The row compared with the full network on the same clips (row minus full), all seeds of each together, corrected
    /// over the table's rows on this data set; null for the full network itself, where one of the two was not run, and
    /// under protocols that look at the test subject.
    /// </summary>
    public Comparison? AgainstFull { get; init; }

    /// <summary>
    /// BatchNorm's running statistics against the batch's on training clips, over all folds; null for networks without
    /// BatchNorm and where nothing was run.
    /// </summary>
    public StatisticsCheck? Statistics { get; init; }

    /// <summary>Batches of the shortest fold's training; 0 where nothing is trained.</summary>
    public int Batches { get; init; }

    /// <summary>Accuracy of the majority class on the same clips, 0 to 1.</summary>
    public double? Majority { get; init; }

    /// <summary>
    /// The smallest difference that the table's data could have shown; null where nothing was compared.
    /// </summary>
    public Detectable? Detectable { get; init; }

    /// <summary>The same for the real data set's subjects and clips, where the data are synthetic.</summary>
    public Detectable? OnRealCounts { get; init; }

    /// <summary>A footnote on the row, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The input and cost of the row's system, in tables that compare systems; else null.</summary>
    public SystemFacts? System { get; init; }

    /// <summary>Names of the classes, in label order.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>Seed of the run.</summary>
    public required int Seed { get; init; }

    /// <summary>The seed as tables write it: the average over several seeds has all of them.</summary>
    internal string SeedLabel => Method is SeedAverage ? "all" : $"{Seed}";

    /// <summary>The data set's name in headings.</summary>
    internal string Title => Named ?? Dataset.Title();

    internal string? Named { get; init; }

    /// <summary>
    /// What makes other networks than the profile and the data say, as <see cref="Workbench.Setting"/> has it.
    /// </summary>
    public string Setting { get; init; } = "";

    /// <summary>Data, profile and what else makes its networks, in a few words.</summary>
    internal string Brief => DataNotice.Brief(Synthetic, Profile) + (Setting.Length > 0 ? $", {Setting}" : "");

    /// <summary>Hash of the experiment, or null where the row has none.</summary>
    public string? Experiment { get; init; }

    /// <summary>
    /// Whether <see cref="Score"/> may be held against <see cref="Paper"/>: real data in the paper's classes, at its
    /// size and with its training.
    /// </summary>
    public bool IsComparable { get; init; }

    /// <summary>Clips of the classes that are left out, by choice or because they cannot be used.</summary>
    public int LeftOut { get; init; }

    /// <summary>Whether it is known which epoch was scored; a file of predictions need not say.</summary>
    internal bool SaysEpoch { get; init; } = true;

    internal string ProtocolName => SaysEpoch ? Protocol?.Name ?? "none" : "not said";

    internal string ProtocolLabel => SaysEpoch ? Protocol?.Label ?? "no epoch to choose" : "not said";
}

/// <summary>A table's metadata of a data set besides the runs.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Synthetic">True for synthetic data.</param>
/// <param name="Classes">Class names in label order.</param>
/// <param name="Clips">The clips that are scored, for the baselines without images.</param>
public sealed record DatasetFacts(DatasetId Dataset, bool Synthetic, ImmutableArray<string> Classes,
    ImmutableArray<LabelledClip> Clips)
{
    /// <summary>Whether coders gave action units to every part of it.</summary>
    public bool HasActionUnits { get; init; } = true;

    /// <summary>The data set's name, with its parts' or its owner's; null: as <see cref="DatasetId"/> has it.</summary>
    public string? Title { get; init; }

    /// <summary>Clips of the classes that are left out, by choice or because they cannot be used.</summary>
    public int LeftOut { get; init; }

    /// <summary>Whether the classes are the five of the paper, and the data set one of its two.</summary>
    internal bool HasPaperClasses =>
        DatasetNames.Paper.Contains(Dataset) && Classes.SequenceEqual(ClassSet.Five(Dataset).Classes);

    /// <summary>Which clips are scored, in words.</summary>
    internal string ScoredClips => Scored(Classes.Length, LeftOut);

    /// <inheritdoc cref="ScoredClips"/>
    internal static string Scored(int classes, int leftOut) => $"every clip of the {classes} classes" +
        (leftOut > 0 ? $" but {leftOut}, which {(leftOut == 1 ? "is" : "are")} left out" : "");

    /// <summary>Clips of each person.</summary>
    internal ImmutableArray<int> ClipsByPerson => [.. Clips.CountBy(c =>
        Dataset == DatasetId.CrossDataset ? FoldProtocol.PersonOf(c.Id) : c.Subject).Select(p => p.Value)];

    /// <summary>The metadata of a loaded data set.</summary>
    public static DatasetFacts Of(MerDataset dataset) => new(dataset.Id, dataset.Synthetic, dataset.Classes,
        [.. dataset.Clips.Select((clip, i) => new LabelledClip(clip.Id, clip.Subject, dataset.Labels[i], Units(clip)))])
    {
        HasActionUnits = dataset.HasActionUnits,
        Title = dataset.Title,
        LeftOut = dataset.Manifest?.Dropped.Where(d => !d.IsOfNoClass).Select(d => d.Clip)
            .Except(dataset.Clips.Select(c => c.Id)).Count() ?? 0,
    };

    /// <summary>Another text for other clips, subjects, labels or action units.</summary>
    internal string State => Sha.Of(string.Join('\n',
        Clips.Select(c => $"{c.Id} {c.Subject} {c.Label} {string.Join(' ', c.ActionUnits)}")
            .Prepend(string.Join(' ', Classes))))[..16];

    static ImmutableSortedSet<int> Units(Clip clip) =>
        [.. clip.ActionUnits.Select(u => u.Number).Where(n => ActionUnits.Used.Contains(n))];
}

/// <summary>A compared system's input from a clip and its cost, at the profile's size.</summary>
/// <param name="Sees">Its input, in a few words.</param>
/// <param name="Parameters">Parameters of its network.</param>
/// <param name="Macs">Multiply-accumulates of one clip, forward.</param>
/// <param name="Updates">Updates of its weights in the shortest fold.</param>
/// <param name="TrainingSeconds">Computing time of the stored folds, added up; null where none is stored.</param>
/// <param name="Assumed">Unknown details that were chosen here.</param>
public sealed record SystemFacts(string Sees, long Parameters, long Macs, int Updates, double? TrainingSeconds,
    ImmutableArray<string> Assumed)
{
    /// <summary>Headings of <see cref="Cells"/>.</summary>
    internal static ImmutableArray<string> Headings { get; } = ["system", "sees", ">parameters", ">MACs per clip",
        ">updates, shortest fold", ">training, all folds"];

    /// <summary>The metadata of a method on a data set, with the first seed's training time.</summary>
    public static SystemFacts Of(Workbench bench, Method method, DatasetId id)
    {
        var experiment = bench.Experiment(method, id);
        var units = experiment.ActionUnits != ActionUnitSource.None;
        var size = NetworkSize.Of(experiment, bench.Store.Derived);
        var info = new RunCatalogue(bench.Store).Of(experiment);
        var system = Baseline.Of(experiment.Model);
        var sees = system?.Sees ?? $"onset, apex{(units ? ", action units of the clip" : "")}";
        return new SystemFacts(sees, size.Parameters, size.Macs,
            experiment.Training.UpdatesOver(Scoring.FewestTrained(bench, id)),
            info.Finished is null ? null : info.Seconds,
            system?.AssumedOf(experiment.Model, experiment.Training) ?? []);
    }

    /// <summary>The metadata as cells of a table.</summary>
    /// <param name="row">The row's name.</param>
    internal IEnumerable<string> Cells(string row) =>
        [row, Sees, Short(Parameters), Short(Macs), $"{Updates}", TrainingSeconds is { } s ? Time(s) : "–"];

    static string Short(double value) => value switch
    {
        >= 1e9 => (value / 1e9).ToString("0.00 G", CultureInfo.InvariantCulture),
        >= 1e6 => (value / 1e6).ToString("0.00 M", CultureInfo.InvariantCulture),
        >= 1e3 => (value / 1e3).ToString("0.0 k", CultureInfo.InvariantCulture),
        _ => value.ToString("0", CultureInfo.InvariantCulture),
    };

    static string Time(double seconds) => seconds >= 5400
        ? $"{(seconds / 3600).ToString("0.0", CultureInfo.InvariantCulture)} h"
        : $"{seconds.ToString("0", CultureInfo.InvariantCulture)} s";
}

/// <summary>A rule without images under every table.</summary>
/// <param name="Label">The row's name.</param>
/// <param name="Run">Its decisions, leave one subject out.</param>
public sealed record Rule(string Label, Func<DatasetFacts, ImmutableArray<FoldOutcome>> Run)
{
    /// <summary>Label of the look-up of the nearest set of action units.</summary>
    public const string Lookup = "action-unit lookup (no image)";

    /// <summary>Label of the majority class.</summary>
    public const string Majority = "majority class";

    static readonly ImmutableArray<Rule> OfActionUnits =
    [
        new("action-unit network (no image)",
            d => LosoBaseline.Run(d.Clips, train => AuNetwork.Fit(train, d.Classes.Length))),
        new(Lookup, d => LosoBaseline.Run(d.Clips, AuLookup.Fit)),
    ];

    static readonly ImmutableArray<Rule> OfFrequencies =
    [
        new("guess by class frequency", d => PriorWeightedRandom.Run(d.Clips)),
        new(Majority, d => LosoBaseline.Run(d.Clips, MajorityClass.Fit)),
    ];

    /// <summary>Scores from only action units, then from only class frequencies.</summary>
    public static ImmutableArray<Rule> All { get; } = [.. OfActionUnits, .. OfFrequencies];

    /// <summary>The rules whose input a data set has.</summary>
    public static IEnumerable<Rule> On(DatasetFacts data) => data.HasActionUnits ? All : OfFrequencies;
}
