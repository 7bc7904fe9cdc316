using MerKernel.Evaluation;

namespace MerKernel.Reports;

/// <summary>A scored run or baseline, shared by every table that shows it.</summary>
/// <param name="Name">Name of the score among derived values.</param>
/// <param name="State">What it was computed from.</param>
/// <param name="Summary">What is kept of it.</param>
/// <param name="Outcomes">The scored decisions, read only where a comparison needs them; null where they cannot be read any more.</param>
/// <param name="Experiment">The experiment's hash; null for a baseline.</param>
sealed record ScoredRun(string Name, string State, ScoreSummary Summary, Lazy<ImmutableArray<FoldOutcome>?> Outcomes, string? Experiment);
