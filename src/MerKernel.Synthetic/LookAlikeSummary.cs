using MerKernel.Data;

namespace MerKernel.Synthetic;

/// <summary>What stands on the disk after <see cref="LookAlike.Write"/>.</summary>
/// <param name="Dataset">The imitated data set.</param>
/// <param name="Folder">The data set's own folder (ROOT/CASME2 or ROOT/SAMM).</param>
/// <param name="Subjects">Subjects in the sheet.</param>
/// <param name="Clips">Rows in the sheet.</param>
/// <param name="Frames">Frames of all clips, each counted once.</param>
/// <param name="Rendered">Clips rendered by this call; 0 where everything was there already.</param>
public sealed record LookAlikeSummary(DatasetId Dataset, string Folder, int Subjects, int Clips, int Frames, int Rendered);
