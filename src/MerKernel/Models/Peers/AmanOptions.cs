namespace MerKernel.Models.Peers;

/// <summary>AMAN (Wei et al., ICASSP 2022) as its code has it, but for what is called assumed.</summary>
public sealed record AmanOptions : MagnifyingOptions
{
    /// <summary>Stands in for the learned magnifier (Oh et al. 2018), whose weights are not ours to have.</summary>
    public const string AssumedLinearMagnification = "linear magnification, onset + factor * (frame - onset), in place of the learned magnifier";

    /// <summary>Frames of a clip.</summary>
    public int Frames { get; init; } = 11;

    /// <summary>Magnified versions of each frame.</summary>
    public int Versions { get; init; } = 9;

    /// <summary>Every channel count is divided by this.</summary>
    public int WidthDivisor { get; init; } = 1;

    /// <inheritdoc/>
    public override bool SeesFrames => false;

    /// <inheritdoc/>
    public override ClipInput Input => new FrozenFeatureInput(Frames, Versions, WidthDivisor, Pretrained, Magnifier);

    /// <inheritdoc/>
    public override Aman Create(long seed, bool actionUnits) => Aman.Create(this, seed);
}
