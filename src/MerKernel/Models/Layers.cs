using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// The base of every layer of this library. A layer states its computation in <see cref="Forward"/>; the tensors that
/// it makes on the way are freed when it returns, and only its result goes to the caller's DisposeScope.
/// </summary>
/// <typeparam name="TInput">A tensor, or a tuple with tensors.</typeparam>
/// <typeparam name="TOutput">A tensor, a tuple of tensors, or an <see cref="ITensors"/>.</typeparam>
public abstract class Layer<TInput, TOutput>() : nn.Module<TInput, TOutput>("")
{
    private bool disposed;

    /// <summary>Runs the layer; its result belongs to the caller's DisposeScope.</summary>
    /// <param name="input">The input of <see cref="Forward"/>.</param>
    /// <exception cref="ObjectDisposedException">The layer was disposed of.</exception>
    public sealed override TOutput forward(TInput input)
    {
        if (disposed)
            throw new ObjectDisposedException(GetType().Name, $"This {GetType().Name} was disposed of, and its " +
                "weights with it; run it before, or build another one.");
        Demand(input);
        using var scope = NewDisposeScope();
        var output = Forward(input);
        Hoist(output);
        return output;
    }

    /// <summary>The layer's computation.</summary>
    protected abstract TOutput Forward(TInput input);

    /// <summary>Refuses an input that no layer of this kind can compute with.</summary>
    private protected virtual void Demand(TInput input)
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        disposed = true;
        base.Dispose(disposing);
    }

    /// <summary>
    /// Computes something next to <see cref="Forward"/> in the same way: its other tensors are freed.
    /// </summary>
    protected static T Scoped<T>(Func<T> compute)
    {
        using var scope = NewDisposeScope();
        var result = compute();
        Hoist(result);
        return result;
    }

    private static void Hoist(object? output)
    {
        switch (output)
        {
            case Tensor tensor:
                tensor.MoveToOuterDisposeScope();
                break;
            case ITensors some:
                foreach (var tensor in some.Tensors) Hoist(tensor);
                break;
            case ITuple tuple:
                for (var i = 0; i < tuple.Length; i++) Hoist(tuple[i]);
                break;
        }
    }
}

/// <summary>A layer from a tensor to a tensor.</summary>
public abstract class Layer : Layer<Tensor, Tensor>;

/// <summary>Something made of tensors, for example a layer's result.</summary>
public interface ITensors
{
    /// <summary>The tensors.</summary>
    IEnumerable<Tensor?> Tensors { get; }
}

/// <summary>
/// A layer that draws in training: from a given generator, so that a fold does not depend on the folds next to it.
/// </summary>
public interface IDraws
{
    /// <summary>Where the draws come from; null is the process's default generator. It stays the caller's.</summary>
    Generator? Generator { get; set; }
}

/// <summary>A layer in which positions attend to each other.</summary>
public interface IAttends
{
    /// <summary>
    /// Who attends to whom, averaged over the heads: [N, L, L], a row for each query; a row sums to at most 1.
    /// </summary>
    /// <param name="input">The layer's input.</param>
    Tensor Attend(Tensor input);
}

/// <summary>A layer with multiply-accumulates that belong to none of the layers inside it.</summary>
internal interface IOwnMacs
{
    /// <summary>Their number for an input.</summary>
    long OwnMacs(Tensor input);
}

/// <summary>Layers and initial weights as the networks here have them.</summary>
internal static class Layers
{
    // Swin cuts its normals at -2 and 2, which at this deviation never happens; TorchSharp 0.107's trunc_normal_
    // returns values near 0.
    private const double TransformerDeviation = 0.02;

    /// <summary>
    /// A convolution that keeps the size at stride 1. Weights are Kaiming-normal (fan out, ReLU; published code);
    /// a bias keeps PyTorch's default.
    /// </summary>
    /// <param name="from">Input channels.</param>
    /// <param name="to">Output channels.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">Stride.</param>
    /// <param name="padding">Rim of zeros; half the kernel where null.</param>
    /// <param name="bias">Whether it has a bias.</param>
    public static Conv2d Conv(long from, long to, long kernel, long stride = 1, long? padding = null, bool bias = false)
    {
        var conv = new Conv2d(from, to, kernel, stride, padding ?? kernel / 2, bias: bias);
        nn.init.kaiming_normal_(conv.Weight, mode: nn.init.FanInOut.FanOut,
            nonlinearity: nn.init.NonlinearityType.ReLU);
        return conv;
    }

    /// <summary>
    /// A parameter of normal values of deviation 0.02, the start of Swin's and ViT's (Liu et al. 2021, Dosovitskiy et
    /// al. 2020).
    /// </summary>
    public static Parameter Normal(params long[] shape) =>
        nn.Parameter(nn.init.normal_(empty(shape), 0, TransformerDeviation));

    /// <summary>Batch normalisation of [N, C].</summary>
    public static BatchNorm BatchNorm1d(long channels) => new SafeBatchNorm(channels, nameof(BatchNorm1d));

    /// <summary>Batch normalisation of [N, C, H, W].</summary>
    public static BatchNorm BatchNorm2d(long channels) => new SafeBatchNorm(channels, nameof(BatchNorm2d));

    /// <summary>Batch normalisation of [N, C, T, H, W].</summary>
    public static BatchNorm BatchNorm3d(long channels) => new SafeBatchNorm(channels, nameof(BatchNorm3d));

    /// <summary>
    /// Where an affine map takes the pixels of an image, for grid_sample (align_corners false): [N, 2, 3]
    /// -> [N, height, width, 2], output to input coordinates in -1..1. A row's part and a column's part are added,
    /// which takes a quarter of the time of libtorch's affine_grid, a product for every pixel.
    /// </summary>
    public static Tensor AffineGrid(Tensor maps, long height, long width)
    {
        using var scope = NewDisposeScope();
        // Planes of x and y: with the pair of a pixel side by side every inner loop would have two steps.
        var columns = maps.narrow(2, 0, 1) * Centres(width);
        var rows = (maps.narrow(2, 1, 1) * Centres(height)).Plus(maps.narrow(2, 2, 1));
        return columns.unsqueeze(2).Plus(rows.unsqueeze(3)).permute(0, 2, 3, 1).MoveToOuterDisposeScope();

        // Corners at -1 and 1, so the first centre is half a pixel inside.
        Tensor Centres(long count) => linspace(1.0 / count - 1, 1 - 1.0 / count, count, maps.dtype, maps.device);
    }
}

/// <summary>
/// Arithmetic with numbers that live until libtorch has read them. TorchSharp's operators make a number of their own
/// (in a + b too: a + 1 * b) and keep nothing alive, so the garbage collector may free it during the call, which then
/// fails.
/// </summary>
internal static class Numbers
{
    /// <summary>1.</summary>
    public static Scalar One { get; } = 1;

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.add(number, One);
    }

    /// <summary>a / b.</summary>
    public static Tensor Over(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.div(number);
    }

    /// <summary>a * b.</summary>
    public static Tensor Times(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.mul(number);
    }

    /// <summary>a - b.</summary>
    public static Tensor Minus(double a, Tensor b) => b.neg().Plus(a);

    /// <summary>a * a.</summary>
    public static Tensor Squared(this Tensor a) => a.mul(a);

    /// <summary>The larger of a and b.</summary>
    public static Tensor AtLeast(this Tensor a, double b)
    {
        using Scalar number = b;
        return a.clamp(min: number);
    }

    /// <summary>ReLU(a + b), in the memory of a.</summary>
    public static Tensor PlusRelu(this Tensor a, Tensor b) => a.add_(b, One).relu_();
}

/// <summary>
/// TorchSharp's batch normalisation at PyTorch's settings, but for the count of its batches: TorchSharp's own counts
/// with a number that nothing keeps alive (<see cref="Numbers"/>), and failed a fold.
/// </summary>
internal sealed class SafeBatchNorm(long channels, string name)
    : BatchNorm(channels, 1e-5, 0.1, affine: true, track_running_stats: true, device: null, dtype: null, name)
{
    public override Tensor forward(Tensor input)
    {
        if (training)
            using (no_grad())
                num_batches_tracked!.add_(Numbers.One, Numbers.One);
        return nn.functional
            .batch_norm(input, running_mean!, running_var!, weight, bias, training, momentum!.Value, eps);
    }

    protected override void ValidateInputDimensions(Tensor input)
    {
    }
}

/// <summary>
/// A tensor that a layer computes once and keeps out of its state_dict; it follows the device, and if floating the
/// element type, of the data. TorchSharp would register a tensor field as a saved buffer and does not convert unsaved
/// ones.
/// </summary>
internal sealed class Constant(Func<Tensor> create)
{
    private Tensor? value;

    /// <summary>The constant on the device, and if it is floating in the element type, of a tensor.</summary>
    public Tensor Like(Tensor other)
    {
        // A tensor made in inference mode could not take part in training later.
        using var normal = inference_mode(false);
        if (value is null)
        {
            using var scope = NewDisposeScope();
            value = create().DetachFromDisposeScope();
        }

        var type = value.is_floating_point() ? other.dtype : value.dtype;
        if (value.dtype != type || value.device_type != other.device_type || value.device_index != other.device_index)
        {
            var moved = value.to(type, other.device).DetachFromDisposeScope();
            value.Dispose();
            value = moved;
        }

        return value;
    }
}

/// <summary>
/// A linear layer of a transformer, [..., in] -> [..., out]: normal weights of deviation 0.02, zero bias. The tokens go
/// through as rows of one matrix, where libtorch adds the bias within the product; with more dimensions it adds it in
/// a pass of its own, under autocast in 32 bits and back.
/// </summary>
public sealed class Linear : Layer<(Tensor Tokens, bool AddBias), Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter? bias;

    /// <summary>Creates the layer.</summary>
    /// <param name="from">Features of a token.</param>
    /// <param name="to">Features of a token afterwards.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    public Linear(long from, long to, bool hasBias = true)
    {
        weight = Layers.Normal(to, from);
        bias = hasBias ? nn.Parameter(zeros(to)) : null;
        RegisterComponents();
    }

    /// <summary>Weights, [out, in].</summary>
    public Parameter Weight => weight;

    /// <summary>Bias, [out], or null.</summary>
    public Parameter? Bias => bias;

    /// <summary>Applies the layer, [..., in] -> [..., out].</summary>
    public Tensor call(Tensor tokens) => call((tokens, true));

    /// <summary>The product with the weights without the bias, for code that adds the bias itself.</summary>
    public Tensor Product(Tensor tokens) => call((tokens, false));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Tokens, bool AddBias) input) =>
        Ops.Linear(input.Tokens.flatten(0, -2), weight, input.AddBias ? bias : null)
            .view([.. input.Tokens.shape[..^1], weight.size(0)]);
}

/// <summary>The feed-forward part of a transformer block: linear C -> 4C, GELU, linear 4C -> C.</summary>
public sealed class Mlp : Layer
{
    private readonly Linear fc1, fc2;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Channels C.</param>
    public Mlp(int channels)
    {
        (fc1, fc2) = (new Linear(channels, 4 * channels), new Linear(4 * channels, channels));
        RegisterComponents();
    }

    internal Linear Fc1 => fc1;

    internal Linear Fc2 => fc2;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => fc2.call(Ops.BiasGelu(x, fc1));
}

/// <summary>
/// Cuts an image into patches and embeds each, [N, 3, S, S] -> [N, S/p, S/p, C]. An image that is no multiple of the
/// patch is padded with zeros at the right and bottom.
/// </summary>
public sealed class PatchEmbedding : Layer
{
    private readonly Conv2d proj;
    private readonly LayerNorm? norm;
    private readonly int padding;

    /// <summary>Creates the embedding.</summary>
    /// <param name="size">Side of the image.</param>
    /// <param name="patch">Side p of a patch.</param>
    /// <param name="channels">Channels C of the embedding.</param>
    /// <param name="normalize">Whether a LayerNorm follows (Swin).</param>
    public PatchEmbedding(int size, int patch, int channels, bool normalize)
    {
        proj = Layers.Conv(3, channels, patch, stride: patch, padding: 0, bias: true);
        norm = normalize ? nn.LayerNorm(channels) : null;
        padding = (patch - size % patch) % patch;
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor image)
    {
        var padded = padding == 0 ? image : nn.functional.pad(image, (0, padding, 0, padding));
        var patches = proj.call(padded).permute(0, 2, 3, 1);
        return norm is null ? patches : norm.call(patches);
    }
}
