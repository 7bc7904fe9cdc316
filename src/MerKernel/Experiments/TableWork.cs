using MerKernel.Data;

namespace MerKernel.Experiments;

/// <summary>What has to be run before tables can be shown.</summary>
public static class TableWork
{
    /// <summary>Every method of the tables, their added rows and the controls, with each data set that a table shows it on; each pair once.</summary>
    public static ImmutableArray<(Method Method, DatasetId Dataset)> Of(IEnumerable<PaperTable> tables) =>
        [.. from table in tables
            from dataset in table.Datasets
            from key in table.Rows.Concat(table.Added).Select(r => r.Variant).OfType<string>().Append(Variants.WithoutActionUnits.Key).Append(Variants.ShuffledActionUnits.Key)
            group table by (key, dataset) into work
            select (Methods.Named(work.Key.key), work.Key.dataset)];
}
