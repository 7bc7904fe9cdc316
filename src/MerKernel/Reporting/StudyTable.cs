using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reporting.Charts;
using Microsoft.AspNetCore.Html;
using Plotly.NET;

namespace MerKernel.Reporting;

/// <summary>One of the paper's tables in a notebook: its rows as experiments, what they scored, and the charts that belong to it.</summary>
public sealed class StudyTable
{
    readonly Study _study;
    readonly PaperTable _paper;
    readonly Dictionary<string, Func<Experiment, Experiment>> _changes = [];
    readonly Dictionary<(string Key, DatasetId, int Seed), IReadOnlyList<FoldPrediction>?> _folds = [];
    readonly Dictionary<DatasetId, ImmutableArray<SystemPair>> _pairs = [];
    ImmutableArray<TableRow> _rows;

    internal StudyTable(Study study, PaperTable paper, IReadOnlyList<(string Label, Func<Experiment, Experiment> Change)> rows)
    {
        _study = study;
        var keys = rows.ToDictionary(r => r.Label, r => KeyOf(r.Label, r.Change));
        foreach (var (label, change) in rows) _changes[keys[label]] = change;
        var printed = paper.Rows.Select(r => keys.TryGetValue(r.Label, out var key) ? r with { Variant = key } : r);
        var own = rows.Where(r => paper.Rows.All(p => p.Label != r.Label)).Select(r => new PaperRow(r.Label, keys[r.Label], null));
        _paper = paper with { Rows = [.. printed, .. own] };
        Labels = [.. rows.Select(r => r.Label)];
    }

    /// <summary>The rows that are run here, in the order given.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>The data sets the paper's table has.</summary>
    public IEnumerable<DatasetId> Datasets => _study.Datasets.Where(d => _paper.Rows.Any(r => r.On(d) is not null));

    /// <summary>Rows and controls, scored; missing folds are trained first.</summary>
    public ImmutableArray<TableRow> Rows => _rows.IsDefault ? _rows = Build(_study.Bench.Seed) : _rows;

    /// <summary>Paper beside measured under both protocols, then the rows without which neither can be read.</summary>
    public IHtmlContent Show() => HtmlTables.Render(Rows, _study.Seeds.Length == 1 ? [] : SeedRow.Of(_study.Seeds.SelectMany(seed => Build(seed))));

    /// <summary>Every score and every class of every row, and what each score means.</summary>
    public IHtmlContent Metrics() => MetricTables.ToHtml(Rows);

    /// <summary>Paper and measured scores as points with intervals.</summary>
    public GenericChart Scores() => ScoreChart.Of(this);

    /// <summary>Pooled confusion matrices of the rows at the final epoch.</summary>
    public GenericChart ConfusionMatrices() => ConfusionChart.Of(this);

    /// <summary>Each subject's accuracy under each row at the final epoch.</summary>
    public GenericChart Subjects() => SubjectChart.Of(this);

    /// <summary>Test accuracy by epoch, fold by fold, with the epochs that the protocols score.</summary>
    /// <param name="row">Label of a row.</param>
    public GenericChart LearningCurves(string row) => LearningChart.Of(this, row);

    /// <summary>Each row minus the full network on the same clips, with intervals.</summary>
    public GenericChart Differences() => DifferenceChart.Of(this);

    /// <summary>Accuracy against what it costs, multiply-accumulates of a clip; for tables that compare systems.</summary>
    public GenericChart Costs() => CostChart.Of(this);

    /// <summary>Every pair of the systems on the same clips; empty in tables that compare no systems.</summary>
    public IHtmlContent Pairs() => PairTable.Of(this);

    /// <summary>What every row that runs sees and costs; empty in tables that compare no systems.</summary>
    public ImmutableArray<(string Row, SystemFacts Facts)> Systems => [.. Rows.Where(r => r.System is not null).DistinctBy(r => r.Row).Select(r => (r.Row, r.System!))];

    /// <summary>The attention angles that rows with a learned direction had after each epoch, fold by fold.</summary>
    public ImmutableArray<LearnedAngle> Angles =>
        [.. from row in _paper.Rows.Concat(_paper.Added)
            where row.Variant is not null && Variants.Learned.Any(v => v.Key == row.Variant)
            from dataset in Datasets
            from fold in Folds(row.Label, dataset)
            from angle in LearnedAngle.Of(row.Label, dataset, fold)
            select angle];

    /// <summary>The learned angles by epoch and block, and the axis along which the clips really move.</summary>
    public GenericChart LearnedAngles() => AngleChart.Of(this);

    /// <summary>What follows, in sentences computed from the numbers.</summary>
    public IHtmlContent Conclusion() => HtmlText.Paragraphs(Conclusions.Of(this));

    /// <summary>Every pair of the systems on a data set under the protocol that chooses nothing on the test subject, tested; empty in tables that compare no systems.</summary>
    internal ImmutableArray<SystemPair> Pairs(DatasetId dataset)
    {
        if (!_paper.ComparesSystems || _study.Protocols[0].LooksAtTestSubject) return [];
        if (_pairs.TryGetValue(dataset, out var known)) return known;
        var systems = Rows.Where(r => r.Dataset == dataset && r.Kind is RowKind.Variant or RowKind.Added && r.Measured is not null).Select(r => r.Row).Distinct();
        return _pairs[dataset] = SystemPair.Of(systems.Select(s => (s, (IReadOnlyList<FoldOutcome>)Outcome(s, dataset, _study.Protocols[0]).Folds)), _study.Bench.Dataset(dataset).Classes.Length);
    }

    internal Study Study => _study;

    internal int Number => _paper.Number;

    internal string Title => $"Table {_paper.Number}: {_paper.Title}";

    /// <summary>The folds of a row.</summary>
    internal IReadOnlyList<FoldPrediction> Folds(string label, DatasetId dataset) =>
        FoldsOf(Row(label).Variant!, dataset) ?? throw new InvalidOperationException($"'{label}' was not run on {dataset.Title()}.");

    /// <summary>What a protocol scores of a row.</summary>
    internal ProtocolOutcome Outcome(string label, DatasetId dataset, EpochProtocol protocol) => protocol.Apply(Folds(label, dataset));

    /// <summary>Label of the row that is the full network; every table has it.</summary>
    internal string FullLabel => _paper.Rows.First(r => r.Variant == Variants.Full.Key).Label;

    PaperRow Row(string label) => _paper.Rows.Concat(_paper.Added).FirstOrDefault(r => r.Label == label && r.Variant is not null)
        ?? throw new UserErrorException($"{Title} has no row '{label}' that is run; its rows are {string.Join(", ", Labels)}.");

    /// <summary>A row that equals a known variant takes its key, so that it is scored and compared once.</summary>
    string KeyOf(string label, Func<Experiment, Experiment> change) =>
        Variants.WithControls.Concat(Variants.Learned).FirstOrDefault(v => _study.Datasets.All(d => change(_study.Full(d)) == _study.Bench.Experiment(v, d)))?.Key ?? $"row: {label}";

    Experiment Of(string key, DatasetId dataset, int seed) =>
        (_changes.TryGetValue(key, out var change) ? change(_study.Full(dataset)) : _study.Bench.Experiment(Methods.Named(key), dataset)) with { Seed = seed };

    IReadOnlyList<FoldPrediction>? FoldsOf(string key, DatasetId dataset) => FoldsOf(key, dataset, _study.Bench.Seed);

    IReadOnlyList<FoldPrediction>? FoldsOf(string key, DatasetId dataset, int seed) =>
        _folds.TryGetValue((key, dataset, seed), out var known) ? known : _folds[(key, dataset, seed)] = _study.Stored(Of(key, dataset, seed));

    ImmutableArray<TableRow> Build(int seed)
    {
        string[] keys = [.. _paper.Rows.Concat(_paper.Added).Select(r => r.Variant).OfType<string>(), Variants.WithoutActionUnits.Key, Variants.ShuffledActionUnits.Key];
        _study.Train(from dataset in Datasets from key in keys.Distinct() select Of(key, dataset, seed));
        var rows = new TableBuilder
        {
            Datasets = [.. Datasets.Select(d => DatasetFacts.Of(_study.Bench.Dataset(d)))],
            Profile = _study.Bench.Profile.Name,
            Seeds = [seed],
            Protocols = _study.Protocols,
            Derived = _study.Bench.Store.Derived,
            Runs = (key, dataset, _) => BenchTables.Run(_study.Bench, Of(key, dataset, seed)),
            Systems = (key, dataset) => SystemFacts.Of(_study.Bench, Methods.Named(key), dataset),
        }.Build(_paper);
        _study.Bench.Store.Derived.Save();
        return rows;
    }
}
