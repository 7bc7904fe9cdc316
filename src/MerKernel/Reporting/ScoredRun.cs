using MerKernel.Evaluation;

namespace MerKernel.Reporting;

/// <summary>A scored run or baseline, shared by every table that shows it.</summary>
sealed record ScoredRun(ImmutableArray<FoldOutcome> Folds, MeasuredScores Scores, string? Experiment)
{
    public int Clips => Folds.Sum(f => f.Clips.Distinct().Count());

    /// <summary>A baseline: no epoch to choose.</summary>
    public static ScoredRun Of(ImmutableArray<FoldOutcome> folds, int classes) => new(folds, MeasuredScores.Of(folds, folds, classes), null);

    public static ScoredRun Of(ProtocolOutcome outcome, int classes, string experiment) =>
        new(outcome.Folds, MeasuredScores.Of(outcome.Folds, outcome.F1Folds, classes), experiment);
}
