namespace MerKernel.Evaluation;

/// <summary>What a protocol scores in each fold.</summary>
/// <param name="Protocol">The protocol.</param>
/// <param name="Folds">Decisions that accuracy and UAR are computed from.</param>
/// <param name="F1Folds">Decisions that the F1 scores are computed from; other epochs than <paramref name="Folds"/> only under <see cref="BestTestEpoch"/>.</param>
public sealed record ProtocolOutcome(EpochProtocol Protocol, ImmutableArray<FoldOutcome> Folds, ImmutableArray<FoldOutcome> F1Folds)
{
    /// <summary>The pooled confusion matrix behind accuracy and UAR.</summary>
    public ConfusionMatrix Pooled(int classes) => ConfusionMatrix.Sum(Folds.Select(f => f.Matrix(classes)));

    /// <summary>The pooled confusion matrix behind the F1 scores.</summary>
    public ConfusionMatrix PooledForF1(int classes) => ConfusionMatrix.Sum(F1Folds.Select(f => f.Matrix(classes)));
}
