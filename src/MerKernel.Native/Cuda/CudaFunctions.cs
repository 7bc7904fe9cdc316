using System.Runtime.InteropServices;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Native.Cuda;

/// <summary>Memory of tensors for <see cref="CudaKernels"/>, and the tensors made on the way back.</summary>
internal static class Memory
{
    /// <summary>Where a contiguous tensor's numbers lie.</summary>
    public static nint Of(Tensor tensor) => KernelLibrary.Data(tensor);

    public static Tensor Like(Tensor tensor) => empty_like(tensor).DetachFromDisposeScope();

    /// <summary>32-bit numbers where a tensor lies.</summary>
    public static Tensor Numbers(Tensor where, params long[] shape) => empty(shape, ScalarType.Float32, where.device);

    // On a GPU gradients are computed on a thread of libtorch's own, which has no DisposeScope.
    public static void Release(List<Tensor> saved) => saved.ForEach(t => t.Dispose());
}

/// <summary>total = sum + factor * branch and LayerNorm(total), bfloat16 with 32-bit parameters, in one pass.</summary>
internal sealed unsafe class CudaAddNorm : autograd.MultiTensorFunction<CudaAddNorm>
{
    const string Epsilon = nameof(Epsilon);
    const int Warps = 8, MostBlocks = 264;

    [StructLayout(LayoutKind.Sequential)]
    struct Shape
    {
        public int Rows, RowsPerFactor;
        public float Epsilon;
    }

    public override string Name => nameof(CudaAddNorm);

    /// <summary>Whether it can be computed.</summary>
    public static bool Fits(Tensor branch, LayerNorm norm) =>
        branch.dtype == ScalarType.BFloat16 && branch.size(-1) is 128 or 256 or 512 &&
        norm.weight!.dtype == ScalarType.Float32 && CudaKernels.ComputeOn(branch);

    /// <summary>The sum and its normalisation; see <see cref="Models.Ops.AddLayerNorm"/>.</summary>
    public static (Tensor Total, Tensor Normed) Of(Tensor sum, Tensor branch, Tensor? factor, LayerNorm norm)
    {
        var results = apply(sum, branch, norm.weight!, norm.bias!,
            factor?.to(ScalarType.Float32).contiguous() ?? empty(0, device: sum.device), norm.eps);
        return (results[0], results[1]);
    }

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (sum, branch, gamma, beta, factor) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2],
            (Tensor)arguments[3], (Tensor)arguments[4]);
        using var plainSum = sum.contiguous();
        using var plainBranch = branch.contiguous();
        var shape = ShapeOf(sum, (double)arguments[5]);
        var (total, normed) = (empty(sum.shape, sum.dtype, sum.device), empty(sum.shape, sum.dtype, sum.device));
        var statistics = Memory.Numbers(sum, 2, shape.Rows);
        nint s = Memory.Of(plainSum), b = Memory.Of(plainBranch), f = factor.numel() == 0 ? 0 : Memory.Of(factor),
            g = Memory.Of(gamma), z = Memory.Of(beta);
        nint t = Memory.Of(total), n = Memory.Of(normed), m = Memory.Of(statistics), i = m + shape.Rows * sizeof(float);
        CudaKernels.Launch($"add_norm_{sum.size(-1) / 128}", sum, ((shape.Rows + Warps - 1) / Warps, 1),
            (32 * Warps, 1),
            (nint)(&shape), (nint)(&s), (nint)(&b), (nint)(&f), (nint)(&g), (nint)(&z), (nint)(&t), (nint)(&n),
            (nint)(&m), (nint)(&i));
        GC.KeepAlive(arguments);
        context.save_for_backward([total, gamma, factor, statistics]);
        context.save_data(Epsilon, arguments[5]);
        return [total, normed];
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> outputs)
    {
        var saved = context.get_saved_variables();
        var (total, gamma, factor, statistics) = (saved[0], saved[1], saved[2], saved[3]);
        var shape = ShapeOf(total, (double)context.get_data(Epsilon));
        using var totalGradient = outputs[0].contiguous();
        using var normedGradient = outputs[1].contiguous();
        var (sumGradient, branchGradient) = (Memory.Like(total), Memory.Like(total));
        var blocks = Math.Min(MostBlocks, (shape.Rows + Warps - 1) / Warps);
        using var parts = Memory.Numbers(total, blocks, 2, total.size(-1));
        nint t = Memory.Of(total), dt = Memory.Of(totalGradient), dn = Memory.Of(normedGradient),
            f = factor.numel() == 0 ? 0 : Memory.Of(factor), g = Memory.Of(gamma);
        nint m = Memory.Of(statistics), i = m + shape.Rows * sizeof(float), ds = Memory.Of(sumGradient),
            db = Memory.Of(branchGradient), p = Memory.Of(parts);
        CudaKernels.Launch($"add_norm_back_{total.size(-1) / 128}", total, (blocks, 1), (32 * Warps, 1),
            (nint)(&shape), (nint)(&t), (nint)(&dt), (nint)(&dn), (nint)(&f), (nint)(&g), (nint)(&m), (nint)(&i),
            (nint)(&ds), (nint)(&db), (nint)(&p));
        using var sums = parts.sum([0L]);
        Memory.Release(saved);
        return [sumGradient, branchGradient, sums[0], sums[1], null!, null!];
    }

    static Shape ShapeOf(Tensor sum, double epsilon)
    {
        var rows = sum.numel() / sum.size(-1);
        return new Shape { Rows = (int)rows, RowsPerFactor = (int)(rows / sum.size(0)), Epsilon = (float)epsilon };
    }
}

/// <summary>GELU(x + bias), bfloat16 with a 32-bit bias, in one pass.</summary>
internal sealed unsafe class CudaBiasGelu : autograd.SingleTensorFunction<CudaBiasGelu>
{
    const int Columns = 256, Rows = 8, MostBlocks = 264;

    public override string Name => nameof(CudaBiasGelu);

    /// <summary>Whether it can be computed of the product of a tensor with a linear layer's weights.</summary>
    public static bool Fits(Tensor input, Tensor weight) =>
        weight.size(0) % Columns == 0 && weight.dtype == ScalarType.Float32
            && Autocast.ProductType(input) == ScalarType.BFloat16 && CudaKernels.ComputeOn(input);

    /// <summary>GELU(x + bias).</summary>
    /// <param name="x">[..., columns], contiguous.</param>
    /// <param name="bias">32-bit, [columns].</param>
    public static Tensor Of(Tensor x, Tensor bias) => apply(x, bias);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (x, bias) = ((Tensor)arguments[0], (Tensor)arguments[1]);
        context.save_for_backward([x, bias]);
        var y = empty_like(x);
        var (rows, columns) = SizeOf(x);
        nint px = Memory.Of(x), pb = Memory.Of(bias), py = Memory.Of(y);
        CudaKernels.Launch("bias_gelu", x, Grid(rows, columns), (32, Rows), (nint)(&rows), (nint)(&columns),
            (nint)(&px), (nint)(&pb), (nint)(&py));
        GC.KeepAlive(arguments);
        return y;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (x, bias) = (saved[0], saved[1]);
        var (rows, columns) = SizeOf(x);
        var grid = Grid(rows, columns);
        using var contiguous = gradient.contiguous();
        var xGradient = Memory.Like(x);
        using var parts = Memory.Numbers(x, grid.Y, columns);
        nint px = Memory.Of(x), pb = Memory.Of(bias), dy = Memory.Of(contiguous), dx = Memory.Of(xGradient),
            pp = Memory.Of(parts);
        CudaKernels.Launch("bias_gelu_back", x, grid, (32, Rows), (nint)(&rows), (nint)(&columns), (nint)(&px),
            (nint)(&pb), (nint)(&dy), (nint)(&dx), (nint)(&pp));
        Memory.Release(saved);
        return [xGradient, parts.sum([0L])];
    }

    static (int Rows, int Columns) SizeOf(Tensor x) => ((int)(x.numel() / x.size(-1)), (int)x.size(-1));

    static (long X, long Y) Grid(int rows, int columns) =>
        (columns / Columns, Math.Min((rows + Rows - 1) / Rows, Math.Max(1, 4 * MostBlocks * Columns / columns)));
}

/// <summary>
/// Attention within (shifted) windows in bfloat16, from the projection without its bias on; the logits are computed
/// again on the way back.
/// </summary>
internal sealed unsafe class CudaWindowAttention : autograd.SingleTensorFunction<CudaWindowAttention>
{
    const string Saved = nameof(Saved);
    const int Threads = 128, Depth = 32, MostTokens = 64, MostBlocks = 528;

    [StructLayout(LayoutKind.Sequential)]
    struct Shape
    {
        public int Images, Side, Window, Shift, Heads;
    }

    public override string Name => nameof(CudaWindowAttention);

    /// <summary>Whether a shape can be computed from projections of a tensor.</summary>
    public static bool Fits(in WindowShape shape, Tensor input, Tensor table) =>
        shape.Depth == Depth && shape.Window * shape.Window <= MostTokens && table.dtype == ScalarType.Float32 &&
        Autocast.ProductType(input) == ScalarType.BFloat16 && CudaKernels.ComputeOn(input);

    /// <summary>Attends within the windows of a map; see <see cref="Models.Ops.WindowAttention"/>.</summary>
    public static Tensor Of(in WindowShape shape, Tensor qkv, Tensor qkvBias, Tensor table) =>
        apply(qkv, qkvBias, table, shape);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (qkv, qkvBias, table, of) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2],
            (WindowShape)arguments[3]);
        context.save_for_backward([qkv, qkvBias, table]);
        context.save_data(Saved, of);
        var output = empty([of.Images, of.Side, of.Side, of.Heads * of.Depth], qkv.dtype, qkv.device);
        var shape = ShapeOf(of);
        nint x = Memory.Of(qkv), b = Memory.Of(qkvBias), t = Memory.Of(table), y = Memory.Of(output);
        CudaKernels.Launch("window_attention", qkv, (Windows(of) * of.Heads, 1), (Threads, 1), (nint)(&shape),
            (nint)(&x), (nint)(&b), (nint)(&t), (nint)(&y));
        GC.KeepAlive(arguments);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (qkv, qkvBias, table) = (saved[0], saved[1], saved[2]);
        var of = (WindowShape)context.get_data(Saved);
        var shape = ShapeOf(of);
        using var contiguous = gradient.contiguous();
        var (qkvGradient, tableGradient) = (Memory.Like(qkv), Memory.Like(table));
        var each = Math.Min(Windows(of), Math.Max(1, MostBlocks / of.Heads));
        using var parts = Memory.Numbers(qkv, each, of.Heads, MostTokens, MostTokens);
        nint x = Memory.Of(qkv), b = Memory.Of(qkvBias), t = Memory.Of(table), dy = Memory.Of(contiguous),
            dx = Memory.Of(qkvGradient), p = Memory.Of(parts);
        CudaKernels.Launch("window_attention_back", qkv, (each * of.Heads, 1), (Threads, 1),
            (nint)(&shape), (nint)(&x), (nint)(&b), (nint)(&t), (nint)(&dy), (nint)(&dx), (nint)(&p));
        using var logits = parts.sum([0L]);
        nint pl = Memory.Of(logits), dt = Memory.Of(tableGradient);
        CudaKernels.Launch("table_gradient", qkv, (table.size(0), 1), ((int)of.Heads, 1), (nint)(&shape), (nint)(&pl),
            (nint)(&dt));
        using var tokens = qkvGradient.flatten(0, -2);
        var biasGradient = tokens.sum([0L], type: ScalarType.Float32);
        Memory.Release(saved);
        return [qkvGradient, biasGradient, tableGradient, null!];
    }

    static long Windows(in WindowShape of) => of.Images * (of.Side / of.Window) * (of.Side / of.Window);

    static Shape ShapeOf(in WindowShape of) => new()
    {
        Images = (int)of.Images, Side = (int)of.Side, Window = (int)of.Window, Shift = (int)of.Shift,
        Heads = (int)of.Heads
    };
}
