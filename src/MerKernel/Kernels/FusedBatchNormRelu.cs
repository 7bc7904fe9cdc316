using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Kernels;

/// <summary>Batch normalisation in training with the ReLU after it by <see cref="KernelLibrary"/>.</summary>
internal sealed class FusedBatchNormRelu : autograd.SingleTensorFunction<FusedBatchNormRelu>
{
    const string Shape = nameof(Shape);

    /// <inheritdoc/>
    public override string Name => nameof(FusedBatchNormRelu);

    /// <summary>Whether a normalisation trains on a tensor that can be computed with.</summary>
    public static bool Fits(BatchNorm2d norm, Tensor x) =>
        norm.training && norm.momentum is not null && norm.weight is { dtype: ScalarType.Float32 } && KernelLibrary.ElementHere(x) is { } element &&
        x.is_contiguous() && KernelLibrary.BatchNormReluFits(x.size(2) * x.size(3), element) != 0;

    /// <summary>The normalised batch where it is positive, else 0; moves the running statistics.</summary>
    /// <param name="norm">The normalisation.</param>
    /// <param name="x">[N, C, H, W]; they fit.</param>
    public static Tensor Of(BatchNorm2d norm, Tensor x)
    {
        using (no_grad()) norm.num_batches_tracked!.add_(1);
        return apply(x, norm.weight!, norm.bias!, norm);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (x, gamma, beta, norm) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2], (BatchNorm2d)arguments[3]);
        var shape = new BatchNormShape(x.size(0), x.size(1), x.size(2) * x.size(3), (float)norm.eps, (float)norm.momentum!.Value);
        var (output, statistics) = (empty_like(x), empty(2, shape.Channels));
        var means = KernelLibrary.Data(statistics.Handle);
        KernelLibrary.BatchNormRelu(
            shape, KernelLibrary.ElementOf(x), KernelLibrary.Data(x.Handle), KernelLibrary.Data(gamma.Handle), KernelLibrary.Data(beta.Handle),
            KernelLibrary.Data(output.Handle), means, Variances(means, shape), KernelLibrary.Data(norm.running_mean!.Handle),
            KernelLibrary.Data(norm.running_var!.Handle), get_num_threads());
        GC.KeepAlive(arguments);
        context.save_for_backward([x, gamma, beta, statistics]);
        context.save_data(Shape, shape);
        return output;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (x, gamma, beta, statistics) = (saved[0], saved[1], saved[2], saved[3]);
        var shape = (BatchNormShape)context.get_data(Shape);
        var means = KernelLibrary.Data(statistics.Handle);
        List<Tensor> gradients = [empty_like(x), empty_like(gamma), empty_like(beta), null!];
        using var contiguous = gradient.contiguous();
        KernelLibrary.BatchNormReluBackward(
            shape, KernelLibrary.ElementOf(x), KernelLibrary.Data(x.Handle), KernelLibrary.Data(gamma.Handle), KernelLibrary.Data(beta.Handle), means,
            Variances(means, shape), KernelLibrary.Data(contiguous.Handle), KernelLibrary.Data(gradients[0].Handle), KernelLibrary.Data(gradients[1].Handle),
            KernelLibrary.Data(gradients[2].Handle), get_num_threads());
        GC.KeepAlive(saved);
        return gradients;
    }

    static nint Variances(nint means, BatchNormShape shape) => means + (nint)(shape.Channels * sizeof(float));
}
