using MerKernel.Data;

namespace MerKernel.Synthetic;

/// <summary>How far <see cref="LookAlike.Write"/> has come.</summary>
/// <param name="Dataset">The imitated data set.</param>
/// <param name="Done">Clips on the disk.</param>
/// <param name="Total">Clips in all.</param>
/// <param name="Clip">The clip that was finished last.</param>
public sealed record LookAlikeProgress(DatasetId Dataset, int Done, int Total, string Clip);
