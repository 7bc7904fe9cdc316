namespace MerKernel.Training;

/// <summary>Augmentation of a training pair (paper section 4.3); one draw is shared by onset and apex.</summary>
public sealed record AugmentationOptions
{
    /// <summary>Frames as they are.</summary>
    public static AugmentationOptions None { get; } = new() { FlipProbability = 0, MaxRotationDegrees = 0, CropPadding = 0 };

    /// <summary>Probability of a horizontal flip.</summary>
    public double FlipProbability { get; init; } = 0.5;

    /// <summary>Rotation is uniform in plus or minus this many degrees (published code; the paper says 0 to 3).</summary>
    public double MaxRotationDegrees { get; init; } = 3;

    /// <summary>Zero padding in pixels of a 224-pixel frame before the random crop back to size; scales with the frame.</summary>
    public double CropPadding { get; init; } = 15;
}
