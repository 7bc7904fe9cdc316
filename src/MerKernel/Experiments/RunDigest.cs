namespace MerKernel.Experiments;

/// <summary>What the stored folds of an experiment say, kept beside them so that a long list is quick to read.</summary>
/// <param name="Folds">Stored folds.</param>
/// <param name="AllFolds">Subjects of its data; null where the data's manifest is missing.</param>
/// <param name="Clips">Clips of the stored folds.</param>
/// <param name="Final">Scores at the final epoch; null without folds.</param>
/// <param name="BestTest">Scores under the published rule; null without folds.</param>
/// <param name="Seconds">Computing time of the stored folds, added up.</param>
/// <param name="Finished">When the last of them was finished (UTC).</param>
public sealed record RunDigest(int Folds, int? AllFolds, int Clips, RunScores? Final, RunScores? BestTest, double Seconds, DateTime? Finished);
