using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>A vision transformer block: x + attention(LayerNorm(x)), then x + MLP(LayerNorm(x)); [N, L, C].</summary>
public sealed class VitBlock : nn.Module<Tensor, Tensor>, IAttentionLayer
{
    internal const double LayerNormEpsilon = 1e-6;

    private readonly LayerNorm norm1;
    private readonly TokenLinear qkv;
    private readonly TokenLinear proj;
    private readonly LayerNorm norm2;
    private readonly TransformerMlp mlp;
    private readonly int length, channels, heads;

    /// <summary>Creates a block.</summary>
    /// <param name="length">Number L of patches.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="heads">Attention heads; must divide C.</param>
    public VitBlock(int length, int channels, int heads) : base(nameof(VitBlock))
    {
        norm1 = nn.LayerNorm(channels, LayerNormEpsilon);
        qkv = new TokenLinear(channels, 3 * channels);
        proj = new TokenLinear(channels, channels);
        norm2 = nn.LayerNorm(channels, LayerNormEpsilon);
        mlp = new TransformerMlp(channels);
        (this.length, this.channels, this.heads) = (length, channels, heads);
        RegisterComponents();
    }

    long IAttentionLayer.AttentionMacs => 2L * length * length * channels;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var split = Split(input);
        var attended = nn.functional.scaled_dot_product_attention(split[0], split[1], split[2]);
        var x = input.Plus(proj.call(attended.transpose(1, 2).reshape(-1, length, channels)));
        return x.Plus(mlp.call(norm2.call(x))).MoveToOuterDisposeScope();
    }

    /// <summary>The attention between the patches, averaged over the heads: [N, L, L], a row for each query, each row summing to 1.</summary>
    /// <param name="input">The block's input, [N, L, C].</param>
    public Tensor Attend(Tensor input)
    {
        using var scope = NewDisposeScope();
        var split = Split(input);
        var logits = split[0].matmul(split[1].transpose(-2, -1)).Over(Math.Sqrt(channels / heads));
        return logits.softmax(-1).mean([1]).MoveToOuterDisposeScope();
    }

    /// <summary>Queries, keys and values, each [N, heads, L, C / heads].</summary>
    private Tensor[] Split(Tensor input) =>
        qkv.call(norm1.call(input)).view(-1, length, 3, heads, channels / heads).permute(2, 0, 3, 1, 4).unbind(0);
}
