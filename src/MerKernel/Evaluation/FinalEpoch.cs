namespace MerKernel.Evaluation;

/// <summary>The last epoch is scored. Nothing is chosen.</summary>
public sealed record FinalEpoch : EpochProtocol
{
    /// <inheritdoc/>
    public override string Name => "final";

    /// <inheritdoc/>
    public override string Label => "final epoch";

    /// <inheritdoc/>
    protected override (FoldOutcome ForAccuracy, FoldOutcome ForF1) Score(FoldPrediction fold)
    {
        var last = fold.At(fold.Logits.Length - 1);
        return (last, last);
    }
}
