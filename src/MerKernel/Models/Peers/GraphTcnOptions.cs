namespace MerKernel.Models.Peers;

/// <summary>Graph-TCN (Lei et al., ACM MM 2020): its published network; the training is assumed.</summary>
public sealed record GraphTcnOptions : MagnifyingOptions
{
    /// <summary>Channels of the temporal blocks.</summary>
    public int Channels { get; init; } = 25;

    /// <summary>Width of the hidden linear layer.</summary>
    public int Hidden { get; init; } = 512;

    /// <summary>The two of the 20 mouth landmarks that are left out to make 18: the inner corners. Which two the authors left out is not known.</summary>
    internal static ImmutableArray<int> AssumedMissingMouthPoints { get; } = [60, 64];

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new PatchInput { Magnifier = Magnifier };

    /// <inheritdoc/>
    public override GraphTcn Create(long seed, bool actionUnits) => GraphTcn.Create(this, seed);
}
