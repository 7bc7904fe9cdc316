namespace MerKernel.Models.Peers;

/// <summary>MMNet (Li et al., IJCAI 2022) as its code has it; the defaults are the published sizes.</summary>
public sealed record MmNetOptions : ModelOptions
{
    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <inheritdoc/>
    public override MmNet Create(long seed, bool actionUnits) => MmNet.Create(this, seed);
}
