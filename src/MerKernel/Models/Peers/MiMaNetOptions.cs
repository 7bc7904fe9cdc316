namespace MerKernel.Models.Peers;

/// <summary>What is assumed of MiMaNet (Xia and Wang, IJCAI 2021): its micro net alone, in the terms of its authors' ACM MM 2020 code.</summary>
public sealed record MiMaNetOptions : PretrainableOptions
{
    /// <summary>Frames of the time-normalised sequence; published is that there is one, not its length.</summary>
    public int AssumedFrames { get; init; } = 8;

    /// <summary>Frames that the temporal head's convolution spans.</summary>
    public const int AssumedTemporalKernel = 3;

    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <inheritdoc/>
    public override ClipInput Input => new SequenceInput(AssumedFrames);

    /// <inheritdoc/>
    public override MiMaNetAssumed Create(long seed, bool actionUnits) => MiMaNetAssumed.Create(this, seed);
}
