namespace MerKernel.Flow;

/// <summary>
/// Parameters of <see cref="TvL1Flow"/>; the defaults are those of the published reference implementation (IPOL 2013),
/// for frames of 0..255.
/// </summary>
public sealed record TvL1Options
{
    /// <summary>Weight of the data term against the smoothness: smaller is smoother.</summary>
    public float Lambda { get; init; } = 0.15f;

    /// <summary>How tightly the two halves of the energy are coupled.</summary>
    public float Theta { get; init; } = 0.3f;

    /// <summary>Step of the dual variable; at most 0.25.</summary>
    public float Tau { get; init; } = 0.25f;

    /// <summary>Levels of the image pyramid at most, each half the size; the smallest keeps 16 pixels.</summary>
    public int Scales { get; init; } = 5;

    /// <summary>Times the second frame is warped at each level.</summary>
    public int Warps { get; init; } = 5;

    /// <summary>Mean change of the flow in pixels below which a warp's iterations end.</summary>
    public float Epsilon { get; init; } = 0.01f;

    /// <summary>Iterations of a warp at most.</summary>
    public int Iterations { get; init; } = 300;

    /// <summary>Deviation in pixels of the Gaussian that both frames are smoothed with.</summary>
    public double Smoothing { get; init; } = 0.8;
}
