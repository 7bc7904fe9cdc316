using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Kernels;

/// <summary>Attention within windows by <see cref="KernelLibrary"/>, from the projection without its bias on.</summary>
internal sealed class FusedWindowAttention : autograd.SingleTensorFunction<FusedWindowAttention>
{
    const string Shape = nameof(Shape);

    /// <inheritdoc/>
    public override string Name => nameof(FusedWindowAttention);

    /// <summary>Whether a shape can be computed from projections of a tensor.</summary>
    public static bool Fits(in WindowShape shape, Tensor input, Tensor weight) =>
        KernelLibrary.ElementOfProduct(input, weight) is { } element && KernelLibrary.WindowAttentionFits(shape, element) != 0;

    /// <summary>Attends within the windows of a map.</summary>
    /// <param name="shape">The sizes; they fit.</param>
    /// <param name="qkv">Queries, keys and values, [N, side, side, 3 * heads * depth].</param>
    /// <param name="qkvBias">Added to them, 32-bit, [3 * heads * depth].</param>
    /// <param name="table">Relative position bias, 32-bit, [(2w - 1)^2, heads].</param>
    /// <returns>[N, side, side, heads * depth].</returns>
    public static Tensor Of(in WindowShape shape, Tensor qkv, Tensor qkvBias, Tensor table) => apply(qkv, qkvBias, table, shape);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (qkv, qkvBias, table, shape) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2], (WindowShape)arguments[3]);
        context.save_for_backward([qkv, qkvBias, table]);
        context.save_data(Shape, shape);
        var output = empty([shape.Images, shape.Side, shape.Side, shape.Heads * shape.Depth], qkv.dtype);
        KernelLibrary.WindowAttention(
            shape, KernelLibrary.ElementOf(qkv), KernelLibrary.Data(qkv.Handle), KernelLibrary.Data(qkvBias.Handle), KernelLibrary.Data(table.Handle),
            KernelLibrary.Data(output.Handle), get_num_threads());
        GC.KeepAlive(arguments);
        return output;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        List<Tensor> gradients = [empty_like(saved[0]), empty_like(saved[1]), empty_like(saved[2]), null!];
        using var contiguous = gradient.contiguous();
        KernelLibrary.WindowAttentionBackward(
            (WindowShape)context.get_data(Shape), KernelLibrary.ElementOf(saved[0]), KernelLibrary.Data(saved[0].Handle),
            KernelLibrary.Data(saved[1].Handle), KernelLibrary.Data(saved[2].Handle), KernelLibrary.Data(contiguous.Handle),
            KernelLibrary.Data(gradients[0].Handle), KernelLibrary.Data(gradients[1].Handle), KernelLibrary.Data(gradients[2].Handle), get_num_threads());
        GC.KeepAlive(saved);
        return gradients;
    }
}
