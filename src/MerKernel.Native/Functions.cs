using MerKernel.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Native;

/// <summary>
/// A linear layer in bfloat16 over 32-bit weights whose gradients of weights and bias come from
/// <see cref="KernelLibrary"/>: in 32 bits at once, and quicker than libtorch's product, which has to turn both
/// operands over.
/// </summary>
internal sealed class LinearGradients : autograd.SingleTensorFunction<LinearGradients>
{
    const string HasBias = nameof(HasBias);

    public override string Name => nameof(LinearGradients);

    /// <summary>Whether it can be computed of a tensor with weights, and has gradients to compute.</summary>
    public static bool Fits(Tensor input, Tensor weight) =>
        is_grad_enabled() && weight.requires_grad && KernelLibrary.ElementOfProduct(input, weight) is { } element &&
        KernelLibrary.WeightGradientFits(weight.size(1), weight.size(0), element) != 0;

    /// <summary>The product of tokens with weights, plus a bias.</summary>
    /// <param name="tokens">[tokens, in]; fits with the weights.</param>
    /// <param name="weight">32-bit, [out, in].</param>
    /// <param name="bias">32-bit, [out], or null.</param>
    /// <returns>bfloat16, [tokens, out].</returns>
    public static Tensor Of(Tensor tokens, Tensor weight, Tensor? bias) =>
        bias is null ? apply(tokens, weight) : apply(tokens, weight, bias);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (tokens, weight) = (((Tensor)arguments[0]).to(ScalarType.BFloat16),
            ((Tensor)arguments[1]).to(ScalarType.BFloat16));
        using var bias = arguments.Length > 2 ? ((Tensor)arguments[2]).to(ScalarType.BFloat16) : null;
        context.save_for_backward([tokens.contiguous(), weight]);
        context.save_data(HasBias, bias is not null);
        return nn.functional.linear(tokens, weight, bias);
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (tokens, weight) = (saved[0], saved[1]);
        using var contiguous = gradient.contiguous();
        var weightGradient = empty(weight.shape, device: weight.device);
        var biasGradient = (bool)context.get_data(HasBias) ? empty(weight.size(0), device: weight.device) : null;
        KernelLibrary.WeightGradient(
            new LinearShape(tokens.size(0), tokens.size(1), weight.size(0)), KernelLibrary.ElementOf(tokens),
            KernelLibrary.Data(contiguous),
            KernelLibrary.Data(tokens), KernelLibrary.Data(weightGradient),
            biasGradient is null ? 0 : KernelLibrary.Data(biasGradient),
            get_num_threads());
        GC.KeepAlive(saved);
        var tokenGradient = contiguous.matmul(weight);
        return biasGradient is null ? [tokenGradient, weightGradient] : [tokenGradient, weightGradient, biasGradient];
    }
}

/// <summary>GELU(x + bias) by <see cref="KernelLibrary"/>.</summary>
internal sealed class BiasGelu : autograd.SingleTensorFunction<BiasGelu>
{
    public override string Name => nameof(BiasGelu);

    /// <summary>Whether it can be computed of the product of a tensor with a linear layer's weights.</summary>
    public static bool Fits(Tensor input, Tensor weight) =>
        KernelLibrary.ElementOfProduct(input, weight) is { } element
            && KernelLibrary.BiasGeluFits(weight.size(0), element) != 0;

    /// <summary>GELU(x + bias).</summary>
    /// <param name="x">[..., columns], contiguous.</param>
    /// <param name="bias">32-bit, [columns].</param>
    public static Tensor Of(Tensor x, Tensor bias) => apply(x, bias);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (x, bias) = ((Tensor)arguments[0], (Tensor)arguments[1]);
        context.save_for_backward([x, bias]);
        var y = empty_like(x);
        KernelLibrary.BiasGelu(
            x.numel() / x.size(-1), x.size(-1), KernelLibrary.ElementOf(x), KernelLibrary.Data(x),
            KernelLibrary.Data(bias),
            KernelLibrary.Data(y), get_num_threads());
        GC.KeepAlive(arguments);
        return y;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (x, bias) = (saved[0], saved[1]);
        List<Tensor> gradients = [empty_like(x), empty_like(bias)];
        using var contiguous = gradient.contiguous();
        KernelLibrary.BiasGeluBackward(
            x.numel() / x.size(-1), x.size(-1), KernelLibrary.ElementOf(x), KernelLibrary.Data(x),
            KernelLibrary.Data(bias),
            KernelLibrary.Data(contiguous), KernelLibrary.Data(gradients[0]), KernelLibrary.Data(gradients[1]),
            get_num_threads());
        GC.KeepAlive(saved);
        return gradients;
    }
}

/// <summary>A transformer's residual sum and the layer normalisation after it by <see cref="KernelLibrary"/>.</summary>
internal sealed class AddLayerNorm : autograd.MultiTensorFunction<AddLayerNorm>
{
    const string Epsilon = nameof(Epsilon);

    public override string Name => nameof(AddLayerNorm);

    /// <summary>Whether it can be computed of a sum and a branch that is a linear layer's product.</summary>
    public static bool Fits(Tensor sum, Tensor branch, Tensor? factor, LayerNorm norm) =>
        sum.dtype == branch.dtype && (factor is null || factor.dtype == sum.dtype) &&
        KernelLibrary.ElementOfProduct(branch, norm.weight!) is { } element &&
        KernelLibrary.ResidualNormFits(sum.size(-1), element) != 0;

    /// <summary>total = sum + factor * branch and its normalisation.</summary>
    /// <param name="sum">[N, ..., C].</param>
    /// <param name="branch">[N, ..., C]; sum and branch fit.</param>
    /// <param name="factor">A factor a sample, [N, 1, ...], which gets no gradient; null is 1.</param>
    /// <param name="norm">The normalisation over C.</param>
    /// <returns>The total and its normalisation.</returns>
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
        var statistics = empty(2, shape.Rows, device: sum.device);
        KernelLibrary.ResidualNorm(
            shape, DataOf(shape, gamma, beta, factor, statistics), KernelLibrary.ElementOf(branch),
            KernelLibrary.Data(plainSum),
            KernelLibrary.Data(plainBranch), KernelLibrary.Data(total), KernelLibrary.Data(normed), get_num_threads());
        GC.KeepAlive(arguments);
        context.save_for_backward([total, gamma, beta, factor, statistics]);
        context.save_data(Epsilon, arguments[5]);
        return [total, normed];
    }

    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> outputs)
    {
        var saved = context.get_saved_variables();
        var (total, gamma, beta, factor, statistics) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        var shape = ShapeOf(total, (double)context.get_data(Epsilon));
        using var totalGradient = outputs[0].contiguous();
        using var normedGradient = outputs[1].contiguous();
        List<Tensor> gradients = [empty_like(total), empty_like(total), empty_like(gamma), empty_like(beta), null!,
            null!];
        KernelLibrary.ResidualNormBackward(
            shape, DataOf(shape, gamma, beta, factor, statistics), KernelLibrary.ElementOf(normedGradient),
            KernelLibrary.Data(total),
            KernelLibrary.Data(totalGradient), KernelLibrary.Data(normedGradient), KernelLibrary.Data(gradients[0]),
            KernelLibrary.Data(gradients[1]), KernelLibrary.Data(gradients[2]), KernelLibrary.Data(gradients[3]),
            get_num_threads());
        GC.KeepAlive(saved);
        return gradients;
    }

    static ResidualShape ShapeOf(Tensor sum, double epsilon)
    {
        var rows = sum.numel() / sum.size(-1);
        return new ResidualShape(rows, sum.size(-1), rows / sum.size(0), (float)epsilon);
    }

    static ResidualNormData DataOf(ResidualShape shape, Tensor gamma, Tensor beta, Tensor factor, Tensor statistics)
    {
        var means = KernelLibrary.Data(statistics);
        return new ResidualNormData(
            KernelLibrary.Data(gamma), KernelLibrary.Data(beta), factor.numel() == 0 ? 0 : KernelLibrary.Data(factor),
            means,
            means + (nint)(shape.Rows * sizeof(float)));
    }
}

/// <summary>Batch normalisation in training with the ReLU after it by <see cref="KernelLibrary"/>.</summary>
internal sealed class BatchNormRelu : autograd.SingleTensorFunction<BatchNormRelu>
{
    const string Shape = nameof(Shape);

    public override string Name => nameof(BatchNormRelu);

    /// <summary>Whether a normalisation trains on a tensor that can be computed with.</summary>
    public static bool Fits(BatchNorm norm, Tensor x) =>
        norm.training && norm.momentum is not null && norm.weight is { dtype: ScalarType.Float32 }
            && KernelLibrary.ElementHere(x) is { } element &&
        x.is_contiguous() && KernelLibrary.BatchNormReluFits(x.size(2) * x.size(3), element) != 0;

    /// <summary>The normalised batch where it is positive, else 0; moves the running statistics.</summary>
    /// <param name="norm">The normalisation.</param>
    /// <param name="x">[N, C, H, W]; they fit.</param>
    public static Tensor Of(BatchNorm norm, Tensor x)
    {
        using (no_grad()) norm.num_batches_tracked!.add_(Numbers.One, Numbers.One);
        return apply(x, norm.weight!, norm.bias!, norm);
    }

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (x, gamma, beta, norm) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2],
            (BatchNorm)arguments[3]);
        var shape = new BatchNormShape(x.size(0), x.size(1), x.size(2) * x.size(3), (float)norm.eps,
            (float)norm.momentum!.Value);
        var (output, statistics) = (empty_like(x), empty(2, shape.Channels, device: x.device));
        var means = KernelLibrary.Data(statistics);
        KernelLibrary.BatchNormRelu(
            shape, KernelLibrary.ElementOf(x), KernelLibrary.Data(x), KernelLibrary.Data(gamma),
            KernelLibrary.Data(beta),
            KernelLibrary.Data(output), means, Variances(means, shape), KernelLibrary.Data(norm.running_mean!),
            KernelLibrary.Data(norm.running_var!), get_num_threads());
        GC.KeepAlive(arguments);
        context.save_for_backward([x, gamma, beta, statistics]);
        context.save_data(Shape, shape);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (x, gamma, beta, statistics) = (saved[0], saved[1], saved[2], saved[3]);
        var shape = (BatchNormShape)context.get_data(Shape);
        var means = KernelLibrary.Data(statistics);
        List<Tensor> gradients = [empty_like(x), empty_like(gamma), empty_like(beta), null!];
        using var contiguous = gradient.contiguous();
        KernelLibrary.BatchNormReluBackward(
            shape, KernelLibrary.ElementOf(x), KernelLibrary.Data(x), KernelLibrary.Data(gamma),
            KernelLibrary.Data(beta), means,
            Variances(means, shape), KernelLibrary.Data(contiguous), KernelLibrary.Data(gradients[0]),
            KernelLibrary.Data(gradients[1]),
            KernelLibrary.Data(gradients[2]), get_num_threads());
        GC.KeepAlive(saved);
        return gradients;
    }

    static nint Variances(nint means, BatchNormShape shape) => means + (nint)(shape.Channels * sizeof(float));
}

/// <summary>Attention within windows by <see cref="KernelLibrary"/>, from the projection without its bias on.</summary>
internal sealed class WindowAttention : autograd.SingleTensorFunction<WindowAttention>
{
    const string Shape = nameof(Shape);

    public override string Name => nameof(WindowAttention);

    /// <summary>Whether a shape can be computed from projections of a tensor.</summary>
    public static bool Fits(in WindowShape shape, Tensor input, Tensor weight) =>
        KernelLibrary.ElementOfProduct(input, weight) is { } element
            && KernelLibrary.WindowAttentionFits(shape, element) != 0;

    /// <summary>Attends within the windows of a map.</summary>
    /// <param name="shape">The sizes; they fit.</param>
    /// <param name="qkv">Queries, keys and values, [N, side, side, 3 * heads * depth].</param>
    /// <param name="qkvBias">Added to them, 32-bit, [3 * heads * depth].</param>
    /// <param name="table">Relative position bias, 32-bit, [(2w - 1)^2, heads].</param>
    /// <returns>[N, side, side, heads * depth].</returns>
    public static Tensor Of(in WindowShape shape, Tensor qkv, Tensor qkvBias, Tensor table) =>
        apply(qkv, qkvBias, table, shape);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (qkv, qkvBias, table, shape) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2],
            (WindowShape)arguments[3]);
        context.save_for_backward([qkv, qkvBias, table]);
        context.save_data(Shape, shape);
        var output = empty([shape.Images, shape.Side, shape.Side, shape.Heads * shape.Depth], qkv.dtype, qkv.device);
        KernelLibrary.WindowAttention(
            shape, KernelLibrary.ElementOf(qkv), KernelLibrary.Data(qkv), KernelLibrary.Data(qkvBias),
            KernelLibrary.Data(table),
            KernelLibrary.Data(output), get_num_threads());
        GC.KeepAlive(arguments);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        List<Tensor> gradients = [empty_like(saved[0]), empty_like(saved[1]), empty_like(saved[2]), null!];
        using var contiguous = gradient.contiguous();
        KernelLibrary.WindowAttentionBackward(
            (WindowShape)context.get_data(Shape), KernelLibrary.ElementOf(saved[0]), KernelLibrary.Data(saved[0]),
            KernelLibrary.Data(saved[1]), KernelLibrary.Data(saved[2]), KernelLibrary.Data(contiguous),
            KernelLibrary.Data(gradients[0]), KernelLibrary.Data(gradients[1]), KernelLibrary.Data(gradients[2]),
            get_num_threads());
        GC.KeepAlive(saved);
        return gradients;
    }
}
