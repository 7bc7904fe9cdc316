namespace MerKernel.Evaluation;

/// <summary>
/// The rule that says which epoch of each fold is scored. Applied to stored logits, so one run serves every protocol.
/// </summary>
/// <param name="Name">Name, as the command line and the JSON rows give it.</param>
/// <param name="Label">The heading of a column of its figures.</param>
/// <param name="LooksAtTestSubject">
/// Whether the test subject's own labels choose the epoch; such figures bound what is possible and support no
/// comparison.
/// </param>
public abstract record EpochProtocol(string Name, string Label, bool LooksAtTestSubject = false)
{
    /// <summary>The default: the last epoch.</summary>
    public static EpochProtocol Default { get; } = new FinalEpoch();

    /// <summary>The default of tables: the honest figure and the published rule's, side by side.</summary>
    public static ImmutableArray<EpochProtocol> SideBySide { get; } = [new FinalEpoch(), new BestTestEpoch()];

    /// <summary>Chooses the decisions that each fold is scored on.</summary>
    public ProtocolOutcome Apply(IEnumerable<FoldPrediction> folds)
    {
        var chosen = folds.Select(fold => fold.Logits.Length > fold.EpochsBeforeClasses ? Score(fold)
            : throw new ArgumentException($"Fold {fold.Subject} has no epoch to score; Logits holds, for each epoch, " +
                "a row of logits for each clip.", nameof(folds))).ToList();
        return new ProtocolOutcome(this, [.. chosen.Select(c => c.ForAccuracy)], [.. chosen.Select(c => c.ForF1)]);
    }

    /// <summary>The decisions that one fold is scored on, for accuracy and for F1.</summary>
    protected abstract (FoldOutcome ForAccuracy, FoldOutcome ForF1) Score(FoldPrediction fold);

    /// <summary>The protocol of a name: final, best-test, held-out, or last-K for a number K.</summary>
    /// <exception cref="UserErrorException">There is no such protocol.</exception>
    public static EpochProtocol Named(string name) => name switch
    {
        null => throw new ArgumentNullException(nameof(name)),
        "final" => new FinalEpoch(),
        "best-test" => new BestTestEpoch(),
        "held-out" => new HeldOutSubjects(),
        _ when name.StartsWith("last-", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out var k) && k > 0 =>
            new MeanOfLastK(k),
        _ => throw new UserErrorException($"There is no epoch protocol '{name}'; use final, best-test, held-out, or " +
            "last-10 for the mean of the last ten epochs."),
    };
}

/// <summary>The last epoch is scored. Nothing is chosen.</summary>
public sealed record FinalEpoch() : EpochProtocol("final", "final epoch")
{
    /// <inheritdoc/>
    protected override (FoldOutcome ForAccuracy, FoldOutcome ForF1) Score(FoldPrediction fold)
    {
        var last = fold.At(fold.Logits.Length - 1);
        return (last, last);
    }
}

/// <summary>
/// The rule of the successor's published code: each subject is scored at the epoch that is best on that very subject,
/// accuracy and F1 each at its own best epoch (the first of equal ones), and epochs after the first that gets every
/// clip right are not looked at. An upper bound, not an estimate.
/// </summary>
public sealed record BestTestEpoch()
    : EpochProtocol("best-test", "epoch chosen on the test subject", LooksAtTestSubject: true)
{
    /// <summary>
    /// The epochs, from 0, at which accuracy and F1 are each first best, up to and including the first epoch of
    /// accuracy 1.
    /// </summary>
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
        var outcomes = Enumerable.Range(0, fold.Logits.Length).Skip(fold.EpochsBeforeClasses).Select(e => fold.At(e))
            .ToList();
        var best = BestEpochs(outcomes.Select(o => o.Matrix(fold.Logits[0][0].Length))
            .Select(m => (Metrics.Accuracy(m), Metrics.UF1(m))));
        return (outcomes[best.Accuracy], outcomes[best.F1]);
    }
}

/// <summary>
/// The mean over the last epochs: every clip counts once for each of them, so accuracy is exactly the mean of those
/// epochs' accuracies. Smooths the last epoch's luck without choosing one.
/// </summary>
/// <param name="K">Number of epochs.</param>
public sealed record MeanOfLastK(int K = 10) : EpochProtocol($"last-{K}", $"mean of the last {K} epochs")
{
    /// <inheritdoc/>
    protected override (FoldOutcome ForAccuracy, FoldOutcome ForF1) Score(FoldPrediction fold)
    {
        if (K < 1)
            throw new UserErrorException($"The mean of {K} epochs is none; use {nameof(MeanOfLastK)}(1) or more.");
        if (fold.Logits.Length - fold.EpochsBeforeClasses is var there && there < K)
            throw new UserErrorException($"{Name} averages over more epochs than the {there} of a run in the table; " +
                $"use last-{there} or fewer.");
        var pooled = FoldOutcome.Joined(fold.Subject,
            [.. Enumerable.Range(0, fold.Logits.Length).TakeLast(K).Select(e => fold.At(e))]);
        return (pooled, pooled);
    }
}

/// <summary>
/// The epoch is chosen on the validation subjects: highest accuracy on their clips, of equal ones the lowest
/// cross entropy. The test subject has no say.
/// </summary>
public sealed record HeldOutSubjects()
    : EpochProtocol("held-out", "epoch chosen on held-out training subjects")
{
    /// <inheritdoc/>
    protected override (FoldOutcome ForAccuracy, FoldOutcome ForF1) Score(FoldPrediction fold)
    {
        if (fold.HeldOutLabels.IsEmpty)
            throw new UserErrorException($"Fold {fold.Subject} was trained without held-out subjects, so no epoch " +
                "can be chosen on them; train it with --held-out 2, or use another protocol.");
        var chosen = Enumerable.Range(0, fold.HeldOutLogits.Length).Skip(fold.EpochsBeforeClasses)
            .MinBy(e => Loss(fold.HeldOutLogits[e], fold.HeldOutLabels));
        var outcome = fold.At(chosen);
        return (outcome, outcome);
    }

    /// <summary>Errors first, then cross entropy: pairs compare in that order.</summary>
    static (int Errors, double CrossEntropy) Loss(ImmutableArray<ImmutableArray<float>> logits,
        ImmutableArray<int> labels)
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

/// <summary>The decisions that a protocol scores in each fold.</summary>
/// <param name="Protocol">The protocol.</param>
/// <param name="Folds">Decisions that accuracy and UAR are computed from.</param>
/// <param name="F1Folds">
/// Decisions that the F1 scores are computed from; other epochs than <paramref name="Folds"/> only under
/// <see cref="BestTestEpoch"/>.
/// </param>
public sealed record ProtocolOutcome(EpochProtocol Protocol, ImmutableArray<FoldOutcome> Folds,
    ImmutableArray<FoldOutcome> F1Folds)
{
    /// <summary>The pooled confusion matrix behind accuracy and UAR.</summary>
    public ConfusionMatrix Pooled(int classes) => ConfusionMatrix.Sum(Folds.Select(f => f.Matrix(classes)));

    /// <summary>The pooled confusion matrix behind the F1 scores.</summary>
    public ConfusionMatrix PooledForF1(int classes) => ConfusionMatrix.Sum(F1Folds.Select(f => f.Matrix(classes)));
}
