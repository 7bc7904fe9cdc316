namespace MerKernel.Data;

/// <summary>How far a preparation is.</summary>
/// <param name="Done">Clips that are finished, cached ones included.</param>
/// <param name="Total">All clips.</param>
/// <param name="Clip">The clip finished last.</param>
public readonly record struct PreparationProgress(int Done, int Total, string Clip);
