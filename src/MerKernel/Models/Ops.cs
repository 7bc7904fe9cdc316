using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// The operations that a training step spends its time in, each by a few of libtorch's. A program may give a device its
/// own implementation of them (<see cref="Use"/>), for example MerKernel.Native on a processor; it then takes an
/// operation's place as a whole wherever it fits. Layers do not ask.
/// </summary>
public static class Ops
{
    // libtorch counts its kinds of device up to 21; TorchSharp has names for the first 15.
    private static readonly IOps?[] Own = new IOps?[32];

    /// <summary>Gives a device its own implementation; null takes it away. Call it before networks run.</summary>
    public static void Use(DeviceType device, IOps? ops) => Own[(int)device] = ops;

    /// <summary>A device's own implementation, or null.</summary>
    public static IOps? Of(DeviceType device) => Own[(int)device];

    private static IOps? On(Tensor x) => Own[(int)x.device_type];

    /// <summary>Tokens times weights, plus a bias: [tokens, in] -> [tokens, out].</summary>
    /// <param name="tokens">[tokens, in].</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null.</param>
    public static Tensor Linear(Tensor tokens, Tensor weight, Tensor? bias) =>
        On(tokens)?.Linear(tokens, weight, bias) ?? nn.functional.linear(tokens, weight, bias);

    /// <summary>
    /// A convolution, [N, from, H, W] -> [N, to, H', W']; right on processors too where oneDNN's is not
    /// (<see cref="SoundConvolution"/>).
    /// </summary>
    /// <param name="x">The images.</param>
    /// <param name="weight">[to, from / groups, k, k].</param>
    /// <param name="bias">[to], or null.</param>
    /// <param name="stride">Stride.</param>
    /// <param name="padding">Rim of zeros.</param>
    /// <param name="groups">Groups of channels that see each other.</param>
    public static Tensor Convolution(Tensor x, Tensor weight, Tensor? bias, long stride = 1, long padding = 0,
        long groups = 1)
    {
        if (groups > 1 && SoundConvolution.FillsUp(x, weight))
            (weight, groups) = (SoundConvolution.Ungrouped(weight, groups), 1);
        if (groups == 1 && On(x)?.Convolution(x, weight, bias, stride, padding) is { } own) return own;
        Tensor Convolve(Tensor images, Tensor kernels, Tensor? biases) =>
            nn.functional.conv2d(images, kernels, biases, [stride, stride], [padding, padding], groups: groups);
        return groups == 1 && SoundConvolution.FillsUp(x, weight)
            ? SoundConvolution.Filled(x, weight, bias, Convolve)
            : Convolve(x, weight, bias);
    }

    /// <summary>A convolution along time, [N, from, T] -> [N, to, T'], likewise.</summary>
    /// <param name="x">The sequences.</param>
    /// <param name="weight">[to, from, k].</param>
    /// <param name="bias">[to], or null.</param>
    /// <param name="padding">Zeros at both ends.</param>
    /// <param name="dilation">Distance between the steps that a kernel sees.</param>
    public static Tensor Convolution1d(Tensor x, Tensor weight, Tensor? bias, long padding = 0, long dilation = 1)
    {
        Tensor Convolve(Tensor sequences, Tensor kernels, Tensor? biases) =>
            nn.functional.conv1d(sequences, kernels, biases, padding: padding, dilation: dilation);
        return SoundConvolution.FillsUp(x, weight)
            ? SoundConvolution.Filled(x, weight, bias, Convolve)
            : Convolve(x, weight, bias);
    }

    /// <summary>A convolution over a sequence of images, [N, from, T, H, W] -> [N, to, T, H, W], likewise.</summary>
    /// <param name="x">The sequences.</param>
    /// <param name="weight">[to, from, k, k, k].</param>
    /// <param name="padding">Rim of zeros, in time too.</param>
    public static Tensor Convolution3d(Tensor x, Tensor weight, long padding = 0)
    {
        Tensor Convolve(Tensor sequences, Tensor kernels, Tensor? biases) =>
            nn.functional.conv3d(sequences, kernels, biases, padding: [padding, padding, padding]);
        return SoundConvolution.FillsUp(x, weight)
            ? SoundConvolution.Filled(x, weight, null, Convolve)
            : Convolve(x, weight, null);
    }

    /// <summary>GELU of a linear layer: [..., in] -> [..., out].</summary>
    public static Tensor BiasGelu(Tensor x, Linear linear) =>
        On(x)?.BiasGelu(x, linear) ?? nn.functional.gelu(linear.call(x));

    /// <summary>
    /// A residual sum, and its layer normalisation: (sum, branch) -> (sum + factor * branch, norm of it).
    /// </summary>
    /// <param name="sum">[N, ..., C].</param>
    /// <param name="branch">[N, ..., C]; null adds nothing.</param>
    /// <param name="factor">
    /// Stochastic depth's factor of each sample, [N, 1, ...], which gets no gradient; null is 1.
    /// </param>
    /// <param name="norm">The normalisation over C.</param>
    public static (Tensor Sum, Tensor Normed) AddLayerNorm(Tensor sum, Tensor? branch, Tensor? factor, LayerNorm norm)
    {
        if (branch is not null && On(branch)?.AddLayerNorm(sum, branch, factor, norm) is { } own) return own;
        var total = AddBranch(sum, branch, factor);
        return (total, norm.call(total));
    }

    /// <summary>sum + factor * branch.</summary>
    public static Tensor AddBranch(Tensor sum, Tensor? branch, Tensor? factor) =>
        branch is null ? sum : factor is null ? sum.Plus(branch) : sum.addcmul(branch, factor, Numbers.One);

    /// <summary>
    /// Images [N, C, H, W], the same, in the order in memory that the device's convolutions want; later operations keep
    /// it.
    /// </summary>
    public static Tensor Images(Tensor images) => On(images)?.Images(images) ?? images;

    /// <summary>ReLU of the normalised batch, [N, C, H, W].</summary>
    public static Tensor BatchNormRelu(Tensor x, BatchNorm norm) =>
        On(x)?.BatchNormRelu(x, norm) ?? norm.call(x).relu_();

    /// <summary>
    /// Self-attention within windows (Liu et al. 2021, section 3.2), without the projection behind it;
    /// [N, side, side, C] -> the same.
    /// </summary>
    /// <param name="x">The map, padded to whole windows.</param>
    /// <param name="qkv">The projection to queries, keys and values, C -> 3C.</param>
    /// <param name="table">Relative position bias, [(2w - 1)^2, heads].</param>
    /// <param name="windows">How the map is cut.</param>
    public static Tensor WindowAttention(Tensor x, Linear qkv, Tensor table, Windows windows)
    {
        if (On(x)?.WindowAttention(x, qkv, table, windows) is { } own) return own;
        var (queries, keys, values) = windows.Split(x, qkv);
        return windows.Join(windows.Weights(queries, keys, table).matmul(values));
    }

    /// <summary>
    /// A Swin block (Liu et al. 2021, section 3.1), of which the MLP's branch is left to be
    /// added: x = sum + branch, x + attention(LayerNorm(x)) and MLP(LayerNorm) of that, [N, side, side, C] each.
    /// </summary>
    /// <param name="block">Its layers.</param>
    /// <param name="compose">The block by the operations of its layers.</param>
    /// <param name="sum">[N, side, side, C].</param>
    /// <param name="branch">The branch still to be added to it, likewise; or null.</param>
    /// <param name="branchFactor">Stochastic depth's factor of that branch, [N, 1, 1, 1]; null is 1.</param>
    /// <param name="attentionFactor">That of the attention's branch.</param>
    public static (Tensor Sum, Tensor Branch) SwinBlock(
        SwinParts block, Func<(Tensor, Tensor)> compose, Tensor sum, Tensor? branch, Tensor? branchFactor,
        Tensor? attentionFactor) =>
        On(sum)?.SwinBlock(block, sum, branch, branchFactor, attentionFactor) ?? compose();

    /// <summary>
    /// Pairs of frames chosen from a data set, normalised and resampled (bilinear, zero outside): [rows, 3, S, S] bytes
    /// -> [clips, 2, 3, S, S].
    /// </summary>
    /// <param name="frames">Bytes, [rows, 3, S, S].</param>
    /// <param name="rows">Two rows for each clip, int64 [2 * clips].</param>
    /// <param name="maps">
    /// A transform for each clip from output to input coordinates in -1..1, [clips, 2, 3]; null leaves the frames as
    /// they are.
    /// </param>
    /// <param name="scale">The factor of a byte, [1, 3, 1, 1].</param>
    /// <param name="shift">The summand after that, [1, 3, 1, 1].</param>
    public static Tensor Frames(Tensor frames, Tensor rows, Tensor? maps, Tensor scale, Tensor shift)
    {
        if (On(frames)?.Frames(frames, rows, maps, scale, shift) is { } own) return own;
        var size = frames.size(-1);
        var chosen = frames.index_select(0, rows).to(ScalarType.Float32).mul_(scale).add_(shift, Numbers.One);
        return (maps is null ? chosen : Resample(chosen.view(-1, 6, size, size), maps)).view(-1, 2, 3, size, size);
    }

    /// <summary>
    /// Images [N, C, H, W] under transforms [N or 1, 2, 3] from output to input coordinates in -1..1; bilinear, zero
    /// outside.
    /// </summary>
    public static Tensor Resample(Tensor images, Tensor maps)
    {
        var grid = Layers.AffineGrid(maps, images.size(2), images.size(3)).expand(images.size(0), -1, -1, -1);
        return nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros,
            align_corners: false);
    }

    /// <summary>
    /// An AdamW update (Loshchilov and Hutter 2019) of parameters and moments in place; vectors of one length.
    /// </summary>
    /// <param name="step">The numbers of this update.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="means">Running mean of the gradients.</param>
    /// <param name="variances">Running mean of their squares.</param>
    public static void AdamW(in AdamWStep step, Tensor parameters, Tensor gradients, Tensor means, Tensor variances)
    {
        if (On(parameters)?.AdamW(step, parameters, gradients, means, variances) == true) return;
        using Scalar kept = step.Kept;
        parameters.mul_(kept);
        Adam(step, parameters, gradients, means, variances);
    }

    /// <summary>The same without weight decay (Kingma and Ba 2015).</summary>
    internal static void Adam(in AdamWStep step, Tensor parameters, Tensor gradients, Tensor means, Tensor variances)
    {
        // Numbers that are only arguments may be finalised while libtorch reads them.
        using Scalar beta2 = step.Beta2, share = 1 - step.Beta2, correction = step.RootCorrection,
            epsilon = step.Epsilon, rate = -step.CorrectedRate;
        means.lerp_(gradients, 1 - step.Beta1);
        variances.mul_(beta2).addcmul_(gradients, gradients, share);
        parameters.addcdiv_(means, variances.sqrt().div_(correction).add_(epsilon, Numbers.One), rate);
    }
}

/// <summary>The numbers of one AdamW update.</summary>
/// <param name="Rate">Learning rate.</param>
/// <param name="Decay">Weight decay.</param>
/// <param name="Beta1">Decay of the running mean.</param>
/// <param name="Beta2">Decay of the running mean of squares.</param>
/// <param name="Epsilon">Added to the root of the mean of squares.</param>
/// <param name="Update">The update's number, from 1.</param>
public readonly record struct AdamWStep(double Rate, double Decay, double Beta1, double Beta2, double Epsilon,
    int Update)
{
    /// <summary>The share that a parameter keeps.</summary>
    public double Kept => 1 - Rate * Decay;

    /// <summary>The divisor of the root of the mean of squares.</summary>
    public double RootCorrection => Math.Sqrt(1 - Math.Pow(Beta2, Update));

    /// <summary>The rate over the mean's correction.</summary>
    public double CorrectedRate => Rate / (1 - Math.Pow(Beta1, Update));
}

/// <summary>
/// A device's own implementation of <see cref="Ops"/>, where the operations are described. Each returns null, or false,
/// where it does not fit; by default it never does, so an implementation has only the operations that it does better.
/// </summary>
public interface IOps
{
    /// <summary>Its name, for reports; for example its instruction set.</summary>
    string Name { get; }

    /// <inheritdoc cref="Ops.Linear"/>
    Tensor? Linear(Tensor tokens, Tensor weight, Tensor? bias) => null;

    /// <inheritdoc cref="Ops.Convolution"/>
    Tensor? Convolution(Tensor x, Tensor weight, Tensor? bias, long stride, long padding) => null;

    /// <inheritdoc cref="Ops.BiasGelu"/>
    Tensor? BiasGelu(Tensor x, Linear linear) => null;

    /// <inheritdoc cref="Ops.AddLayerNorm"/>
    (Tensor Sum, Tensor Normed)? AddLayerNorm(Tensor sum, Tensor branch, Tensor? factor, LayerNorm norm) => null;

    /// <inheritdoc cref="Ops.Images"/>
    Tensor? Images(Tensor images) => null;

    /// <inheritdoc cref="Ops.BatchNormRelu"/>
    Tensor? BatchNormRelu(Tensor x, BatchNorm norm) => null;

    /// <inheritdoc cref="Ops.WindowAttention"/>
    Tensor? WindowAttention(Tensor x, Linear qkv, Tensor table, Windows windows) => null;

    /// <inheritdoc cref="Ops.SwinBlock"/>
    (Tensor Sum, Tensor Branch)? SwinBlock(SwinParts block, Tensor sum, Tensor? branch, Tensor? branchFactor,
        Tensor? attentionFactor) => null;

    /// <inheritdoc cref="Ops.Frames"/>
    Tensor? Frames(Tensor frames, Tensor rows, Tensor? maps, Tensor scale, Tensor shift) => null;

    /// <inheritdoc cref="Ops.AdamW"/>
    bool AdamW(in AdamWStep step, Tensor parameters, Tensor gradients, Tensor means, Tensor variances) => false;
}
