namespace MerKernel.Evaluation;

/// <summary>
/// The epoch is chosen on training subjects that were held out of training: highest accuracy on their clips, of equal ones the lowest
/// cross entropy. The test subject has no say.
/// </summary>
public sealed record HeldOutSubjects : EpochProtocol
{
    /// <inheritdoc/>
    public override string Name => "held-out";

    /// <inheritdoc/>
    public override string Label => "epoch chosen on held-out training subjects";

    /// <inheritdoc/>
    protected override (FoldOutcome ForAccuracy, FoldOutcome ForF1) Score(FoldPrediction fold)
    {
        if (fold.HeldOutLabels.IsEmpty)
            throw new UserErrorException($"Fold {fold.Subject} was trained without held-out subjects, so no epoch can be chosen on them; train it with --held-out 2, or use another protocol.");
        var chosen = Enumerable.Range(0, fold.HeldOutLogits.Length).MinBy(e => Loss(fold.HeldOutLogits[e], fold.HeldOutLabels));
        var outcome = fold.At(chosen);
        return (outcome, outcome);
    }

    /// <summary>Errors first, then cross entropy: pairs compare in that order.</summary>
    static (int Errors, double CrossEntropy) Loss(ImmutableArray<ImmutableArray<float>> logits, ImmutableArray<int> labels)
    {
        var (errors, entropy) = (0, 0.0);
        for (var i = 0; i < labels.Length; i++)
        {
            if (FoldPrediction.Largest(logits[i]) != labels[i]) errors++;
            double max = logits[i].Max();
            entropy += max + Math.Log(logits[i].Sum(x => Math.Exp(x - max))) - logits[i][labels[i]];
        }
        return (errors, entropy);
    }
}
