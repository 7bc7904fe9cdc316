using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>A transformer encoder whose LayerNorms stand behind the sums, as in the first transformers; [N, L, C] -> [N, L, C].</summary>
public sealed class PostNormEncoder : nn.Module<Tensor, Tensor>, IOwnMacs
{
    private const double Epsilon = 1e-6;

    private readonly Linear q, k, v, proj, fc1, fc2;
    private readonly LayerNorm norm1, norm2;
    private readonly SeededDropout dropout1, dropout2;
    private readonly int heads, headWidth;

    /// <summary>Creates an encoder.</summary>
    /// <param name="width">Channels C.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="headWidth">Channels of a head.</param>
    /// <param name="hidden">Width of the feed-forward part.</param>
    /// <param name="dropout">Dropout rate behind both parts.</param>
    public PostNormEncoder(int width, int heads, int headWidth, int hidden, double dropout) : base(nameof(PostNormEncoder))
    {
        (this.heads, this.headWidth) = (heads, headWidth);
        (q, k, v) = (nn.Linear(width, heads * headWidth, false), nn.Linear(width, heads * headWidth, false), nn.Linear(width, heads * headWidth, false));
        proj = nn.Linear(heads * headWidth, width);
        (fc1, fc2) = (nn.Linear(width, hidden), nn.Linear(hidden, width));
        (norm1, norm2) = (nn.LayerNorm(width, Epsilon), nn.LayerNorm(width, Epsilon));
        (dropout1, dropout2) = (new SeededDropout(dropout), new SeededDropout(dropout));
        RegisterComponents();
    }

    long IOwnMacs.OwnMacs(Tensor input) => 2 * input.size(0) * input.size(1) * input.size(1) * heads * headWidth;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor Heads(Tensor x) => x.view(x.size(0), x.size(1), heads, headWidth).transpose(1, 2);
        var attended = nn.functional.scaled_dot_product_attention(Heads(q.call(input)), Heads(k.call(input)), Heads(v.call(input)));
        var x = norm1.call(dropout1.call(proj.call(attended.transpose(1, 2).flatten(2))).Plus(input));
        return norm2.call(dropout2.call(fc2.call(fc1.call(x).relu_())).Plus(x)).MoveToOuterDisposeScope();
    }
}
