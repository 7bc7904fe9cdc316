using MerKernel.Evaluation;

namespace MerKernel.Reporting;

/// <summary>A finished experiment: every fold of a variant on a data set.</summary>
/// <param name="Experiment">The experiment's hash.</param>
/// <param name="Folds">One prediction for each subject.</param>
public sealed record MeasuredRun(string Experiment, IReadOnlyList<FoldPrediction> Folds);
