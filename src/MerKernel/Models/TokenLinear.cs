using MerKernel.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// A linear layer applied to every token of a transformer: [..., in] -> [..., out]. The tokens go through as rows of one matrix, where libtorch adds the bias
/// within the product; with more dimensions it adds it in a pass of its own, under autocast in 32 bits and back.
/// </summary>
public sealed class TokenLinear : nn.Module<Tensor, bool, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter? bias;

    /// <summary>Creates the layer: normal weights of deviation 0.02, zero bias.</summary>
    /// <param name="inFeatures">Features of a token.</param>
    /// <param name="outFeatures">Features of a token afterwards.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    public TokenLinear(long inFeatures, long outFeatures, bool hasBias = true) : base(nameof(TokenLinear))
    {
        weight = WeightInitialization.NormalParameter(outFeatures, inFeatures);
        bias = hasBias ? nn.Parameter(zeros(outFeatures)) : null;
        RegisterComponents();
    }

    /// <summary>Weights, [out, in].</summary>
    public Parameter Weight => weight;

    /// <summary>Bias, [out], or null.</summary>
    public Parameter? Bias => bias;

    /// <summary>Applies the layer.</summary>
    /// <param name="input">[..., in].</param>
    public Tensor call(Tensor input) => call(input, true);

    /// <summary>Applies the layer.</summary>
    /// <param name="input">[..., in].</param>
    /// <param name="addBias">False where what follows adds the bias.</param>
    public override Tensor forward(Tensor input, bool addBias)
    {
        using var scope = NewDisposeScope();
        var (tokens, added) = (input.flatten(0, -2), addBias ? bias : null);
        var output = FusedLinear.Fits(tokens, weight) ? FusedLinear.Of(tokens, weight, added) : nn.functional.linear(tokens, weight, added);
        return output.view([.. input.shape[..^1], weight.size(0)]).MoveToOuterDisposeScope();
    }
}
