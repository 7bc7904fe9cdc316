using MerKernel.Flow;

namespace MerKernel.Models.Peers;

/// <summary>DSSN (Khor et al., ICIP 2019): two streams of AlexNet's first two layers, multiplied, as its released model has it.</summary>
public sealed record DssnOptions : PretrainableOptions
{
    /// <summary>Side of the flow images.</summary>
    public int FlowSize { get; init; } = 227;

    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowInput(FlowMethod.TvL1, FlowSize);

    /// <inheritdoc/>
    public override Dssn Create(long seed, bool actionUnits) => Dssn.Create(this, seed);
}
