using MerKernel.Cuda;
using MerKernel.Kernels;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>The feed-forward part of a transformer block: linear C -> 4C, GELU, linear 4C -> C.</summary>
public sealed class TransformerMlp : nn.Module<Tensor, Tensor>
{
    private const int Ratio = 4;

    private readonly TokenLinear fc1;
    private readonly TokenLinear fc2;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Channels C.</param>
    public TransformerMlp(int channels) : base(nameof(TransformerMlp))
    {
        fc1 = new TokenLinear(channels, Ratio * channels);
        fc2 = new TokenLinear(Ratio * channels, channels);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var hidden = FusedBiasGelu.Fits(input, fc1.Weight)
            ? FusedBiasGelu.Of(fc1.call(input, false), fc1.Bias!)
            : CudaBiasGelu.Fits(input, fc1.Weight) ? CudaBiasGelu.Of(fc1.call(input, false), fc1.Bias!)
            : nn.functional.gelu(fc1.call(input));
        return fc2.call(hidden).MoveToOuterDisposeScope();
    }
}
