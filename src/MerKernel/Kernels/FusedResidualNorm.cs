using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Kernels;

/// <summary>A transformer's residual sum and the layer normalisation after it by <see cref="KernelLibrary"/>.</summary>
internal sealed class FusedResidualNorm : autograd.MultiTensorFunction<FusedResidualNorm>
{
    const string Epsilon = nameof(Epsilon);

    /// <inheritdoc/>
    public override string Name => nameof(FusedResidualNorm);

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
        var results = apply(sum, branch, norm.weight!, norm.bias!, factor?.to(ScalarType.Float32).contiguous() ?? empty(0), norm.eps);
        return (results[0], results[1]);
    }

    /// <inheritdoc/>
    public override List<Tensor> forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (sum, branch, gamma, beta, factor) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2], (Tensor)arguments[3], (Tensor)arguments[4]);
        using var plainSum = sum.contiguous();
        using var plainBranch = branch.contiguous();
        var shape = ShapeOf(sum, (double)arguments[5]);
        var (total, normed) = (empty(sum.shape, sum.dtype), empty(sum.shape, sum.dtype));
        var statistics = empty(2, shape.Rows);
        KernelLibrary.ResidualNorm(
            shape, DataOf(shape, gamma, beta, factor, statistics), KernelLibrary.ElementOf(branch), KernelLibrary.Data(plainSum.Handle),
            KernelLibrary.Data(plainBranch.Handle), KernelLibrary.Data(total.Handle), KernelLibrary.Data(normed.Handle), get_num_threads());
        GC.KeepAlive(arguments);
        context.save_for_backward([total, gamma, beta, factor, statistics]);
        context.save_data(Epsilon, arguments[5]);
        return [total, normed];
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, List<Tensor> outputs)
    {
        var saved = context.get_saved_variables();
        var (total, gamma, beta, factor, statistics) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        var shape = ShapeOf(total, (double)context.get_data(Epsilon));
        using var totalGradient = outputs[0].contiguous();
        using var normedGradient = outputs[1].contiguous();
        List<Tensor> gradients = [empty_like(total), empty_like(total), empty_like(gamma), empty_like(beta), null!, null!];
        KernelLibrary.ResidualNormBackward(
            shape, DataOf(shape, gamma, beta, factor, statistics), KernelLibrary.ElementOf(normedGradient), KernelLibrary.Data(total.Handle),
            KernelLibrary.Data(totalGradient.Handle), KernelLibrary.Data(normedGradient.Handle), KernelLibrary.Data(gradients[0].Handle),
            KernelLibrary.Data(gradients[1].Handle), KernelLibrary.Data(gradients[2].Handle), KernelLibrary.Data(gradients[3].Handle), get_num_threads());
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
        var means = KernelLibrary.Data(statistics.Handle);
        return new ResidualNormData(
            KernelLibrary.Data(gamma.Handle), KernelLibrary.Data(beta.Handle), factor.numel() == 0 ? 0 : KernelLibrary.Data(factor.Handle), means,
            means + (nint)(shape.Rows * sizeof(float)));
    }
}
