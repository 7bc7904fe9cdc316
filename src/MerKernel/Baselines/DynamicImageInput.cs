using MerKernel.Data;
using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// A clip as one image, its dynamic image by approximate rank pooling (Bilen et al., CVPR 2016): a weighted sum of its
/// frames, later ones positive and earlier ones negative, each colour scaled to 0..1; [3, S, S]. The input of GEME and
/// SMA-STN; no system here is fed it, a network of your own can be.
/// </summary>
/// <param name="Frames">Frames at even distances from onset to offset; at least 2.</param>
public sealed record DynamicImageInput(int Frames) : ClipInput
{
    /// <inheritdoc/>
    public override long[] Shape(int frameSize) => [3, frameSize, frameSize];

    /// <summary>
    /// The weight of each of N frames. The first step of ranking the running means V_1, ..., V_N by their time has the
    /// direction of the sum of V_q - V_t over all t before q, in which V_k counts 2k - N - 1 times; V_k holds each of
    /// its frames with 1/k, so frame n has the sum over k = n..N of (2k - N - 1) / k.
    /// </summary>
    /// <param name="frames">N.</param>
    public static ImmutableArray<double> Weights(int frames) =>
        [.. Enumerable.Range(1, frames)
            .Select(n => Enumerable.Range(n, frames - n + 1).Sum(k => (2.0 * k - frames - 1) / k))];

    /// <summary>
    /// The dynamic image of frames [N, 3, S, S]: [3, S, S], each colour from 0 to 1; a colour that does not change
    /// is 0.
    /// </summary>
    public static Tensor Of(Tensor frames)
    {
        using var scope = NewDisposeScope();
        var weights = tensor(Weights((int)frames.size(0)).Select(w => (float)w).ToArray(), device: frames.device)
            .view(-1, 1, 1, 1);
        var sum = (frames.to_type(ScalarType.Float32) * weights).sum(dim: 0);
        var (low, high) = (sum.amin([1, 2], keepdim: true), sum.amax([1, 2], keepdim: true));
        return ((sum - low) / (high - low).AtLeast(1e-6)).MoveToOuterDisposeScope();
    }

    /// <summary>Made of prepared frames that are cached already.</summary>
    protected internal override float[] Compute(MerDataset dataset)
    {
        using var scope = NewDisposeScope();
        var clips = Baseline.Source(dataset).Sequence(Frames);
        return [.. Enumerable.Range(0, dataset.Clips.Length).SelectMany(i => Of(clips[i]).data<float>().ToArray())];
    }
}
