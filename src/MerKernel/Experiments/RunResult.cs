using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>A finished experiment: every fold of a method on a data set, read when they are asked for.</summary>
/// <param name="Hash">The experiment's <see cref="ExperimentHash"/>.</param>
/// <param name="State">What its scores depend on besides the experiment; another text where a fold has changed.</param>
/// <param name="Read">Reads one fold for each subject; null where one turns out damaged.</param>
public sealed record RunResult(string Hash, string State, Func<IReadOnlyList<FoldPrediction>?> Read)
{
    /// <summary>A run whose folds are at hand.</summary>
    public RunResult(string hash, IReadOnlyList<FoldPrediction> folds) : this(hash, "", () => folds) { }
}
