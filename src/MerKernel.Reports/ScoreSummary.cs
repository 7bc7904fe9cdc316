using MerKernel.Evaluation;

namespace MerKernel.Reports;

/// <summary>What a table shows of a scored run.</summary>
/// <param name="Scores">Scores and intervals.</param>
/// <param name="Clips">Clips scored.</param>
/// <param name="Folds">Folds scored.</param>
sealed record ScoreSummary(MeasuredScores Scores, int Clips, int Folds)
{
    public static ScoreSummary Of(ProtocolOutcome outcome, int classes) => Of(outcome.Folds, outcome.F1Folds, classes);

    /// <summary>A baseline: no epoch to choose.</summary>
    public static ScoreSummary Of(ImmutableArray<FoldOutcome> folds, int classes) => Of(folds, folds, classes);

    static ScoreSummary Of(ImmutableArray<FoldOutcome> folds, ImmutableArray<FoldOutcome> f1Folds, int classes) =>
        new(MeasuredScores.Of(folds, f1Folds, classes), folds.Sum(f => f.Clips.Distinct().Count()), folds.Length);
}
