using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Reports;

/// <summary>The attention angle of one block after one epoch of one fold.</summary>
/// <param name="Row">The table's row, which says how the angle is read.</param>
/// <param name="Dataset">The data set.</param>
/// <param name="Subject">The subject left out.</param>
/// <param name="Block">Block, from 1.</param>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Degrees">The angle.</param>
public sealed record LearnedAngle(string Row, DatasetId Dataset, string Subject, int Block, int Epoch, float Degrees)
{
    /// <summary>Every angle of a fold; none for a network that learns none.</summary>
    public static IEnumerable<LearnedAngle> Of(string row, DatasetId dataset, FoldPrediction fold) =>
        from epoch in (fold.Angles ?? []).Select((angles, i) => (Angles: angles, Number: i + 1))
        from block in epoch.Angles.Select((degrees, i) => (Degrees: degrees, Number: i + 1))
        select new LearnedAngle(row, dataset, fold.Subject, block.Number, epoch.Number, block.Degrees);
}
