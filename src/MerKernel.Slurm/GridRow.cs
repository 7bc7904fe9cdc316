using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Slurm;

/// <summary>A row of the tables on one data set with one seed: an experiment, and where its result is.</summary>
/// <param name="Variant">Key of the method behind it.</param>
/// <param name="Name">Its name, in a few words.</param>
/// <param name="Tables">Numbers of the tables that show it.</param>
/// <param name="Experiment">The experiment.</param>
/// <param name="Hash">Its <see cref="ExperimentHash"/>.</param>
public sealed record GridRow(string Variant, string Name, ImmutableArray<int> Tables, Experiment Experiment, string Hash)
{
    /// <summary>The data set.</summary>
    public DatasetId Dataset => Experiment.Dataset;

    /// <summary>The rows behind tables, each experiment once: their methods on their data sets with every seed, and the controls that every table carries.</summary>
    /// <param name="bench">Data, which are loaded, profile and seeds.</param>
    /// <param name="tables">The tables.</param>
    public static ImmutableArray<GridRow> Of(Workbench bench, IEnumerable<Table> tables) =>
        [.. from work in Experiments.Tables.Work(tables, bench.Datasets)
            where bench.Lacks(work.Method, work.Dataset) is null
            from seed in bench.Seeds
            let experiment = bench.Experiment(work.Method, work.Dataset, seed)
            select new GridRow(work.Method.Key, work.Method.Name, work.Tables, experiment, ExperimentHash.Of(experiment))];
}
