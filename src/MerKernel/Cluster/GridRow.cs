using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Cluster;

/// <summary>A row of the tables on one data set with one seed: an experiment, and where its result stands.</summary>
/// <param name="Variant">Key of the method behind it.</param>
/// <param name="Name">What it is, in a few words.</param>
/// <param name="Tables">Numbers of the tables that show it.</param>
/// <param name="Experiment">The experiment.</param>
/// <param name="Hash">Its <see cref="ExperimentHash"/>.</param>
public sealed record GridRow(string Variant, string Name, ImmutableArray<int> Tables, Experiment Experiment, string Hash)
{
    /// <summary>The data set.</summary>
    public DatasetId Dataset => Experiment.Dataset;

    /// <summary>The rows behind tables, each experiment once: their variants on their data sets with every seed, and the controls that every table carries.</summary>
    /// <param name="bench">Data, profile and seeds.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="cancel">Stops the preparation of the data.</param>
    public static ImmutableArray<GridRow> Of(Workbench bench, IEnumerable<PaperTable> tables, CancellationToken cancel = default)
    {
        var shown = Shown(tables);
        return
        [
            .. from entry in shown
               where bench.Datasets.Contains(entry.Key.Item2)
               from seed in bench.Seeds
               let experiment = bench.Experiment(entry.Key.Item1, entry.Key.Item2, seed, cancel)
               select new GridRow(entry.Key.Item1.Key, entry.Key.Item1.Name, [.. entry.Value], experiment, ExperimentHash.Of(experiment)),
        ];
    }

    /// <summary>Which of the tables show a method on a data set.</summary>
    public static IReadOnlyDictionary<(Method, DatasetId), SortedSet<int>> Shown(IEnumerable<PaperTable> tables)
    {
        var shown = new Dictionary<(Method, DatasetId), SortedSet<int>>();
        foreach (var table in tables)
            foreach (var work in TableWork.Of([table]))
            {
                if (!shown.TryGetValue(work, out var numbers)) shown[work] = numbers = [];
                numbers.Add(table.Number);
            }
        return shown;
    }
}
