namespace MerKernel.Models;

/// <summary>A time-normalised clip: frames at even distances from onset to offset, normalised with ImageNet's constants; [frames, 3, S, S].</summary>
/// <param name="Frames">How many; at least 2.</param>
public sealed record SequenceInput(int Frames) : ClipInput
{
    /// <inheritdoc/>
    public override long[] Shape(int frameSize) => [Frames, 3, frameSize, frameSize];
}
