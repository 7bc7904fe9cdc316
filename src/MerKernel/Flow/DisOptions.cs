namespace MerKernel.Flow;

/// <summary>Parameters of <see cref="DisFlow"/>; patch, stride and iterations lie in the published range, and the finest level is the frame itself, because the motion looked for is small.</summary>
public sealed record DisOptions
{
    /// <summary>Side of a patch in pixels.</summary>
    public int Patch { get; init; } = 8;

    /// <summary>Distance of neighbouring patches in pixels.</summary>
    public int Stride { get; init; } = 3;

    /// <summary>Search steps of a patch at each level, at most.</summary>
    public int Iterations { get; init; } = 16;
}
