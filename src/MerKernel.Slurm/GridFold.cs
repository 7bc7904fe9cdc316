namespace MerKernel.Slurm;

/// <summary>A fold of a row, with what it costs.</summary>
/// <param name="Row">The row.</param>
/// <param name="Subject">The subject left out.</param>
/// <param name="Flop">Floating point operations of training and of the predictions after every epoch.</param>
public sealed record GridFold(GridRow Row, string Subject, double Flop);
