using MerKernel.Evaluation;

namespace MerKernel.Reports;

/// <summary>A finished experiment: every fold of a variant on a data set, read when they are asked for.</summary>
/// <param name="Experiment">The experiment's hash.</param>
/// <param name="State">What its scores depend on besides the experiment; another text where a fold has changed.</param>
/// <param name="Read">Reads one prediction for each subject; null where one turns out damaged.</param>
public sealed record MeasuredRun(string Experiment, string State, Func<IReadOnlyList<FoldPrediction>?> Read)
{
    /// <summary>A run whose folds are at hand.</summary>
    public MeasuredRun(string experiment, IReadOnlyList<FoldPrediction> folds) : this(experiment, "", () => folds) { }
}
