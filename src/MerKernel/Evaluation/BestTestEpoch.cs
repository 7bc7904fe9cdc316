namespace MerKernel.Evaluation;

/// <summary>
/// The rule of the published code: each subject is scored at the epoch that is best on that very subject, accuracy and F1 each at its own
/// best epoch (the first of equal ones), and epochs after the first that gets every clip right are not looked at. An upper bound, not an estimate.
/// </summary>
public sealed record BestTestEpoch : EpochProtocol
{
    /// <inheritdoc/>
    public override string Name => "best-test";

    /// <inheritdoc/>
    public override string Label => "epoch chosen on the test subject";

    /// <inheritdoc/>
    public override bool LooksAtTestSubject => true;

    /// <summary>The epochs, from 0, at which accuracy and F1 are each first best, up to and including the first epoch of accuracy 1.</summary>
    public static (int Accuracy, int F1) BestEpochs(IEnumerable<(double Accuracy, double F1)> epochs)
    {
        var (accuracy, f1, epoch) = (0, 0, 0);
        var (bestAccuracy, bestF1) = (double.NegativeInfinity, double.NegativeInfinity);
        foreach (var scores in epochs)
        {
            if (scores.Accuracy > bestAccuracy) (bestAccuracy, accuracy) = (scores.Accuracy, epoch);
            if (scores.F1 > bestF1) (bestF1, f1) = (scores.F1, epoch);
            if (scores.Accuracy == 1) break;
            epoch++;
        }
        return (accuracy, f1);
    }

    /// <inheritdoc/>
    protected override (FoldOutcome ForAccuracy, FoldOutcome ForF1) Score(FoldPrediction fold)
    {
        var outcomes = Enumerable.Range(0, fold.Logits.Length).Select(e => fold.At(e)).ToList();
        var best = BestEpochs(outcomes.Select(o => o.Matrix(fold.Logits[0][0].Length)).Select(m => (Metrics.Accuracy(m), Metrics.UF1(m))));
        return (outcomes[best.Accuracy], outcomes[best.F1]);
    }
}
