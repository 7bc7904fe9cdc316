using static TorchSharp.torch;

namespace MerKernel.Data;

/// <summary>Data of a data set's clips besides their onset and apex frames, prepared in the same way.</summary>
public interface IClipSource
{
    /// <summary>Frames at even distances from onset to offset, both included; where a clip lacks one, its nearest neighbour is used.</summary>
    /// <param name="count">Frames a clip; at least 2.</param>
    /// <returns>uint8 [clips, count, 3, S, S], RGB, not normalised; it belongs to the caller.</returns>
    Tensor Sequence(int count);

    /// <summary>Onset, apex, offset and frames between, as <see cref="ClipFrames.Key"/> shares them; where a clip lacks one, its nearest neighbour is used.</summary>
    /// <param name="between">Frames besides onset, apex and offset.</param>
    /// <returns>uint8 [clips, between + 3, 3, S, S], RGB, not normalised; it belongs to the caller.</returns>
    Tensor KeyFrames(int between);

    /// <summary>The 68 landmarks of each clip's onset, in pixels of the prepared frame.</summary>
    /// <returns>float32 [clips, 68, 2]; it belongs to the caller.</returns>
    Tensor Landmarks();
}
