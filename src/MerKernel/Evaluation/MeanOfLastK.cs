namespace MerKernel.Evaluation;

/// <summary>
/// The mean over the last epochs: every clip counts once for each of them, so accuracy is exactly the mean of those epochs' accuracies. Smooths the
/// last epoch's luck without choosing one; a fold with fewer epochs counts all it has.
/// </summary>
/// <param name="K">Number of epochs.</param>
public sealed record MeanOfLastK(int K = 10) : EpochProtocol
{
    /// <inheritdoc/>
    public override string Name => $"last-{K}";

    /// <inheritdoc/>
    public override string Label => $"mean of the last {K} epochs";

    /// <inheritdoc/>
    protected override (FoldOutcome ForAccuracy, FoldOutcome ForF1) Score(FoldPrediction fold)
    {
        var epochs = Enumerable.Range(0, fold.Logits.Length).TakeLast(K).Select(e => fold.At(e)).ToList();
        var pooled = new FoldOutcome
        {
            Subject = fold.Subject,
            Clips = [.. epochs.SelectMany(e => e.Clips)],
            Labels = [.. epochs.SelectMany(e => e.Labels)],
            Predictions = [.. epochs.SelectMany(e => e.Predictions)],
        };
        return (pooled, pooled);
    }
}
