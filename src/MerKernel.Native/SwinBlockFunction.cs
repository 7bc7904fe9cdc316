using MerKernel.Models;
using MerKernel.Training;
using static TorchSharp.torch;

namespace MerKernel.Native;

/// <summary>
/// A whole Swin block of few channels by <see cref="KernelLibrary"/>, in training and in 32 bits: one operation in the
/// place of sixteen.
/// </summary>
internal sealed class SwinBlockFunction : autograd.MultiTensorFunction<SwinBlockFunction>
{
    const string Shape = nameof(Shape);
    const int Inputs = 4;

    public override string Name => nameof(SwinBlockFunction);

    /// <summary>A block's sizes for a map [N, side, side, C].</summary>
    public static SwinShape ShapeOf(SwinParts block, Tensor sum) => new(
        sum.size(0), sum.size(1), block.Windows.Side, block.Windows.Window, block.Windows.Shift, block.Windows.Heads,
        block.Windows.Depth, (float)block.Norm1.eps);

    /// <summary>Whether it can be computed.</summary>
    public static bool Fits(SwinParts block, Tensor sum) =>
        is_grad_enabled() && KernelLibrary.ComputesOn(sum) && sum.dtype == ScalarType.Float32
            && Autocast.ProductType(sum) == ScalarType.Float32 &&
        block.Parameters.All(p => p is { dtype: ScalarType.Float32 })
            && KernelLibrary.SwinBlockFits(ShapeOf(block, sum)) != 0;

    /// <summary>The sum after the attention, and the MLP's branch still to be added.</summary>
    /// <param name="block">Its layers; they fit.</param>
    /// <param name="sum">[N, side, side, C].</param>
    /// <param name="branch">Added first, likewise; or null.</param>
    /// <param name="branchFactor">Stochastic depth's of that branch, [N, 1, 1, 1]; null is 1.</param>
    /// <param name="attentionFactor">That of the attention's.</param>
    public static (Tensor Sum, Tensor Branch) Of(SwinParts block, Tensor sum, Tensor? branch, Tensor? branchFactor,
        Tensor? attentionFactor)
    {
        Tensor Or(Tensor? x) => x ?? empty(0, device: sum.device);
        var results = apply(
            [sum, Or(branch), Or(branchFactor), Or(attentionFactor), .. block.Parameters, ShapeOf(block, sum)]);
        return (results[0], results[1]);
    }

    public override List<Tensor> forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (tensors, shape) = (arguments[..^1].Cast<Tensor>().Select(t => t.contiguous()).ToList(),
            (SwinShape)arguments[^1]);
        List<Tensor> results = [empty_like(tensors[0]), empty_like(tensors[0])];
        var room = empty(KernelLibrary.SwinBlockRoom(shape), device: tensors[0].device);
        KernelLibrary.SwinBlock(shape, InputOf(tensors), Parameters(tensors[Inputs..]), KernelLibrary.Data(room),
            KernelLibrary.Data(results[0]), KernelLibrary.Data(results[1]));
        GC.KeepAlive(tensors);
        context.save_for_backward([.. tensors, results[0], room]);
        context.save_data(Shape, shape);
        return results;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> outputs)
    {
        var saved = context.get_saved_variables();
        var (tensors, total, room, shape) = (saved[..^2], saved[^2], saved[^1], (SwinShape)context.get_data(Shape));
        using var totalGradient = outputs[0].contiguous();
        using var branchGradient = outputs[1].contiguous();
        List<Tensor> weights = [.. tensors[Inputs..].Select(t => empty_like(t))];
        var (sum, branch) = (empty_like(total), tensors[1].numel() == 0 ? null : empty_like(total));
        KernelLibrary.SwinBlockBackward(
            shape, InputOf(tensors), Parameters(tensors[Inputs..]), KernelLibrary.Data(room), KernelLibrary.Data(total),
            KernelLibrary.Data(totalGradient),
            KernelLibrary.Data(branchGradient), Parameters([.. weights, sum, branch ?? sum]));
        GC.KeepAlive(saved);
        return [sum, branch!, null!, null!, .. weights, null!];
    }

    static SwinInput InputOf(List<Tensor> tensors)
    {
        nint DataOf(Tensor x) => x.numel() == 0 ? 0 : KernelLibrary.Data(x);
        return new(KernelLibrary.Data(tensors[0]), DataOf(tensors[1]), DataOf(tensors[2]), DataOf(tensors[3]));
    }

    static SwinParameters Parameters(List<Tensor> tensors)
    {
        var data = new SwinParameters();
        for (var i = 0; i < tensors.Count; i++) data[i] = KernelLibrary.Data(tensors[i]);
        return data;
    }
}
