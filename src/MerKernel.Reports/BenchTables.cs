using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>The paper's tables from what a workbench has stored.</summary>
public static class BenchTables
{
    /// <summary>The rows of the tables, seed after seed; a row that was not run in full has no measured scores.</summary>
    /// <param name="bench">Data, store, profile and seeds.</param>
    /// <param name="tables">Which tables; the default is all seven.</param>
    /// <param name="protocols">Epoch protocols to score by; the default is the final epoch and the published rule.</param>
    /// <param name="sample">Which clips are scored; the default is all.</param>
    public static ImmutableArray<TableRow> Rows(Workbench bench, IEnumerable<Table>? tables = null,
        IEnumerable<EpochProtocol>? protocols = null, SampleSet? sample = null)
    {
        var chosen = (tables ?? Tables.All).ToList();
        var rows = new TableBuilder
        {
            Derived = bench.Store.Derived,
            Datasets = [.. chosen.SelectMany(t => t.Datasets).Distinct().Select(id => DatasetFacts.Of(bench.Dataset(id)))],
            Profile = bench.Profile.Name,
            Seeds = bench.Seeds,
            Protocols = protocols is null ? EpochProtocol.SideBySide : [.. protocols],
            Sample = sample ?? SampleSet.All,
            Runs = (method, id, seed) => Run(bench, bench.Experiment(method, id, seed)),
            Systems = (method, id) => SystemFacts.Of(bench, method, id),
        }.Build(chosen);
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
