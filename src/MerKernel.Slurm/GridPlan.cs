namespace MerKernel.Slurm;

/// <summary>The work of a grid: rows, their folds, the stored ones, and the cost of the rest.</summary>
public sealed class GridPlan
{
    GridPlan(ImmutableArray<GridRow> rows, ImmutableArray<GridFold> folds, ImmutableArray<GridFold> missing) =>
        (Rows, Folds, Missing) = (rows, folds, missing);

    /// <summary>The rows.</summary>
    public ImmutableArray<GridRow> Rows { get; }

    /// <summary>Every fold of every row, the longest first, so that a short one is the last to finish.</summary>
    public ImmutableArray<GridFold> Folds { get; }

    /// <summary>Those that are not stored, in the same order.</summary>
    public ImmutableArray<GridFold> Missing { get; }

    /// <summary>Plans rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="clips">Clips of each subject of a data set.</param>
    /// <param name="store">The run store, which is asked once for each row.</param>
    /// <param name="cost">The cost of folds.</param>
    public static GridPlan Of(ImmutableArray<GridRow> rows, Func<DatasetId, IReadOnlyDictionary<string, int>> clips,
        RunStore store, FoldCost cost)
    {
        var folds = rows.SelectMany(row =>
        {
            var subjects = clips(row.Dataset);
            var all = subjects.Values.Sum();
            // Validation clips are predicted instead of trained on; on average a subject's share.
            var heldOut = row.Experiment.HeldOutSubjects * all / Math.Max(1, subjects.Count);
            var flop = cost.Flop(row.Experiment);
            return subjects.Select(s => new GridFold(row, s.Key, flop(all - s.Value - heldOut, s.Value + heldOut)));
        }).OrderByDescending(f => f.Flop).ToImmutableArray();
        var stored = rows.ToDictionary(r => r.Hash, r => store.StoredSubjects(r.Hash).ToHashSet());
        return new GridPlan(rows, folds, [.. folds.Where(f => !stored[f.Row.Hash].Contains(f.Subject))]);
    }
}

/// <summary>A fold of a row, with its cost.</summary>
/// <param name="Row">The row.</param>
/// <param name="Subject">The subject left out.</param>
/// <param name="Flop">Floating point operations of training and of the predictions after every epoch.</param>
public sealed record GridFold(GridRow Row, string Subject, double Flop);

/// <summary>A row of the tables on one data set with one seed: an experiment, and where its result is.</summary>
/// <param name="Variant">Key of the method behind it.</param>
/// <param name="Name">Its name, in a few words.</param>
/// <param name="Tables">Numbers of the tables that show it.</param>
/// <param name="Experiment">The experiment.</param>
/// <param name="Hash">Its <see cref="ExperimentHash"/>.</param>
public sealed record GridRow(string Variant, string Name, ImmutableArray<int> Tables, Experiment Experiment,
    string Hash)
{
    /// <summary>The data set.</summary>
    public DatasetId Dataset => Experiment.Dataset;

    /// <summary>
    /// The rows behind tables, each experiment once: their methods on their data sets with every seed, and the controls
    /// that every table carries.
    /// </summary>
    /// <param name="bench">Data, which are loaded, profile and seeds.</param>
    /// <param name="tables">The tables.</param>
    public static ImmutableArray<GridRow> Of(Workbench bench, IEnumerable<Table> tables) =>
        [.. from work in Experiments.Tables.Work(tables, bench.Datasets)
            where bench.Lacks(work.Method, work.Dataset) is null
            from seed in bench.Seeds
            let experiment = bench.Experiment(work.Method, work.Dataset, seed)
            select new GridRow(work.Method.Key, work.Method.Name, work.Tables, experiment,
                ExperimentHash.Of(experiment))];
}
