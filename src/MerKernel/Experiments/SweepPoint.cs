namespace MerKernel.Experiments;

/// <summary>One experiment of a sweep.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Settings">Name of each thing that is varied, and the position of its value among the values tried.</param>
public sealed record SweepPoint(Experiment Experiment, ImmutableArray<(string Name, int Position)> Settings);
