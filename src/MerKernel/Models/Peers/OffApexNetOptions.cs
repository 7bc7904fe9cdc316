using MerKernel.Flow;

namespace MerKernel.Models.Peers;

/// <summary>OFF-ApexNet (Gan et al., 2019), at its published sizes.</summary>
public sealed record OffApexNetOptions : ModelOptions
{
    /// <summary>Side of the flow maps.</summary>
    public const int Side = 28;

    /// <summary>Kernel of the convolutions, which keep the size. Not stated where we looked; with it the network has the 2.66 M parameters that the code of Off-TANet counts.</summary>
    public const int AssumedKernel = 5;

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FlowInput(FlowMethod.TvL1, Side);

    /// <inheritdoc/>
    public override OffApexNet Create(long seed, bool actionUnits) => OffApexNet.Create(this, seed);
}
