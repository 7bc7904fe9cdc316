namespace MerKernel.Models;

/// <summary>
/// Something that a network sees of a clip beside its onset and apex. It depends on the clip alone, so it is computed once for a data set and kept; equal
/// inputs of different networks are the same input.
/// </summary>
public abstract record ClipInput
{
    /// <summary>Shape of one clip's input.</summary>
    /// <param name="frameSize">Side of the data set's frames in pixels.</param>
    public abstract long[] Shape(int frameSize);

    /// <summary>Multiply-accumulates of a network that computes one clip's input; 0 where no network does.</summary>
    /// <param name="frameSize">Side of the data set's frames in pixels.</param>
    public virtual long Macs(int frameSize) => 0;
}
