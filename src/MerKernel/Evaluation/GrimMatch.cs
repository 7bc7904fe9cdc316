namespace MerKernel.Evaluation;

/// <summary>A ratio that prints as the value in question.</summary>
/// <param name="Correct">Numerator, for example clips predicted correctly.</param>
/// <param name="Total">Denominator, for example clips scored.</param>
/// <param name="Rounding">How it prints so.</param>
public sealed record GrimMatch(int Correct, int Total, GrimRounding Rounding);
