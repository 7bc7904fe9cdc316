using MerKernel.Flow;

namespace MerKernel.Models.Peers;

/// <summary>What is assumed of TSCNN (Song et al. 2019): its successor's streams (SKD-TSTSAN) without what only the successor has.</summary>
public sealed record TscnnOptions : ModelOptions
{
    /// <summary>Side of the images.</summary>
    public const int Side = 48;

    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <summary>Focusing exponent of the class-weighted focal loss (the successor's).</summary>
    public double AssumedFocalGamma { get; init; } = 2;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowInput(FlowMethod.TvL1, Side, ToOffset: true);

    /// <inheritdoc/>
    public override TscnnAssumed Create(long seed, bool actionUnits) => TscnnAssumed.Create(this, seed);
}
