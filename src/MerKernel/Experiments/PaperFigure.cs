namespace MerKernel.Experiments;

/// <summary>A published pair of numbers, digits as printed (0.921 and 0.9210 are different claims of precision).</summary>
/// <param name="Accuracy">Accuracy in percent.</param>
/// <param name="F1">F1 score, 0 to 1.</param>
public sealed record PaperFigure(decimal Accuracy, decimal F1);
