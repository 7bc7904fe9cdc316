using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reporting;

/// <summary>Puts measured scores beside the paper's tables, and under each table the rows without which it cannot be read.</summary>
public sealed class TableBuilder
{
    readonly Dictionary<(string, DatasetId, EpochProtocol), Scored?> _runs = [];
    readonly Dictionary<(string, DatasetId), Scored> _baselines = [];

    /// <summary>Finds the run of a variant (its key) on a data set; null if it is not finished.</summary>
    public required Func<string, DatasetId, MeasuredRun?> Runs { get; init; }

    /// <summary>The data sets to show; a table's rows on other data sets are left out.</summary>
    public required IReadOnlyList<DatasetFacts> Datasets { get; init; }

    /// <summary>Name of the profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Seed of the runs.</summary>
    public required int Seed { get; init; }

    /// <summary>The epoch protocols to score each run by.</summary>
    public ImmutableArray<EpochProtocol> Protocols { get; init; } = EpochProtocol.SideBySide;

    /// <summary>The rows of several tables, data set by data set.</summary>
    public ImmutableArray<TableRow> Build(IEnumerable<PaperTable> tables) => [.. tables.SelectMany(t => Build(t))];

    /// <summary>The rows of a table, data set by data set: the paper's in printed order, then the baselines.</summary>
    public ImmutableArray<TableRow> Build(PaperTable table) =>
        [.. Datasets.Where(d => table.Rows.Any(r => r.On(d.Dataset) is not null))
            .SelectMany(d => table.Rows.SelectMany(row => PaperRows(table, row, d)).Concat(BaselineRows(table, d)))];

    IEnumerable<TableRow> PaperRows(PaperTable table, PaperRow row, DatasetFacts data) => row.Variant is { } variant
        ? VariantRows(table, row.Label, RowKind.Variant, variant, row.On(data.Dataset), data)
        : [Row(table, row.Label, RowKind.PublishedOnly, data, null, null) with { Paper = row.On(data.Dataset) }];

    IEnumerable<TableRow> BaselineRows(PaperTable table, DatasetFacts data)
    {
        var withoutUnits = Variants.WithoutActionUnits.Key;
        if (table.Rows.All(r => r.Variant != withoutUnits))
            foreach (var row in VariantRows(table, "full network without action units", RowKind.Baseline, withoutUnits, null, data))
                yield return row;
        yield return Row(table, "action-unit lookup (no image)", RowKind.Baseline, data, null, Baseline("lookup", data, AuLookup.Fit));
        yield return Row(table, "majority class", RowKind.Baseline, data, null, Baseline("majority", data, MajorityClass.Fit));
    }

    IEnumerable<TableRow> VariantRows(PaperTable table, string label, RowKind kind, string variant, PaperFigure? paper, DatasetFacts data) =>
        Protocols.Select(protocol => Row(table, label, kind, data, protocol, Score(variant, data, protocol)) with { Variant = variant, Paper = paper });

    TableRow Row(PaperTable table, string label, RowKind kind, DatasetFacts data, EpochProtocol? protocol, Scored? scored) => new()
    {
        Table = table.Number,
        Row = label,
        Kind = kind,
        Dataset = data.Dataset,
        Synthetic = data.Synthetic,
        Profile = Profile,
        Protocol = protocol,
        Measured = scored?.Scores,
        Clips = scored?.Clips ?? 0,
        Folds = scored?.Folds ?? 0,
        Seed = Seed,
        Experiment = scored?.Experiment,
    };

    /// <summary>Scores a run once, however many tables show it.</summary>
    Scored? Score(string variant, DatasetFacts data, EpochProtocol protocol)
    {
        if (_runs.TryGetValue((variant, data.Dataset, protocol), out var known)) return known;
        Scored? scored = null;
        if (Runs(variant, data.Dataset) is { } run)
        {
            var outcome = protocol.Apply(run.Folds);
            scored = Scored.Of(outcome.Folds, outcome.F1Folds, data.Classes.Length, run.Experiment);
        }
        return _runs[(variant, data.Dataset, protocol)] = scored;
    }

    Scored Baseline(string key, DatasetFacts data, Func<IReadOnlyList<LabelledClip>, Func<LabelledClip, int>> fit)
    {
        if (_baselines.TryGetValue((key, data.Dataset), out var known)) return known;
        var folds = LosoBaseline.Run(data.Clips, fit);
        return _baselines[(key, data.Dataset)] = Scored.Of(folds, folds, data.Classes.Length, null);
    }

    sealed record Scored(MeasuredScores Scores, int Clips, int Folds, string? Experiment)
    {
        public static Scored Of(ImmutableArray<FoldOutcome> folds, ImmutableArray<FoldOutcome> f1Folds, int classes, string? experiment) =>
            new(MeasuredScores.Of(folds, f1Folds, classes), folds.Sum(f => f.Clips.Distinct().Count()), folds.Length, experiment);
    }
}
