using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reporting;

/// <summary>The paper's tables from what a workbench has stored.</summary>
public static class BenchTables
{
    /// <summary>The rows of the tables, seed after seed; a row that was not run in full has no measured scores.</summary>
    /// <param name="bench">Data, store, profile and seeds.</param>
    /// <param name="tables">Which tables; the default is all seven.</param>
    /// <param name="protocols">Epoch protocols to score by; the default is the final epoch and the published rule.</param>
    /// <param name="sample">Which clips are scored; the default is all.</param>
    /// <param name="cancel">Stops the preparation of the data.</param>
    public static ImmutableArray<TableRow> Rows(Workbench bench, IEnumerable<PaperTable>? tables = null,
        IEnumerable<EpochProtocol>? protocols = null, SampleSet? sample = null, CancellationToken cancel = default)
    {
        var rows = new TableBuilder
        {
            Derived = bench.Store.Derived,
            Datasets = [.. bench.Datasets.Select(id => DatasetFacts.Of(bench.Dataset(id, cancel)))],
            Profile = bench.Profile.Name,
            Seeds = bench.Seeds,
            Protocols = protocols is null ? EpochProtocol.SideBySide : [.. protocols],
            Sample = sample ?? SampleSet.All,
            Runs = (variant, id, seed) => Run(bench, bench.Experiment(Methods.Named(variant), id, seed, cancel)),
            Systems = (key, id) => SystemFacts.Of(bench, Methods.Named(key), id, cancel),
        }.Build(tables ?? PaperTables.All);
        bench.Store.Derived.Save();
        return rows;
    }

    /// <summary>An experiment's run once every fold is stored; no fold is opened for it.</summary>
    internal static MeasuredRun? Run(Workbench bench, Experiment experiment)
    {
        var (hash, subjects) = (ExperimentHash.Of(experiment), bench.Dataset(experiment.Dataset).Subjects);
        var listing = bench.Store.Listing(hash);
        return subjects.Except(listing.Subjects).Any() ? null : new MeasuredRun(hash, listing.State, () => bench.Store.TryReadAll(hash, subjects));
    }
}
