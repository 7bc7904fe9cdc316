using System.Collections.Concurrent;
using MerKernel.Synthetic;

namespace MerKernel.Reports;

/// <summary>
/// Puts measured scores next to the paper's tables, and under each table the rows without which it cannot be read.
/// Trains nothing.
/// </summary>
public sealed class Scoring
{
    readonly ConcurrentDictionary<(string Key, DatasetId, EpochProtocol?, int Seed), Scored?> _scored = [];
    readonly ConcurrentDictionary<string, Comparison?> _comparisons = [];
    readonly ConcurrentDictionary<(string Key, DatasetId, int Seed), Predictions> _files = [];

    /// <summary>Decisions that are compared: a run's, a rule's, or those of a row's runs with several seeds.</summary>
    /// <param name="Name">Their name among cached values.</param>
    /// <param name="State">The state of their inputs.</param>
    /// <param name="Outcomes">
    /// The decisions, read only where a comparison needs them; null where they cannot be read any more.
    /// </param>
    record Decisions(string Name, string State, Lazy<ImmutableArray<FoldOutcome>?> Outcomes)
    {
        public static Decisions? Together(IReadOnlyList<Decisions> seeds) => seeds switch
        {
            [] => null,
            [var only] => only,
            _ => new(string.Join('+', seeds.Select(s => s.Name)), string.Join(", ", seeds.Select(s => s.State)),
                new(() => seeds.Select(s => s.Outcomes.Value).ToList() is var all && all.Contains(null) ? null
                    : FoldOutcome.Together([.. all.Select(o => o!.Value)]))),
        };
    }

    /// <summary>A scored run or rule, shared by every table that shows it.</summary>
    /// <param name="Name">As for all decisions.</param>
    /// <param name="State">As for all decisions.</param>
    /// <param name="Score">The scores.</param>
    /// <param name="Outcomes">As for all decisions.</param>
    /// <param name="Experiment">The experiment's hash; null for a rule.</param>
    /// <param name="Statistics">
    /// BatchNorm statistics of a run; null for a rule and for networks without BatchNorm.
    /// </param>
    sealed record Scored(string Name, string State, Score Score, Lazy<ImmutableArray<FoldOutcome>?> Outcomes,
        string? Experiment, StatisticsCheck? Statistics = null) : Decisions(Name, State, Outcomes);

    /// <summary>Finds the run of a method on a data set with a seed; null if it is not finished.</summary>
    public required Func<Method, DatasetId, int, RunResult?> Runs { get; init; }

    /// <summary>The data sets to show; a table's rows on other data sets are left out.</summary>
    public required IReadOnlyList<DatasetFacts> Datasets { get; init; }

    /// <summary>Name of the profile.</summary>
    public required string Profile { get; init; }

    /// <summary>As <see cref="Workbench.Setting"/>.</summary>
    public string Setting { get; init; } = "";

    /// <summary>Whether networks and training are the paper's; null says it by <see cref="Profile"/>.</summary>
    public bool? IsPaperSize { get; init; }

    /// <summary>Seeds of the runs.</summary>
    public required ImmutableArray<int> Seeds { get; init; }

    /// <summary>
    /// The epoch protocols to score each run by. Rows are compared with each other under the first, unless it looks at
    /// the test subject.
    /// </summary>
    public ImmutableArray<EpochProtocol> Protocols { get; init; } = EpochProtocol.SideBySide;

    /// <summary>A system's input and cost, for tables that compare systems; null where they are not known.</summary>
    public Func<Method, DatasetId, SystemFacts?> Systems { get; init; } = (_, _) => null;

    /// <summary>Batches of a method's shortest fold on a data set.</summary>
    public Func<Method, DatasetId, int> Batches { get; init; } = (_, _) => 0;

    /// <summary>Whether a method cannot be run on a data set, so that it has no row there.</summary>
    public Func<Method, DatasetId, bool> Lacks { get; init; } = (_, _) => false;

    /// <summary>The seeds of a method that is read and not trained; none where it has nothing on a data set.</summary>
    public Func<ReadMethod, DatasetId, ImmutableArray<int>> OwnSeeds { get; init; } = (_, _) => [];

    /// <summary>Where scores, intervals and tests are kept from call to call; null computes them anew.</summary>
    public DerivedValues? Derived { get; init; }

    /// <summary>
    /// The rows of tables from a workbench's stored folds, seed after seed; a row that was not run in full has no
    /// scores.
    /// </summary>
    /// <param name="bench">Data, which are loaded, store, profile and seeds.</param>
    /// <param name="tables">Which tables; the default is all seven.</param>
    /// <param name="protocols">
    /// Epoch protocols to score by; the default is the final epoch and the published rule.
    /// </param>
    public static ImmutableArray<ResultRow> Rows(Workbench bench, IEnumerable<Table>? tables = null,
        IEnumerable<EpochProtocol>? protocols = null)
    {
        var asked = (tables ?? Tables.All).ToList();
        ImmutableArray<DatasetId> ids = [.. bench.Datasets.Where(id => asked.Any(t => t.IsOn(id)))];
        var chosen = ReadMethod.AddedTo(asked, bench, ids).ToList();
        var rows = new Scoring
        {
            Derived = bench.Store.Derived,
            Datasets = [.. ids.Select(id => DatasetFacts.Of(bench.Dataset(id)))],
            Profile = bench.Profile.Name,
            Setting = bench.Setting,
            IsPaperSize = bench.Profile.Model == Experiments.Profile.Paper.Model
                && bench.Profile.Training == Experiments.Profile.Paper.Training
                && bench.Profile.ActionUnits == ActionUnitSource.Annotated
                && bench.HeldOutSubjects == 0 && bench.Backbone is null,
            Seeds = bench.Seeds,
            Protocols = protocols is null ? EpochProtocol.SideBySide : [.. protocols],
            Runs = bench.Result,
            Lacks = (method, id) => method is not ReadMethod && bench.Lacks(method, id) is not null,
            OwnSeeds = (method, id) => method.Seeds(bench, id),
            Systems = (method, id) => method is ReadMethod ? null : SystemFacts.Of(bench, method, id),
            Batches = (method, id) => method is ReadMethod
                ? 0
                : bench.Experiment(method, id).Training.BatchesOver(FewestTrained(bench, id)),
        }.Rows(chosen);
        bench.Store.Derived.Save();
        return rows;
    }

    /// <summary>Training clips of the shortest fold there can be: without the subjects with the most clips.</summary>
    internal static int FewestTrained(Workbench bench, DatasetId id) => bench.Dataset(id).Clips
        .CountBy(c => c.Subject).Select(s => s.Value).OrderDescending().Skip(1 + bench.HeldOutSubjects).Sum();

    /// <summary>
    /// The rows of tables, data set by data set and seed by seed: the paper's in printed order, then other systems,
    /// controls and rules.
    /// </summary>
    /// <exception cref="UserErrorException">A run cannot be read, or not be scored by one of the protocols.</exception>
    public ImmutableArray<ResultRow> Rows(params IEnumerable<Table> tables)
    {
        var asked = tables.ToList();
        foreach (var data in Datasets)
            ScoreRuns(asked.Where(t => t.IsOn(data.Dataset)).SelectMany(t => t.Methods).Distinct()
                .Where(m => !Lacks(m, data.Dataset)), data);
        return
        [
            .. from table in asked
               from data in Datasets
               where table.IsOn(data.Dataset)
               let majority = ScoreOf(Rule.All.Single(r => r.Label == Rule.Majority), data).Score.Accuracy
               from row in Compared([.. Seeds.SelectMany(seed => Page(table, data, seed))], data)
               select row with { Majority = majority },
        ];
    }

    /// <summary>Scores runs side by side. One data set at a time: runs of as many subjects share their draws.</summary>
    void ScoreRuns(IEnumerable<Method> methods, DatasetFacts data)
    {
        var runs = (from method in methods
                    from seed in Seeds
                    select (method, seed, Run: Runs(method, data.Dataset, seed))).ToList();
        try
        {
            Parallel.ForEach(runs, each => Keep(each.method, each.seed, each.Run, data));
        }
        catch (AggregateException e) when (e.InnerException is UserErrorException known)
        {
            throw new UserErrorException(known.Message, known);
        }
    }

    IEnumerable<ResultRow> Page(Table table, DatasetFacts data, int seed)
    {
        var controls = table.Controls.Select(c => new Row(c.Name, c));
        foreach (var (row, kind) in table.Rows
            .Select(r => (r, r.Method is null ? RowKind.PublishedOnly : r.IsAdded ? RowKind.Added : RowKind.Variant))
            .Concat(controls.Select(r => (r, RowKind.Baseline))))
        {
            // On a data set of none of the paper's, a system that is only reported has no place.
            if (row.Method is null ? !DatasetNames.Paper.Contains(data.Dataset) : Lacks(row.Method, data.Dataset))
                continue;
            var blank = Blank(table, row.Label, kind, data, seed) with
            {
                Paper = row.On(data.Dataset),
                Note = row.Note,
                Method = row.Method
            };
            if (row.Method is not { } method) yield return blank;
            else
                // A method that is read has seeds of its own, all on the first seed's page.
                foreach (var own in method is ReadMethod read
                    ? seed == Seeds[0] ? OwnSeeds(read, data.Dataset) : [] : [seed])
                    foreach (var protocol in Protocols)
                    {
                        var scored = With(blank, ScoreOf(method, data, protocol, own)) with
                        {
                            Seed = own,
                            Protocol = protocol,
                            System = table.ComparesSystems ? Systems(method, data.Dataset) : null,
                            Batches = Batches(method, data.Dataset)
                        };
                        // Where the epoch is not said there is none to choose, and one row says so.
                        if (_files.TryGetValue((method.Key, data.Dataset, own), out var file) && !file.SaysEpoch
                            && scored.Score is null && protocol != Protocols[0])
                            continue;
                        yield return file is null ? scored : scored with
                        {
                            SaysEpoch = file.SaysEpoch,
                            Note = string.Join(" ", file.Remarks.Prepend(row.Note).OfType<string>())
                        };
                    }
        }
        foreach (var rule in Rule.On(data))
            yield return With(Blank(table, rule.Label, RowKind.Baseline, data, seed), ScoreOf(rule, data));
    }

    ResultRow Blank(Table table, string label, RowKind kind, DatasetFacts data, int seed) => new()
    {
        Table = table, Label = label, Kind = kind, Dataset = data.Dataset, Synthetic = data.Synthetic,
        Profile = Profile, Setting = Setting, Seed = seed, Classes = data.Classes, Named = data.Title,
        LeftOut = data.LeftOut, IsComparable = !data.Synthetic && data.HasPaperClasses
            && (IsPaperSize ?? Profile == Experiments.Profile.Paper.Name),
    };

    static ResultRow With(ResultRow row, Scored? scored) =>
        row with { Score = scored?.Score, Experiment = scored?.Experiment, Statistics = scored?.Statistics };

    /// <summary>
    /// Compares each row with the full network, the seeds together that both have, and corrects the p-values over the
    /// table.
    /// </summary>
    List<ResultRow> Compared(List<ResultRow> rows, DatasetFacts data)
    {
        if (Protocols[0].LooksAtTestSubject) return rows;
        var full = Seeds.Select(seed => (Seed: seed, Run: ScoreOf(Tables.Full, data, Protocols[0], seed)))
            .Where(s => s.Run is not null).ToList();
        if (full.Count == 0) return rows;
        var compared = rows.Where(r => r.Score is not null && r.Method != Tables.Full && r.Method is not SeedAverage
                && (r.Protocol ?? Protocols[0]) == Protocols[0])
            .GroupBy(r => (r.Label, r.Kind)).AsParallel().AsOrdered()
            .Select(row => (row.Key, IsRun: row.First().Method is not null, Pair: Paired([.. row])))
            .Where(row => row.Pair is not null)
            .Select(row => (row.Key, Comparison: Compare(row.Key.Label, row.Pair!.Value.Own, row.Pair.Value.Full, data),
                Parts: row.IsRun && row.Key.Kind != RowKind.Baseline
                    ? Parting(row.Pair.Value.Own, row.Pair.Value.Full) : null))
            .Where(row => row.Comparison is not null).ToList();
        if (compared.Count == 0) return rows;
        var corrected = compared.Select(c => c.Key)
            .Zip(Comparison.Corrected([.. compared.Select(c => c.Comparison!)])).ToDictionary();
        // The controls part from the full network on far more clips than the choices that a table compares.
        var pairs = compared.Select(c => c.Parts).OfType<Discordance>().ToList();
        // Of other sets the published papers count clips and subjects, but not the clips of each subject.
        var (here, real) = (Detect(data.ClipsByPerson), data.Synthetic && DatasetNames.Paper.Contains(data.Dataset)
            ? Detect(SyntheticSet.RealClips(data.Dataset)) : null);
        return [.. rows.Select(r => r with
        {
            AgainstFull = (r.Protocol ?? Protocols[0]) == Protocols[0] && r.Score is not null
                ? corrected.GetValueOrDefault((r.Label, r.Kind)) : null,
            Detectable = here,
            OnRealCounts = real,
        })];

        // What another seed did to the full network is no difference between two networks. Decisions that were read
        // have seeds of their own, and a rule has none.
        (Decisions Own, Decisions Full)? Paired(List<ResultRow> row)
        {
            var common = row[0].Method is null or ReadMethod ? full
                : [.. full.Where(s => row.Any(r => r.Seed == s.Seed))];
            var own = row.Where(r => r.Method is null or ReadMethod || common.Any(s => s.Seed == r.Seed))
                .Select(r => r.Method is { } method ? ScoreOf(method, data, r.Protocol!, r.Seed)!
                    : ScoreOf(Rule.All.Single(rule => rule.Label == r.Label), data)).DistinctBy(s => s.Name);
            return Decisions.Together([.. own]) is { } some && Decisions.Together([.. common.Select(s => s.Run!)])
                is { } other ? (some, other) : null;
        }

        Detectable? Detect(ImmutableArray<int> clips)
        {
            if (pairs.Count == 0) return null;
            var pair = Discordance.Mean(pairs);
            return Kept($"detectable/{pair}/{compared.Count}/{string.Join(' ', clips)}", "",
                () => Detectable.Of(clips, pair, compared.Count));
        }
    }

    /// <summary>Which clips a row and the full network differ on.</summary>
    Discordance? Parting(Decisions own, Decisions full) =>
        Kept($"{own.Name}/parts by clip from/{full.Name}", $"{own.State}, {full.State}", () =>
            own.Outcomes.Value is { } folds && full.Outcomes.Value is { } fullFolds
                ? Discordance.Of(folds, fullFolds) : null);

    Comparison? Compare(string label, Decisions own, Decisions full, DatasetFacts data) =>
        _comparisons.GetOrAdd($"{own.Name}/test/{full.Name}", name => Kept(name, $"{own.State}, {full.State}", () =>
            own.Outcomes.Value is { } folds && full.Outcomes.Value is { } fullFolds
                ? Comparison.Of(label, folds, Tables.Full.Name, fullFolds, data.Classes.Length) : null));

    /// <summary>Scores a run once, however many tables show it.</summary>
    Scored? ScoreOf(Method method, DatasetFacts data, EpochProtocol protocol, int seed)
    {
        var place = (method.Key, data.Dataset, protocol, seed);
        if (!_scored.ContainsKey(place)) Keep(method, seed, Runs(method, data.Dataset, seed), data);
        return _scored[place];
    }

    /// <summary>Scores a rule once; it knows no epochs and no seed.</summary>
    Scored ScoreOf(Rule rule, DatasetFacts data) => _scored.GetOrAdd((rule.Label, data.Dataset, null, 0), _ =>
    {
        // Rules are of this library and not of the one whose build the kept values name.
        var (name, state) = ($"rule/{data.Dataset}/{rule.Label}",
            $"{data.State} {typeof(Rule).Module.ModuleVersionId}");
        var outcomes = new Lazy<ImmutableArray<FoldOutcome>?>(() =>
            FoldProtocol.ByPerson(data.Dataset, rule.Run(data)));
        return new(name, state,
            Kept(name, state, () => Score.Of(outcomes.Value!.Value, data.Classes.Length))!, outcomes, null);
    })!;

    /// <summary>
    /// Scores a run under every protocol. Its folds are read once, if at all, and only the decisions on them are held.
    /// </summary>
    void Keep(Method method, int seed, RunResult? run, DatasetFacts data)
    {
        if (run?.File is { } file) _files[(method.Key, data.Dataset, seed)] = file;
        var read = new Lazy<(ImmutableArray<ProtocolOutcome?> Outcomes, StatisticsCheck? Statistics)?>(() =>
            run!.Read() is { } folds
                ? ([.. Protocols.Select(protocol =>
                    run.IsScoredBy(protocol) ? FoldProtocol.ByPerson(data.Dataset, protocol.Apply(folds)) : null)],
                    StatisticsCheck.Over(folds.Select(f => f.Statistics)))
                : null);
        var statistics = run is null ? null : Kept($"{run.Hash}/statistics", run.State,
            () => read.Value is { } known ? known.Statistics ?? new(0, 0, 0) : null);
        for (var i = 0; i < Protocols.Length; i++)
        {
            var at = i;
            var name = $"{run?.Hash}/{Protocols[i].Name}";
            var score = run?.IsScoredBy(Protocols[i]) != true ? null : Kept(name, run.State,
                () => read.Value is { } all ? Score.Of(all.Outcomes[at]!, data.Classes.Length) : null);
            _scored[(method.Key, data.Dataset, Protocols[i], seed)] = score is null ? null : new(name, run!.State,
                score, new(() => read.Value?.Outcomes[at]!.Folds), run.Hash,
                statistics is { Clips: > 0 } ? statistics : null);
        }
    }

    T? Kept<T>(string name, string state, Func<T?> compute) where T : class =>
        Derived is null ? compute() : Derived.Get(name, state, compute);
}
