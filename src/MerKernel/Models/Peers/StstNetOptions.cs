using MerKernel.Flow;

namespace MerKernel.Models.Peers;

/// <summary>STSTNet (Liong et al., FG 2019) as its code has it.</summary>
public sealed record StstNetOptions : ModelOptions
{
    /// <summary>Side of the flow maps.</summary>
    public const int Side = 28;

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowInput(FlowMethod.TvL1, Side);

    /// <inheritdoc/>
    public override StstNet Create(long seed, bool actionUnits) => StstNet.Create(this, seed);
}
