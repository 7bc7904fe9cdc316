namespace MerKernel.Evaluation;

/// <summary>
/// Training clips that a trained network gets right with BatchNorm's running statistics and with those of the batch. Running statistics start at mean 0 and
/// variance 1, and every batch keeps 9/10 of them: after too few batches a network predicts with statistics that it was never trained with.
/// </summary>
/// <param name="Clips">Training clips asked, at most <see cref="MostClips"/> of a fold.</param>
/// <param name="Running">Right with the running statistics, as in every prediction.</param>
/// <param name="Batch">Right with the batch's statistics, as in training.</param>
public sealed record StatisticsCheck(int Clips, int Running, int Batch)
{
    /// <summary>Clips of a fold that are asked; one batch.</summary>
    public const int MostClips = 64;

    /// <summary>Batches after which the start's share in the running statistics is below 1/10,000: 0.9^88.</summary>
    public const int SettledBatches = 88;

    /// <summary>Points of accuracy between the two from which a table names it.</summary>
    public const double NamedFrom = 5;

    /// <summary>How much more the batch's statistics get right, in points of accuracy.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Gap => Clips == 0 ? 0 : 100.0 * (Batch - Running) / Clips;

    /// <summary>The check over several folds; null where none has one.</summary>
    public static StatisticsCheck? Over(IEnumerable<StatisticsCheck?> folds) => folds.OfType<StatisticsCheck>().ToList() is { Count: > 0 } all
        ? new(all.Sum(f => f.Clips), all.Sum(f => f.Running), all.Sum(f => f.Batch)) : null;
}
