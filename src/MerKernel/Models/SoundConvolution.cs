using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// Convolutions on processors where oneDNN computes them wrong. Seen with libtorch 2.10.0 on an AMD EPYC of family 26 (Zen 5) in a virtual machine: kernels above
/// 1 x 1 whose input or output channels fill no whole vectors come out 10 to 85 % off, forward or backward, in 32 bits and bfloat16, at times NaN, because
/// memory is read that nothing wrote (brgconv). Channels are filled up with zeros there, which changes nothing else. Older versions of oneDNN, SSE4.1 and 64 bits are right.
/// </summary>
public static class SoundConvolution
{
    private static readonly Lazy<bool> Right = new(() => IsRight(ScalarType.Float32) && IsRight(ScalarType.BFloat16));

    /// <summary>Whether libtorch's convolutions are right on this processor; tried once, on two small ones.</summary>
    public static bool ByLibtorch => Right.Value;

    internal static bool FillsUp(Tensor x, Tensor weight) =>
        x.device_type == DeviceType.CPU && x.dtype != ScalarType.Float64 && weight.shape[2..].Any(side => side > 1) &&
        (Whole(weight.size(0)) != weight.size(0) || Whole(weight.size(1)) != weight.size(1)) && !ByLibtorch;

    internal static Tensor Filled(Tensor x, Tensor weight, Tensor? bias, Func<Tensor, Tensor, Tensor?, Tensor> convolve)
    {
        var (to, from) = (weight.size(0), weight.size(1));
        var (more, wider) = (Whole(to) - to, Whole(from) - from);
        long[] sides = new long[2 * (weight.shape.Length - 2)];
        var images = wider == 0 ? x : nn.functional.pad(x, [.. sides, 0, wider]);
        var kernels = nn.functional.pad(weight, [.. sides, 0, wider, 0, more]);
        var biases = bias is null || more == 0 ? bias : nn.functional.pad(bias, [0, more]);
        var filled = convolve(images, kernels, biases);
        return more == 0 ? filled : filled.narrow(1, 0, to).contiguous();
    }

    /// <summary>Channels that fill whole vectors and blocks: 16, 32, and multiples of 64.</summary>
    private static long Whole(long channels) => channels <= 16 ? 16 : channels <= 32 ? 32 : (channels + 63) / 64 * 64;

    private static bool IsRight(ScalarType type) => IsRight(type, 20, 16) && IsRight(type, 8, 8);

    private static bool IsRight(ScalarType type, long from, long to)
    {
        using var normal = inference_mode(false);
        using var enabled = enable_grad();
        using var scope = NewDisposeScope();
        Tensor Waves(params long[] shape) => tensor(Enumerable.Range(0, (int)shape.Aggregate(1L, (product, side) => product * side)).Select(i => (double)i).ToArray()).sin_().view(shape).to(type);
        Tensor[] inputs = [Waves(2, from, 12, 12), Waves(to, from, 3, 3)];
        Tensor[] exact = [.. inputs.Select(input => input.to(ScalarType.Float64))];
        var direction = Waves(2, to, 12, 12);
        return new[] { (Of(inputs), Of(exact)), (inputs[0].grad!, exact[0].grad!) }.All(pair =>
            ((pair.Item1.to(ScalarType.Float64) - pair.Item2).norm() / pair.Item2.norm()).item<double>() < 0.02);

        Tensor Of(Tensor[] tensors)
        {
            foreach (var tensor in tensors) tensor.requires_grad_();
            var output = nn.functional.conv2d(tensors[0], tensors[1], padding: [1L, 1L]);
            autograd.backward([output], [direction.to(output.dtype)]);
            return output.detach();
        }
    }
}
