using TorchSharp.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// A convolution with a square kernel, [N, from, H, W] -> [N, to, H', W']; weights and start as torch's, computed by
/// <see cref="Ops.Convolution"/>.
/// </summary>
public sealed class Conv2d : Layer
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly long stride, padding, groups;

    /// <summary>Creates the layer.</summary>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">Stride.</param>
    /// <param name="padding">Rim of zeros.</param>
    /// <param name="groups">Groups of channels that see each other.</param>
    /// <param name="bias">Whether a bias is added.</param>
    public Conv2d(long from, long to, long kernel, long stride = 1, long padding = 0, long groups = 1, bool bias = true)
    {
        var start = nn.Conv2d(from, to, kernel, stride, padding, groups: groups, bias: bias);
        (weight, this.bias) = (start.weight!, start.bias);
        (this.stride, this.padding, this.groups) = (stride, padding, groups);
        RegisterComponents();
    }

    /// <summary>Weights, [to, from / groups, k, k].</summary>
    public Parameter Weight => weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Ops.Convolution(x, weight, bias, stride, padding, groups);
}

/// <summary>
/// A 3 x 3 x 3 convolution over time and place without bias, which keeps both sizes: [N, from, T, H, W]
/// -> [N, to, T, H, W]. Starts Kaiming-normal (fan out, ReLU).
/// </summary>
public sealed class Conv3d : Layer
{
    private const int Kernel = 3;

    private readonly Parameter weight;

    /// <summary>Creates the layer.</summary>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    public Conv3d(long from, long to)
    {
        weight = nn.Parameter(nn.init.kaiming_normal_(empty([to, from, Kernel, Kernel, Kernel]),
            mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU));
        RegisterComponents();
    }

    /// <summary>Weights, [to, from, 3, 3, 3].</summary>
    public Parameter Weight => weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Ops.Convolution3d(x, weight, Kernel / 2);
}

/// <summary>
/// Convolutions on processors where oneDNN computes them wrong. Seen with libtorch 2.10.0 on an AMD EPYC of family 26
/// (Zen 5) in a virtual machine: kernels above 1 x 1 whose input or output channels fill no whole vectors come out 10
/// to 85 % off, forward or backward, in 32 bits and bfloat16, at times NaN, because memory is read that nothing wrote
/// (brgconv). Channels are filled up with zeros there, which changes nothing else. Older versions of oneDNN, SSE4.1 and
/// 64 bits are right.
/// </summary>
public static class SoundConvolution
{
    private static readonly Lazy<bool> Right = new(() => IsRight(ScalarType.Float32) && IsRight(ScalarType.BFloat16));

    /// <summary>Whether libtorch's convolutions are right on this processor; tried once, on two small ones.</summary>
    public static bool ByLibtorch => Right.Value;

    internal static bool FillsUp(Tensor x, Tensor weight) =>
        x.device_type == DeviceType.CPU && x.dtype != ScalarType.Float64 && weight.shape[2..].Any(side => side > 1) &&
        (Whole(weight.size(0)) != weight.size(0) || Whole(weight.size(1)) != weight.size(1)) && !ByLibtorch;

    /// <summary>The same kernels over all channels, zero for those of other groups.</summary>
    internal static Tensor Ungrouped(Tensor weight, long groups)
    {
        var (to, from) = (weight.size(0) / groups, weight.size(1));
        long[] sides = new long[2 * (weight.shape.Length - 2)];
        return cat([.. Enumerable.Range(0, (int)groups).Select(g =>
            nn.functional.pad(weight.narrow(0, g * to, to), [.. sides, g * from, (groups - 1 - g) * from]))]);
    }

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
        Tensor Waves(params long[] shape) =>
            tensor(Enumerable.Range(0, (int)shape.Aggregate(1L, (product, side) => product * side))
                .Select(i => (double)i).ToArray())
                .sin_().view(shape).to(type);
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

/// <summary>
/// libtorch asks NNPACK before every 1 x 1 convolution of a small batch on one thread, and where NNPACK does not know
/// the processor, as on many virtual machines, writes a warning each time: a hundred thousand lines in the small
/// profile. It would not be used there in any case, so it is turned off; results stay the same.
/// </summary>
internal static unsafe class Nnpack
{
    private static readonly Lazy<bool> Off = new(() =>
    {
        // It is found by its name only when it is loaded, and a program's first call of libtorch may be this one.
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(torch).TypeHandle);
        if (!NativeLibrary.TryLoad("libtorch_cpu.so", out var library)
            || !NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out var context)
            || !NativeLibrary.TryGetExport(library, "_ZN2at7Context20setUserEnabledNNPACKEb", out var enable))
            return false;
        // at::globalContext().setUserEnabledNNPACK(false); neither throws.
        ((delegate* unmanaged<nint, byte, void>)enable)(((delegate* unmanaged<nint>)context)(), 0);
        return true;
    });

    /// <summary>
    /// Turns it off, once; another libtorch than the usual one may lack the functions and continues as it is.
    /// </summary>
    public static bool TurnOff() => Off.Value;
}
