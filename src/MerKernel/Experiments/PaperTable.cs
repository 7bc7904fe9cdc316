using MerKernel.Data;

namespace MerKernel.Experiments;

/// <summary>A published table.</summary>
/// <param name="Number">Its number in the paper.</param>
/// <param name="Title">What it compares.</param>
/// <param name="Rows">Its rows in printed order.</param>
public sealed record PaperTable(int Number, string Title, ImmutableArray<PaperRow> Rows)
{
    /// <summary>Rows that this project adds: other published systems, which the paper's table does not have.</summary>
    public ImmutableArray<PaperRow> Added { get; init; } = [];

    /// <summary>Whether the table compares systems, so that what each sees and costs belongs to it.</summary>
    public bool ComparesSystems { get; init; }

    /// <summary>The data sets that the table has numbers for.</summary>
    public IEnumerable<DatasetId> Datasets => Enum.GetValues<DatasetId>().Where(id => Rows.Any(r => r.On(id) is not null));
}
