namespace MerKernel.Models;

/// <summary>
/// What graph networks see of a face: 7 x 7 patches around 30 landmarks (10 of the brows, 20 of the mouth) of the apex, magnified by ten factors; [10, 30, 7, 7], in 0..1.
/// Published on the shape features of a learned magnifier, whose weights are not ours to have; without them on the grey image itself, magnified linearly.
/// </summary>
public sealed record PatchInput : ClipInput
{
    /// <summary>Weights of the learned magnifier, whose shape features then take the grey image's place; null magnifies the grey image linearly.</summary>
    public PretrainedWeights? Magnifier { get; init; }

    /// <summary>Factors of the magnification: 1.2 to 3.0.</summary>
    public const int Factors = 10;

    /// <summary>Landmarks 17 to 26 (brows), then 48 to 67 (mouth).</summary>
    public const int Points = 30;

    /// <summary>How many of them belong to the brows.</summary>
    public const int BrowPoints = 10;

    /// <summary>Side of a patch.</summary>
    public const int Side = 7;

    /// <summary>Side of the image that patches are cut from.</summary>
    public const int ImageSide = 128;

    /// <summary>Stands in for the learned magnifier: onset + factor * (apex - onset).</summary>
    public const string AssumedLinearMagnification = "linear magnification of the grey apex, onset + factor * (apex - onset), in place of the learned magnifier's shape features";

    /// <summary>A magnification factor.</summary>
    /// <param name="index">From 0.</param>
    public static float Factor(int index) => 1.2f + 0.2f * index;

    /// <inheritdoc/>
    public override long[] Shape(int frameSize) => [Factors, Points, Side, Side];
}
