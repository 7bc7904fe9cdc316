using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Kernels;

/// <summary>
/// A linear layer in bfloat16 over 32-bit weights whose gradients of weights and bias come from <see cref="KernelLibrary"/>: in 32 bits at once, and quicker
/// than libtorch's product, which has to turn both operands over.
/// </summary>
internal sealed class FusedLinear : autograd.SingleTensorFunction<FusedLinear>
{
    const string HasBias = nameof(HasBias);

    /// <inheritdoc/>
    public override string Name => nameof(FusedLinear);

    /// <summary>Whether it can be computed of a tensor with weights, and has gradients to compute.</summary>
    public static bool Fits(Tensor input, Tensor weight) =>
        is_grad_enabled() && weight.requires_grad && KernelLibrary.ElementOfProduct(input, weight) is { } element &&
        KernelLibrary.WeightGradientFits(weight.size(1), weight.size(0), element) != 0;

    /// <summary>The product of tokens with weights, plus a bias.</summary>
    /// <param name="tokens">[tokens, in]; fits with the weights.</param>
    /// <param name="weight">32-bit, [out, in].</param>
    /// <param name="bias">32-bit, [out], or null.</param>
    /// <returns>bfloat16, [tokens, out].</returns>
    public static Tensor Of(Tensor tokens, Tensor weight, Tensor? bias) => bias is null ? apply(tokens, weight) : apply(tokens, weight, bias);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (tokens, weight) = (((Tensor)arguments[0]).to(ScalarType.BFloat16), ((Tensor)arguments[1]).to(ScalarType.BFloat16));
        using var bias = arguments.Length > 2 ? ((Tensor)arguments[2]).to(ScalarType.BFloat16) : null;
        context.save_for_backward([tokens.contiguous(), weight]);
        context.save_data(HasBias, bias is not null);
        return nn.functional.linear(tokens, weight, bias);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (tokens, weight) = (saved[0], saved[1]);
        using var contiguous = gradient.contiguous();
        var weightGradient = empty(weight.shape);
        var biasGradient = (bool)context.get_data(HasBias) ? empty(weight.size(0)) : null;
        KernelLibrary.WeightGradient(
            new LinearShape(tokens.size(0), tokens.size(1), weight.size(0)), KernelLibrary.ElementOf(tokens), KernelLibrary.Data(contiguous.Handle),
            KernelLibrary.Data(tokens.Handle), KernelLibrary.Data(weightGradient.Handle), biasGradient is null ? 0 : KernelLibrary.Data(biasGradient.Handle),
            get_num_threads());
        GC.KeepAlive(saved);
        var tokenGradient = contiguous.matmul(weight);
        return biasGradient is null ? [tokenGradient, weightGradient] : [tokenGradient, weightGradient, biasGradient];
    }
}
