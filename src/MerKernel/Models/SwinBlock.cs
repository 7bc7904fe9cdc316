using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>A Swin block: x + attention(LayerNorm(x)), then x + MLP(LayerNorm(x)), each branch under stochastic depth; [N, H, W, C].</summary>
public sealed class SwinBlock : nn.Module<Residual, Tensor?, Tensor?, Residual>
{
    private readonly LayerNorm norm1;
    private readonly WindowAttention attn;
    private readonly LayerNorm norm2;
    private readonly TransformerMlp mlp;

    /// <summary>Creates a block.</summary>
    /// <param name="side">Side of the map.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="shifted">Whether the windows are shifted.</param>
    public SwinBlock(int side, int channels, int heads, int window, bool shifted) : base(nameof(SwinBlock))
    {
        norm1 = nn.LayerNorm(channels);
        attn = new WindowAttention(side, channels, heads, window, shifted);
        norm2 = nn.LayerNorm(channels);
        mlp = new TransformerMlp(channels);
        RegisterComponents();
    }

    /// <summary>Runs the block; the MLP's branch is left to be added.</summary>
    /// <param name="input">[N, H, W, C].</param>
    /// <param name="attentionFactor">Stochastic depth's factor per sample for the attention branch, [N, 1, 1, 1]; null is 1.</param>
    /// <param name="mlpFactor">The same for the MLP branch.</param>
    public override Residual forward(Residual input, Tensor? attentionFactor, Tensor? mlpFactor)
    {
        using var scope = NewDisposeScope();
        var (x, normed) = input.Normalize(norm1);
        (x, normed) = new Residual(x, attn.call(normed), attentionFactor).Normalize(norm2);
        return new Residual(x, mlp.call(normed), mlpFactor).MoveToOuterDisposeScope();
    }
}
