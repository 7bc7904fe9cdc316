using MerKernel.Models.Peers;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// What AMAN's trained part sees of a clip: frames from onset to offset, each in several magnified versions, through a frozen ResNet-18 up to its third stage;
/// [frames, versions, 256, S / 16, S / 16] at full width.
/// </summary>
/// <param name="Frames">Frames at even distances; which ones the authors took is not known.</param>
/// <param name="Versions">Magnified versions of each frame.</param>
/// <param name="WidthDivisor">The ResNet's channel counts are divided by this.</param>
/// <param name="Weights">Its weights (published: trained on FER+); null draws them at random, from the same seed always.</param>
/// <param name="Magnifier">Weights of the learned magnifier; null magnifies linearly.</param>
public sealed record FrozenFeatureInput(int Frames, int Versions, int WidthDivisor, PretrainedWeights? Weights, PretrainedWeights? Magnifier = null) : ClipInput
{
    /// <summary>Smallest and largest magnification factor, with the others evenly between. Published are nine versions, not their factors; a demo of the authors' goes from 2 to 12.</summary>
    public const float AssumedSmallestFactor = 2, AssumedLargestFactor = 10;

    /// <summary>A version's magnification factor.</summary>
    /// <param name="version">From 0.</param>
    public float Factor(int version) => Versions == 1 ? AssumedSmallestFactor : AssumedSmallestFactor + version * (AssumedLargestFactor - AssumedSmallestFactor) / (Versions - 1);

    /// <inheritdoc/>
    public override long[] Shape(int frameSize) => [Frames, Versions, 256 / WidthDivisor, (frameSize + 15) / 16, (frameSize + 15) / 16];

    /// <inheritdoc/>
    public override long Macs(int frameSize) => Frames * Versions * FrozenResNet.Macs(WidthDivisor, frameSize);
}
