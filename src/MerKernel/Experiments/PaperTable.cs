namespace MerKernel.Experiments;

/// <summary>A published table.</summary>
/// <param name="Number">Its number in the paper.</param>
/// <param name="Title">What it compares.</param>
/// <param name="Rows">Its rows in printed order.</param>
public sealed record PaperTable(int Number, string Title, ImmutableArray<PaperRow> Rows);
