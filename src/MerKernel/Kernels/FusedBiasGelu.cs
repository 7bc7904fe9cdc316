using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Kernels;

/// <summary>GELU(x + bias) by <see cref="KernelLibrary"/>.</summary>
internal sealed class FusedBiasGelu : autograd.SingleTensorFunction<FusedBiasGelu>
{
    /// <inheritdoc/>
    public override string Name => nameof(FusedBiasGelu);

    /// <summary>Whether it can be computed of the product of a tensor with a linear layer's weights.</summary>
    public static bool Fits(Tensor input, Tensor weight) =>
        KernelLibrary.ElementOfProduct(input, weight) is { } element && KernelLibrary.BiasGeluFits(weight.size(0), element) != 0;

    /// <summary>GELU(x + bias).</summary>
    /// <param name="x">[..., columns], contiguous.</param>
    /// <param name="bias">32-bit, [columns].</param>
    public static Tensor Of(Tensor x, Tensor bias) => apply(x, bias);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (x, bias) = ((Tensor)arguments[0], (Tensor)arguments[1]);
        context.save_for_backward([x, bias]);
        var y = empty_like(x);
        KernelLibrary.BiasGelu(
            x.numel() / x.size(-1), x.size(-1), KernelLibrary.ElementOf(x), KernelLibrary.Data(x.Handle), KernelLibrary.Data(bias.Handle),
            KernelLibrary.Data(y.Handle), get_num_threads());
        GC.KeepAlive(arguments);
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (x, bias) = (saved[0], saved[1]);
        List<Tensor> gradients = [empty_like(x), empty_like(bias)];
        using var contiguous = gradient.contiguous();
        KernelLibrary.BiasGeluBackward(
            x.numel() / x.size(-1), x.size(-1), KernelLibrary.ElementOf(x), KernelLibrary.Data(x.Handle), KernelLibrary.Data(bias.Handle),
            KernelLibrary.Data(contiguous.Handle), KernelLibrary.Data(gradients[0].Handle), KernelLibrary.Data(gradients[1].Handle), get_num_threads());
        GC.KeepAlive(saved);
        return gradients;
    }
}
