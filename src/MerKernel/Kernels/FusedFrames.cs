using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Kernels;

/// <summary>The frames of a batch, chosen, resampled and normalised by <see cref="KernelLibrary"/> in one pass.</summary>
internal static class FusedFrames
{
    /// <summary>Whether a data set's frames can be.</summary>
    /// <param name="frames">[rows, 3, S, S].</param>
    public static bool Fits(Tensor frames) =>
        frames.dtype == ScalarType.Byte && frames.is_contiguous() && KernelLibrary.ComputesOn(frames) && KernelLibrary.FramesFit(frames.size(-1)) != 0;

    /// <summary>Pairs of frames.</summary>
    /// <param name="frames">Bytes, [rows, 3, S, S]; they fit.</param>
    /// <param name="scale">How they are normalised.</param>
    /// <param name="rows">Two rows for each clip.</param>
    /// <param name="maps">A 2 x 3 transform for each clip, from output to input coordinates in -1..1 (bilinear, zero outside), or null.</param>
    /// <returns>[clips, 2, 3, S, S].</returns>
    public static unsafe Tensor Of(Tensor frames, in FrameScale scale, ReadOnlySpan<long> rows, ReadOnlySpan<float> maps)
    {
        var (clips, size) = (rows.Length / 2, frames.size(-1));
        var output = empty([clips, 2, 3, size, size]);
        fixed (long* r = rows)
        fixed (float* m = maps)
            KernelLibrary.Frames(scale, KernelLibrary.Data(frames.Handle), r, m, clips, KernelLibrary.Data(output.Handle), get_num_threads());
        GC.KeepAlive(frames);
        return output;
    }
}
