namespace MerKernel.Reports;

/// <summary>How one class fared in a row that was measured; ratios are fractions.</summary>
/// <param name="Table">Number of the table.</param>
/// <param name="Dataset">Title of the data set.</param>
/// <param name="Row">The row's name.</param>
/// <param name="Protocol">Label of the epoch protocol, or that there is no epoch to choose.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Class">Name of the class.</param>
/// <param name="Clips">Clips of the class; a baseline that draws counts each clip once for each draw.</param>
/// <param name="Precision">Share of the clips predicted as the class that are of it.</param>
/// <param name="Recall">Share of the class's clips that were found.</param>
/// <param name="F1">F1 of the class.</param>
public sealed record ClassRow(
    int Table, string Dataset, string Row, string Protocol, int Seed, string Class, int Clips, double Precision, double Recall, double F1)
{
    /// <summary>The classes of the rows that were measured.</summary>
    public static ImmutableArray<ClassRow> Of(IEnumerable<TableRow> rows) =>
        [.. from r in rows.DistinctBy(r => (r.Table, r.Dataset, r.Row, r.Kind, r.Protocol, r.Protocol is null ? 0 : r.Seed))
            where r.Measured is not null
            from c in r.Classes.Zip(r.Measured!.PerClass)
            select new ClassRow(r.Table, MetricRow.DatasetTitle(r), r.Row, MetricRow.ProtocolLabel(r), r.Seed, c.First, c.Second.Support, c.Second.Precision, c.Second.Recall, c.Second.F1)];
}
