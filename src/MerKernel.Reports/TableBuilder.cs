using System.Collections.Concurrent;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>Puts measured scores beside the paper's tables, and under each table the rows without which it cannot be read.</summary>
public sealed class TableBuilder
{
    readonly ConcurrentDictionary<(string Key, DatasetId, EpochProtocol?, int Seed), ScoredRun?> _scored = [];
    readonly ConcurrentDictionary<(string Key, DatasetId, int Seed), PairedComparison?> _comparisons = [];

    /// <summary>Finds the run of a method on a data set with a seed; null if it is not finished.</summary>
    public required Func<Method, DatasetId, int, MeasuredRun?> Runs { get; init; }

    /// <summary>The data sets to show; a table's rows on other data sets are left out.</summary>
    public required IReadOnlyList<DatasetFacts> Datasets { get; init; }

    /// <summary>Name of the profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Seeds of the runs.</summary>
    public required ImmutableArray<int> Seeds { get; init; }

    /// <summary>The epoch protocols to score each run by. Rows are compared with each other under the first, unless it looks at the test subject.</summary>
    public ImmutableArray<EpochProtocol> Protocols { get; init; } = EpochProtocol.SideBySide;

    /// <summary>What a system sees and costs, for tables that compare systems; null where that is not known.</summary>
    public Func<Method, DatasetId, SystemFacts?> Systems { get; init; } = (_, _) => null;

    /// <summary>Where scores, intervals and tests are kept from call to call; null computes them anew.</summary>
    public DerivedValues? Derived { get; init; }

    /// <summary>Which clips are scored.</summary>
    public SampleSet Sample { get; init; } = SampleSet.All;

    /// <summary>
    /// The rows of tables, data set by data set and seed by seed: the paper's in printed order, then what this project adds: other systems, controls and baselines.
    /// </summary>
    /// <exception cref="UserErrorException">A run cannot be read, or not be scored by one of the protocols.</exception>
    public ImmutableArray<TableRow> Build(params IEnumerable<Table> tables)
    {
        var asked = tables.ToList();
        foreach (var data in Datasets) ScoreRuns(asked.Where(t => t.Datasets.Contains(data.Dataset)).SelectMany(t => t.Methods).Distinct(), data);
        return
        [
            .. from table in asked
               from data in Datasets
               where table.Datasets.Contains(data.Dataset)
               from seed in Seeds
               from row in Compared(Page(table, data, seed), data, seed)
               select row,
        ];
    }

    /// <summary>Scores runs side by side. One data set at a time: runs of as many subjects share their draws.</summary>
    void ScoreRuns(IEnumerable<Method> methods, DatasetFacts data)
    {
        var runs = (from method in methods from seed in Seeds select (method, seed, Run: Runs(method, data.Dataset, seed))).ToList();
        try
        {
            Parallel.ForEach(runs, each => Keep(each.method.Key, each.seed, each.Run, data));
        }
        catch (AggregateException e) when (e.InnerException is UserErrorException known)
        {
            throw new UserErrorException(known.Message, known);
        }
    }

    List<TableRow> Page(Table table, DatasetFacts data, int seed)
    {
        var rows = new List<TableRow>();
        foreach (var row in table.Rows)
        {
            if (row.Method is { } method) rows.AddRange(MethodRows(table, row.Label, row.IsAdded ? RowKind.Added : RowKind.Variant, method, row.On(data.Dataset), data, seed, row.Note));
            else rows.Add(Row(table, row.Label, RowKind.PublishedOnly, data, seed, null, null) with { Paper = row.On(data.Dataset), Note = row.Note });
        }
        foreach (var control in table.Controls) rows.AddRange(MethodRows(table, control.Name, RowKind.Baseline, control, null, data, seed));
        rows.AddRange(Baseline.All.Select(b => Row(table, b.Label, RowKind.Baseline, data, seed, null, Score(b.Label, null, data, null, seed))));
        return rows;
    }

    IEnumerable<TableRow> MethodRows(Table table, string label, RowKind kind, Method method, Printed? paper, DatasetFacts data, int seed, string? note = null) =>
        Protocols.Select(protocol => Row(table, label, kind, data, seed, protocol, Score(method.Key, method, data, protocol, seed)) with
        {
            Method = method,
            Paper = paper,
            Note = note,
            System = table.ComparesSystems ? Systems(method, data.Dataset) : null,
        });

    TableRow Row(Table table, string label, RowKind kind, DatasetFacts data, int seed, EpochProtocol? protocol, ScoredRun? scored) => new()
    {
        Table = table.Number,
        Row = label,
        Kind = kind,
        Dataset = data.Dataset,
        Synthetic = data.Synthetic,
        Profile = Profile,
        Protocol = protocol,
        Measured = scored?.Summary.Scores,
        Clips = scored?.Summary.Clips ?? 0,
        Folds = scored?.Summary.Folds ?? 0,
        Seed = seed,
        Classes = data.Classes,
        Sample = Sample,
        Experiment = scored?.Experiment,
    };

    /// <summary>Compares each row with the full network of the same seed and corrects the p-values over the page.</summary>
    IEnumerable<TableRow> Compared(List<TableRow> rows, DatasetFacts data, int seed)
    {
        if (Protocols[0].LooksAtTestSubject || Score(Tables.Full.Key, Tables.Full, data, Protocols[0], seed) is not { } full) return rows;
        var compared = rows.Select((row, i) => (row, i)).AsParallel().AsOrdered()
            .Where(p => p.row.Measured is not null && p.row.Method != Tables.Full && (p.row.Protocol ?? Protocols[0]) == Protocols[0])
            .Select(p => (p.row, p.i, Comparison: Compare(p.row, full, data))).Where(p => p.Comparison is not null).ToList();
        var adjusted = Holm.Adjust([.. compared.Select(p => p.Comparison!.PermutationP)]);
        for (var k = 0; k < compared.Count; k++)
            rows[compared[k].i] = compared[k].row with { AgainstFull = compared[k].Comparison, HolmP = adjusted[k], Comparisons = compared.Count };
        return rows;
    }

    PairedComparison? Compare(TableRow row, ScoredRun full, DatasetFacts data)
    {
        var key = (row.Method?.Key ?? row.Row, data.Dataset, row.Seed);
        if (_comparisons.TryGetValue(key, out var known)) return known;
        var scored = Score(key.Item1, row.Method, data, row.Protocol, row.Seed)!;
        return _comparisons[key] = Kept($"{scored.Name}/against/{full.Name}", $"{scored.State}, {full.State}", () =>
            scored.Outcomes.Value is { } folds && full.Outcomes.Value is { } fullFolds ? PairedComparison.Of(folds, fullFolds, data.Classes.Length) : null);
    }

    /// <summary>Scores a run or baseline once, however many tables show it.</summary>
    ScoredRun? Score(string key, Method? method, DatasetFacts data, EpochProtocol? protocol, int seed)
    {
        // A row without epochs knows no seed.
        var place = (key, data.Dataset, protocol, protocol is null ? 0 : seed);
        if (_scored.TryGetValue(place, out var known)) return known;
        if (method is null || protocol is null) return _scored[place] = ScoreBaseline(Baseline.All.Single(b => b.Label == key), data);
        Keep(key, seed, Runs(method, data.Dataset, seed), data);
        return _scored[place];
    }

    void Keep(string variant, int seed, MeasuredRun? run, DatasetFacts data)
    {
        foreach (var (protocol, scored) in ScoreRun(run, data)) _scored[(variant, data.Dataset, protocol, seed)] = scored;
    }

    /// <summary>Scores a run under every protocol. Its folds are read once, if at all, and only the decisions on them are held.</summary>
    IEnumerable<(EpochProtocol, ScoredRun?)> ScoreRun(MeasuredRun? run, DatasetFacts data)
    {
        if (run is null) return Protocols.Select(protocol => (protocol, (ScoredRun?)null));
        var outcomes = new Lazy<ImmutableArray<ProtocolOutcome>?>(() =>
            run.Read() is { } read && Sample.Of(data.Dataset, read) is var folds ? [.. Protocols.Select(protocol => protocol.Apply(folds))] : null);
        return Protocols.Select((protocol, i) =>
        {
            var name = $"{run.Experiment}/{protocol.Name}/{Sample.Name}";
            var summary = Kept(name, run.State, () => outcomes.Value is { } all ? ScoreSummary.Of(all[i], data.Classes.Length) : null);
            return (protocol, summary is null ? null : new ScoredRun(name, run.State, summary, new(() => outcomes.Value?[i].Folds), run.Experiment));
        });
    }

    ScoredRun ScoreBaseline(Baseline baseline, DatasetFacts data)
    {
        var (scored, name) = (data.Of(Sample), $"baseline/{data.Dataset}/{baseline.Label}");
        var outcomes = new Lazy<ImmutableArray<FoldOutcome>?>(() => baseline.Run(scored));
        return new ScoredRun(name, scored.State, Kept(name, scored.State, () => ScoreSummary.Of(outcomes.Value!.Value, data.Classes.Length))!, outcomes, null);
    }

    T? Kept<T>(string name, string state, Func<T?> compute) where T : class => Derived is null ? compute() : Derived.Get(name, state, compute);
}
