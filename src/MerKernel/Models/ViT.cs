using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// Table 5's position stream (Dosovitskiy et al. 2020): patch 16, embedding 512, two blocks, 4 heads, no class token;
/// [N, 3, S, S] -> [N, 512, S/16, S/16] at full width.
/// </summary>
public sealed class ViT : Layer
{
    private const int Patch = 16, Depth = 2;

    /// <summary>Channels per head: 4 heads at the paper's 512 channels.</summary>
    private const int HeadWidth = 128;

    [ComponentName(Name = "patch_embed")] private readonly PatchEmbedding patchEmbed;
    [ComponentName(Name = "pos_embed")] private readonly Parameter positions;
    private readonly ModuleList<ViTBlock> blocks = new();
    private readonly LayerNorm norm;
    private readonly int side, channels;

    /// <summary>Creates the transformer.</summary>
    /// <param name="options">Width and input size.</param>
    public ViT(MerNetOptions options)
        : this(options.InputSize, Patch, options.Scale(512), Math.Max(1, options.Scale(512) / HeadWidth))
    {
    }

    /// <summary>Creates a transformer of another shape.</summary>
    /// <param name="size">Side of the image.</param>
    /// <param name="patch">Side of a patch.</param>
    /// <param name="channels">Channels of a token.</param>
    /// <param name="heads">Attention heads.</param>
    internal ViT(int size, int patch, int channels, int heads)
    {
        (side, this.channels) = ((size + patch - 1) / patch, channels);
        patchEmbed = new PatchEmbedding(size, patch, channels, normalize: false);
        positions = Layers.Normal(1, side * side, channels);
        for (var i = 0; i < Depth; i++) blocks.Add(new ViTBlock(side * side, channels, heads));
        norm = nn.LayerNorm(channels, ViTBlock.Epsilon);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor image)
    {
        var x = patchEmbed.call(image).reshape(-1, side * side, channels).Plus(positions);   // [N, L, C], L = (S/16)^2
        foreach (var block in blocks) x = block.call(x);
        return norm.call(x).transpose(1, 2).view(-1, channels, side, side);
    }
}

/// <summary>
/// A vision transformer block: x + attention(LayerNorm(x)), then x + MLP(LayerNorm(x)); [N, L, C] -> [N, L, C].
/// </summary>
public sealed class ViTBlock : Layer, IAttends, IOwnMacs
{
    internal const double Epsilon = 1e-6;

    private readonly LayerNorm norm1;
    private readonly Linear qkv, proj;
    private readonly LayerNorm norm2;
    private readonly Mlp mlp;
    private readonly int length, channels, heads;

    /// <summary>Creates a block.</summary>
    /// <param name="length">Number L of tokens.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="heads">Attention heads; must divide C.</param>
    public ViTBlock(int length, int channels, int heads)
    {
        norm1 = nn.LayerNorm(channels, Epsilon);
        (qkv, proj) = (new Linear(channels, 3 * channels), new Linear(channels, channels));
        norm2 = nn.LayerNorm(channels, Epsilon);
        mlp = new Mlp(channels);
        (this.length, this.channels, this.heads) = (length, channels, heads);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens)
    {
        var split = Split(tokens);
        // softmax(QK^T / sqrt(d)) V
        var attended = nn.functional.scaled_dot_product_attention(split[0], split[1], split[2]);
        var x = tokens.Plus(proj.call(attended.transpose(1, 2).reshape(-1, length, channels)));
        return x.Plus(mlp.call(norm2.call(x)));
    }

    long IOwnMacs.OwnMacs(Tensor input) => 2 * input.size(0) * length * length * channels;

    /// <summary>
    /// The attention between the patches, averaged over the heads: [N, L, L], a row for each query, each row summing
    /// to 1.
    /// </summary>
    /// <param name="input">The block's input, [N, L, C].</param>
    public Tensor Attend(Tensor input) => Scoped(() =>
    {
        var split = Split(input);
        var logits = split[0].matmul(split[1].transpose(-2, -1)).Over(Math.Sqrt(channels / heads));
        return logits.softmax(-1).mean([1]);
    });

    /// <summary>Queries, keys and values, each [N, heads, L, C / heads].</summary>
    private Tensor[] Split(Tensor input) =>
        qkv.call(norm1.call(input)).view(-1, length, 3, heads, channels / heads).permute(2, 0, 3, 1, 4).unbind(0);
}
