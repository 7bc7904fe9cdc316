namespace MerKernel.Evaluation;

/// <summary>How one class fared. A ratio without cases (no clip of the class, or none predicted as it) is 0.</summary>
/// <param name="Support">Clips of the class.</param>
/// <param name="Precision">Share of the clips predicted as the class that are of it.</param>
/// <param name="Recall">Share of the class's clips that were found.</param>
/// <param name="F1">2 TP / (2 TP + FP + FN), equation 5 of the paper.</param>
public sealed record ClassScore(int Support, double Precision, double Recall, double F1);
