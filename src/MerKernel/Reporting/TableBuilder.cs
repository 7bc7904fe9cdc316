using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reporting;

/// <summary>Puts measured scores beside the paper's tables, and under each table the rows without which it cannot be read.</summary>
public sealed class TableBuilder
{
    readonly Dictionary<(string Key, DatasetId, EpochProtocol?, int Seed), ScoredRun?> _scored = [];
    readonly Dictionary<(string Key, DatasetId, int Seed), PairedComparison> _comparisons = [];

    /// <summary>Finds the run of a variant (its key) on a data set with a seed; null if it is not finished.</summary>
    public required Func<string, DatasetId, int, MeasuredRun?> Runs { get; init; }

    /// <summary>The data sets to show; a table's rows on other data sets are left out.</summary>
    public required IReadOnlyList<DatasetFacts> Datasets { get; init; }

    /// <summary>Name of the profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Seeds of the runs.</summary>
    public required ImmutableArray<int> Seeds { get; init; }

    /// <summary>The epoch protocols to score each run by. Rows are compared with each other under the first, unless it looks at the test subject.</summary>
    public ImmutableArray<EpochProtocol> Protocols { get; init; } = EpochProtocol.SideBySide;

    /// <summary>What the system behind a key sees and costs, for tables that compare systems; null where that is not known.</summary>
    public Func<string, DatasetId, SystemFacts?> Systems { get; init; } = (_, _) => null;

    /// <summary>Which clips are scored.</summary>
    public SampleSet Sample { get; init; } = SampleSet.All;

    /// <summary>The rows of several tables, data set by data set and seed by seed.</summary>
    public ImmutableArray<TableRow> Build(IEnumerable<PaperTable> tables) => [.. tables.SelectMany(t => Build(t))];

    /// <summary>The rows of a table, data set by data set and seed by seed: the paper's in printed order, then what this project adds: other systems, controls and baselines.</summary>
    public ImmutableArray<TableRow> Build(PaperTable table) =>
        [.. from data in Datasets
            where table.Rows.Any(r => r.On(data.Dataset) is not null)
            from seed in Seeds
            from row in Compared(Page(table, data, seed), data, seed)
            select row];

    List<TableRow> Page(PaperTable table, DatasetFacts data, int seed)
    {
        var rows = new List<TableRow>();
        foreach (var row in table.Rows)
        {
            if (row.Variant is { } variant) rows.AddRange(VariantRows(table, row.Label, RowKind.Variant, variant, row.On(data.Dataset), data, seed, row.Note));
            else rows.Add(Row(table, row.Label, RowKind.PublishedOnly, data, seed, null, null) with { Paper = row.On(data.Dataset), Note = row.Note });
        }
        foreach (var row in table.Added)
            rows.AddRange(VariantRows(table, row.Label, RowKind.Added, row.Variant!, null, data, seed, row.Note));
        if (table.Rows.All(r => r.Variant != Variants.WithoutActionUnits.Key))
            rows.AddRange(VariantRows(table, "full network without action units", RowKind.Baseline, Variants.WithoutActionUnits.Key, null, data, seed));
        if (table.Rows.All(r => r.Variant != Variants.ShuffledActionUnits.Key))
            rows.AddRange(VariantRows(table, Variants.ShuffledActionUnits.Name, RowKind.Baseline, Variants.ShuffledActionUnits.Key, null, data, seed));
        rows.AddRange(Baseline.All.Select(b => Row(table, b.Label, RowKind.Baseline, data, seed, null, Score(b.Label, data, null, seed))));
        return rows;
    }

    IEnumerable<TableRow> VariantRows(PaperTable table, string label, RowKind kind, string variant, PaperFigure? paper, DatasetFacts data, int seed, string? note = null) =>
        Protocols.Select(protocol => Row(table, label, kind, data, seed, protocol, Score(variant, data, protocol, seed)) with
        {
            Variant = variant,
            Paper = paper,
            Note = note,
            System = table.ComparesSystems ? Systems(variant, data.Dataset) : null,
        });

    TableRow Row(PaperTable table, string label, RowKind kind, DatasetFacts data, int seed, EpochProtocol? protocol, ScoredRun? scored) => new()
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
        Folds = scored?.Folds.Length ?? 0,
        Seed = seed,
        Classes = data.Classes,
        Sample = Sample,
        Experiment = scored?.Experiment,
    };

    /// <summary>Compares each row with the full network of the same seed and corrects the p-values over the page.</summary>
    IEnumerable<TableRow> Compared(List<TableRow> rows, DatasetFacts data, int seed)
    {
        if (Protocols[0].LooksAtTestSubject || Score(Variants.Full.Key, data, Protocols[0], seed) is not { } full) return rows;
        var compared = rows.Select((row, i) => (row, i))
            .Where(p => p.row.Measured is not null && p.row.Variant != Variants.Full.Key && (p.row.Protocol ?? Protocols[0]) == Protocols[0]).ToList();
        var comparisons = compared.Select(p => Compare(p.row, full, data)).ToList();
        var adjusted = Holm.Adjust([.. comparisons.Select(c => c.PermutationP)]);
        for (var k = 0; k < compared.Count; k++)
            rows[compared[k].i] = compared[k].row with { AgainstFull = comparisons[k], HolmP = adjusted[k], Comparisons = compared.Count };
        return rows;
    }

    PairedComparison Compare(TableRow row, ScoredRun full, DatasetFacts data)
    {
        var key = (row.Variant ?? row.Row, data.Dataset, row.Seed);
        if (!_comparisons.TryGetValue(key, out var comparison))
            _comparisons[key] = comparison = PairedComparison.Of(Score(key.Item1, data, row.Protocol, row.Seed)!.Folds, full.Folds, data.Classes.Length);
        return comparison;
    }

    /// <summary>Scores a run or baseline once, however many tables show it.</summary>
    ScoredRun? Score(string key, DatasetFacts data, EpochProtocol? protocol, int seed)
    {
        // A row without epochs knows no seed.
        var place = (key, data.Dataset, protocol, protocol is null ? 0 : seed);
        if (_scored.TryGetValue(place, out var known)) return known;
        return _scored[place] = protocol is null
            ? ScoredRun.Of(Baseline.All.Single(b => b.Label == key).Run(data.Of(Sample)), data.Classes.Length)
            : Runs(key, data.Dataset, seed) is { } run ? ScoredRun.Of(protocol.Apply(Sample.Of(data.Dataset, run.Folds)), data.Classes.Length, run.Experiment)
            : null;
    }
}
