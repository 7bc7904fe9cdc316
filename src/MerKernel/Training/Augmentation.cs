namespace MerKernel.Training;

/// <summary>
/// Flip, rotation and padded crop of a batch as one resampling (bilinear); pixels outside a frame are zero after
/// normalisation, as in the published code.
/// </summary>
public sealed class Augmentation(AugmentationOptions options, int size, Random random)
{
    /// <summary>Whether anything is drawn; where not, frames stay as they are.</summary>
    public bool Draws => options is not { FlipProbability: 0, MaxRotationDegrees: 0, CropPadding: 0 };

    /// <summary>
    /// Draws a 2 x 3 transform for each clip, from output to input coordinates in -1..1: rotation, the flip folded in,
    /// shift.
    /// </summary>
    public float[] Draw(int clips)
    {
        var transforms = new float[clips * 6];
        var padding = options.CropPadding * size / 224;
        for (var i = 0; i < clips; i++)
        {
            var flip = random.NextDouble() < options.FlipProbability ? -1 : 1;
            var (sin, cos) = Math.SinCos((random.NextDouble() * 2 - 1) * options.MaxRotationDegrees * Math.PI / 180);
            var row = transforms.AsSpan(i * 6, 6);
            (row[0], row[1], row[2]) = ((float)(cos * flip), (float)(-sin * flip), Shift());
            (row[3], row[4], row[5]) = ((float)sin, (float)cos, Shift());
        }
        return transforms;

        float Shift() => (float)((random.NextDouble() * 2 - 1) * padding * 2 / size);
    }
}

/// <summary>Augmentation of a training pair (paper section 4.3); one draw is shared by onset and apex.</summary>
public sealed record AugmentationOptions
{
    /// <summary>Frames as they are.</summary>
    public static AugmentationOptions None { get; } = new()
    {
        FlipProbability = 0, MaxRotationDegrees = 0, CropPadding = 0
    };

    /// <summary>Probability of a horizontal flip.</summary>
    public double FlipProbability { get; init; } = 0.5;

    /// <summary>
    /// Rotation is uniform in plus or minus this many degrees (published code; the paper says 0 to 3).
    /// </summary>
    public double MaxRotationDegrees { get; init; } = 3;

    /// <summary>
    /// Zero padding in pixels of a 224-pixel frame before the random crop back to size; scales with the frame.
    /// </summary>
    public double CropPadding { get; init; } = 15;
}
