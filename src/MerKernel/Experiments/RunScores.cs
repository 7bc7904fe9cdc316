namespace MerKernel.Experiments;

/// <summary>Scores of the confusion matrix pooled over the stored folds, 0 to 1.</summary>
/// <param name="Accuracy">Accuracy.</param>
/// <param name="UF1">Macro F1.</param>
/// <param name="Uar">Mean recall.</param>
public sealed record RunScores(double Accuracy, double UF1, double Uar);
