namespace MerKernel.Models.Peers;

/// <summary>AU-GCN (Lei et al., CVPR workshops 2021) as a published reproduction of it has it.</summary>
public sealed record AuGcnOptions : MagnifyingOptions
{
    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new PatchInput { Magnifier = Magnifier };

    /// <inheritdoc/>
    public override AuGcn Create(long seed, bool actionUnits) => AuGcn.Create(this, seed);
}
