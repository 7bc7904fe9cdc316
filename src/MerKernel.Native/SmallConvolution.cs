using MerKernel.Training;
using static TorchSharp.torch;

namespace MerKernel.Native;

/// <summary>A convolution of few channels over small images by <see cref="KernelLibrary"/>, in 32 bits.</summary>
internal sealed class SmallConvolution : autograd.SingleTensorFunction<SmallConvolution>
{
    const string Shape = nameof(Shape), ForImages = nameof(ForImages);

    public override string Name => nameof(SmallConvolution);

    /// <summary>Its sizes.</summary>
    /// <param name="x">[N, from, H, W].</param>
    /// <param name="weight">[to, from, k, k].</param>
    /// <param name="stride">Stride.</param>
    /// <param name="padding">Rim of zeros.</param>
    public static ConvolutionShape ShapeOf(Tensor x, Tensor weight, long stride, long padding) =>
        new(x.size(0), x.size(1), weight.size(0), x.size(2), x.size(3), weight.size(2), stride, padding);

    /// <summary>Whether it can be computed.</summary>
    public static bool Fits(Tensor x, Tensor weight, long stride, long padding) =>
        KernelLibrary.ComputesOn(x) && x.dtype == ScalarType.Float32 && weight.dtype == ScalarType.Float32
            && Autocast.ProductType(x) == ScalarType.Float32 &&
        x.dim() == 4 && weight.size(1) == x.size(1) && weight.size(2) == weight.size(3)
            && KernelLibrary.ConvolutionFits(ShapeOf(x, weight, stride, padding)) != 0;

    /// <summary>The convolution, [N, to, H', W'].</summary>
    public static Tensor Of(Tensor x, Tensor weight, Tensor? bias, long stride, long padding) =>
        apply(x, weight, bias ?? empty(0, device: x.device), ShapeOf(x, weight, stride, padding), x.requires_grad);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (x, weight, bias, shape) = (((Tensor)arguments[0]).contiguous(), ((Tensor)arguments[1]).contiguous(),
            (Tensor)arguments[2], (ConvolutionShape)arguments[3]);
        var output = empty(
            [shape.Images, shape.To, (shape.Height + 2 * shape.Padding - shape.Kernel) / shape.Stride + 1,
                (shape.Width + 2 * shape.Padding - shape.Kernel) / shape.Stride + 1],
            device: x.device);
        KernelLibrary.Convolution(shape, KernelLibrary.Data(x), KernelLibrary.Data(weight),
            bias.numel() == 0 ? 0 : KernelLibrary.Data(bias), KernelLibrary.Data(output));
        GC.KeepAlive(arguments);
        context.save_for_backward([x, weight, bias]);
        context.save_data(Shape, shape);
        context.save_data(ForImages, arguments[4]);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        var saved = context.get_saved_variables();
        var (x, weight, bias) = (saved[0], saved[1], saved[2]);
        using var contiguous = gradient.contiguous();
        // The first layer's images are data, which need no gradient.
        var (images, weights, biases) = ((bool)context.get_data(ForImages) ? empty_like(x) : null, empty_like(weight),
            bias.numel() == 0 ? null : empty_like(bias));
        KernelLibrary.ConvolutionBackward(
            (ConvolutionShape)context.get_data(Shape), KernelLibrary.Data(x), KernelLibrary.Data(weight),
            KernelLibrary.Data(contiguous),
            images is null ? 0 : KernelLibrary.Data(images), KernelLibrary.Data(weights),
            biases is null ? 0 : KernelLibrary.Data(biases));
        GC.KeepAlive(saved);
        return [images!, weights, biases!, null!, null!];
    }
}
