using MerKernel.Reports.Charts;
using Plotly.NET;

namespace MerKernel.Reports;

/// <summary>
/// One of the paper's tables in a notebook: its rows as experiments, their scores, and the charts that belong to it.
/// </summary>
public sealed class StudyTable
{
    readonly Study _study;
    readonly Table _paper;
    readonly Dictionary<(string Label, DatasetId), IReadOnlyList<FoldPrediction>> _folds = [];
    readonly Dictionary<DatasetId, ImmutableArray<Comparison>> _pairs = [];
    ImmutableArray<ResultRow> _rows;

    internal StudyTable(Study study, Table paper) => (_study, _paper) = (study, paper);

    /// <summary>
    /// The changes of the paper's network among the rows, which the charts show; other systems are only in tables.
    /// </summary>
    public ImmutableArray<string> Labels => [.. _paper.Rows.Where(r => r.Method is Change).Select(r => r.Label)];

    /// <summary>The study's data sets that the table has rows on.</summary>
    public IEnumerable<DatasetId> Datasets => _study.Datasets.Where(_paper.IsOn);

    /// <summary>
    /// The experiment of each row on a data set, with the first seed; <see cref="Study.Loso"/> gives its folds.
    /// </summary>
    /// <param name="dataset">The data set.</param>
    public ImmutableArray<(string Label, Experiment Experiment)> Experiments(DatasetId dataset) =>
        [.. from row in _paper.Rows
            where row.Method is not null
            select (row.Label, _study.Bench.Experiment(row.Method!, dataset))];

    /// <summary>
    /// Trains the folds that are missing, with every seed, and scores the rows and controls. A row that needs action
    /// units which nobody coded is named and left out.
    /// </summary>
    /// <exception cref="UserErrorException">A fold failed twice.</exception>
    public void Run()
    {
        foreach (var lack in from dataset in Datasets
                             from method in _paper.Methods
                             select _study.Bench.Lacks(method, dataset) into lack
                             where lack is not null
                             select lack)
            Console.WriteLine(lack);
        _study.Train(from seed in _study.Seeds
                     from dataset in Datasets
                     from method in _paper.Methods
                     where _study.Bench.Lacks(method, dataset) is null
                     select _study.Bench.Experiment(method, dataset, seed));
        _rows = Scoring.Rows(_study.Bench, [_paper], _study.Protocols);
        _pairs.Clear();
        _folds.Clear();
    }

    /// <summary>Rows and controls with the first seed, scored.</summary>
    /// <exception cref="UserErrorException">The table was not run.</exception>
    public ImmutableArray<ResultRow> Rows =>
        [.. AllRows.Where(r => r.Seed == _study.Bench.Seed && r.Method is not SeedAverage)];

    /// <summary>Rows and controls with every seed, and the averages over seeds.</summary>
    internal ImmutableArray<ResultRow> AllRows =>
        _rows.IsDefault ? throw new UserErrorException($"{Title} was not run yet; call Run() first.") : _rows;

    /// <summary>Paper next to measured under both protocols, then the rows without which neither can be read.</summary>
    public IHtmlContent Show() => HtmlText.All([HtmlText.Notice(ResultTable.Opening(AllRows)),
        .. ResultTable.TextOf(AllRows), HtmlText.Paragraphs([ResultTable.Legend(AllRows)])]);

    /// <summary>Every score and every class of every row, and the meaning of each score.</summary>
    public IHtmlContent Metrics() =>
        HtmlText.All(ResultTable.Of(AllRows).SelectMany(t => t.AllMetrics()).Append(MetricGuide.Table));

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

    /// <summary>Accuracy against cost, multiply-accumulates per clip; for tables that compare systems.</summary>
    public GenericChart Costs() => CostChart.Of(this);

    /// <summary>Every pair of the systems on the same clips; empty in tables that compare no systems.</summary>
    public IHtmlContent Pairs() => HtmlText.All(Datasets.Where(d => !PairsOn(d).IsEmpty).Select(dataset =>
    {
        var pairs = PairsOn(dataset);
        var known = pairs.ToDictionary(p => (p.First, p.Second));
        // The pairs come in the order of the scores: the first one's first is the best of all, and its partners follow.
        string[] order = [pairs[0].First, .. pairs.TakeWhile(p => p.First == pairs[0].First).Select(p => p.Second)];
        return TextTable.OfFigures($"Each pair of systems, {_study.Protocols[0].Label}\n{_study.Brief(dataset)}",
            ["UF1 of the row minus that of the column", .. order.Skip(1)],
            order.SkipLast(1).Select(row => (string[])[row,
                .. order.Skip(1).Select(column => known.TryGetValue((row, column), out var pair)
                    ? $"{Figures.Difference(pair.UF1, 0)}\n" +
                      $"{$"p {Figures.P(pair.HolmP)}{(pair.HolmP < 0.05 ? " *" : "")}".Replace(' ', '\u00a0')}" : "")]),
            $"Permutation test by subject, p after Holm's correction over {pairs.Length} pairs; * marks differences " +
            "the data support.");
    }));

    /// <summary>The attention angles that rows with a learned direction had after each epoch, fold by fold.</summary>
    public ImmutableArray<LearnedAngle> Angles =>
        [.. from row in _paper.Rows.Where(r => r.Method is not null)
            from dataset in Datasets
            from fold in Folds(row.Label, dataset)
            from angle in LearnedAngle.Of(row.Label, _study.Bench.Experiment(row.Method!, dataset), fold)
            select angle];

    /// <summary>
    /// The learned angles of each block after the last epoch, and the axis along which the clips really move.
    /// </summary>
    public GenericChart LearnedAngles() => AngleChart.Of(this);

    /// <summary>
    /// How well the detectors of rows with predicted action units find the ten commonest ones; empty in other tables.
    /// </summary>
    public IHtmlContent DetectedUnits() => HtmlText.All(
        from row in _paper.Rows
        where row.Method == Tables.PredictedActionUnits
        from dataset in Datasets
        select DetectedUnitTable.Of(Folds(row.Label, dataset), _study.Bench.Dataset(dataset), _study.FirstSeed));

    /// <summary>
    /// A row's predictions on a data set with the first seed, under each protocol: a row per clip, for
    /// <see cref="TextTable.ToCsv"/>.
    /// </summary>
    /// <param name="row">Label of a row.</param>
    /// <param name="dataset">The data set.</param>
    public TextTable Predictions(string row, DatasetId dataset) =>
        RunExport.Of(Folds(row, dataset), _study.Bench.Dataset(dataset).Classes, _study.Protocols);

    /// <summary>Conclusions from the numbers.</summary>
    public IHtmlContent Conclusion() => HtmlText.Paragraphs(Conclusions.Of(this));

    /// <summary>
    /// Every pair of the systems on a data set under the protocol that chooses nothing on the test subject, tested;
    /// empty in tables that compare no systems.
    /// </summary>
    internal ImmutableArray<Comparison> PairsOn(DatasetId dataset)
    {
        if (!_paper.ComparesSystems || _study.Protocols[0].LooksAtTestSubject) return [];
        if (_pairs.TryGetValue(dataset, out var known)) return known;
        var systems = Rows.Where(r => r.Dataset == dataset && r.Kind is RowKind.Variant or RowKind.Added
            && r.Protocol == _study.Protocols[0] && r.Score is not null)
            .Select(r => r.Label).Distinct();
        return _pairs[dataset] = Comparison.Pairs(
            systems.Select(s => (s, (IReadOnlyList<FoldOutcome>)ByPerson(s, dataset).Folds)),
            _study.Bench.Dataset(dataset).Classes.Length);
    }

    internal Study Study => _study;

    internal Table Paper => _paper;

    internal int Number => _paper.Number;

    internal string Title => $"Table {_paper.Number}: {_paper.Title}";

    /// <summary>The folds of a row.</summary>
    internal IReadOnlyList<FoldPrediction> Folds(string label, DatasetId dataset) =>
        _folds.TryGetValue((label, dataset), out var known) ? known
            : _folds[(label, dataset)] = _study.Bench.Result(MethodOf(label), dataset, _study.Bench.Seed)?.Read()
                ?? throw new UserErrorException($"'{label}' was not run on {dataset.Title()}; run the table first.");

    /// <summary>A protocol's outcome for a row.</summary>
    internal ProtocolOutcome Outcome(string label, DatasetId dataset, EpochProtocol protocol) =>
        protocol.Apply(Folds(label, dataset));

    /// <summary>
    /// A row's outcome under the protocol that chooses nothing on the test subject, person by person, for intervals and
    /// tests.
    /// </summary>
    internal ProtocolOutcome ByPerson(string label, DatasetId dataset) =>
        FoldProtocol.ByPerson(dataset, Outcome(label, dataset, _study.Protocols[0]));

    /// <summary>Label of the row that is the full network; every table has it.</summary>
    internal string FullLabel => _paper.Rows.First(r => r.Method == Tables.Full).Label;

    Method MethodOf(string label) => _paper.Rows.FirstOrDefault(r => r.Label == label)?.Method
        ?? (_rows.IsDefault ? null : _rows.FirstOrDefault(r => r.Label == label)?.Method)
            ?? throw new UserErrorException(
                $"{Title} has no row '{label}' that is run; its rows are {string.Join(", ", Labels)}.");
}
