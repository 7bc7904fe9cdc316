namespace MerKernel.Experiments;

/// <summary>One fold of one experiment: the unit of work, of storage and of recovery.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Hash">Its <see cref="ExperimentHash"/>.</param>
/// <param name="Subject">The subject left out.</param>
public sealed record FoldJob(Experiment Experiment, string Hash, string Subject);
