using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>micro-BERT's encoder: patches of 8 pixels and a class token with fixed sine positions through four transformer blocks; [N, 3, S, S] -> [N, 1 + (S / 8)^2, C].</summary>
public sealed class MicronBertEncoder : nn.Module<Tensor, Tensor>
{
    /// <summary>Blocks of the encoder, and of the decoder.</summary>
    public const int Depth = 4;

    /// <summary>Attention heads of a block.</summary>
    public const int Heads = 4;

    [ComponentName(Name = "patch_embed")]
    private readonly PatchEmbedding patchEmbed;

    [ComponentName(Name = "cls_token")]
    private readonly Parameter classToken;

    private readonly ModuleList<VitBlock> blocks = new();
    private readonly LayerNorm norm;
    private readonly Constant positions;
    private readonly int width;

    /// <summary>Creates the encoder.</summary>
    /// <param name="size">Side of a frame.</param>
    /// <param name="width">Channels C.</param>
    public MicronBertEncoder(int size, int width) : base(nameof(MicronBertEncoder))
    {
        var side = (size + MicronBertOptions.Patch - 1) / MicronBertOptions.Patch;
        patchEmbed = new PatchEmbedding(size, MicronBertOptions.Patch, width, normalize: false);
        classToken = WeightInitialization.NormalParameter(1, 1, width);
        for (var i = 0; i < Depth; i++)
        {
            blocks.Add(new VitBlock(1 + side * side, width, Heads));
        }

        norm = nn.LayerNorm(width, VitBlock.LayerNormEpsilon);
        positions = new Constant(() => SinePositions.Of(side, width));
        this.width = width;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var patches = patchEmbed.call(input).flatten(1, 2);
        var x = cat([classToken.expand(input.size(0), 1, width), patches], 1).Plus(positions.Like(input));
        foreach (var block in blocks)
        {
            x = block.call(x);
        }

        return norm.call(x).MoveToOuterDisposeScope();
    }
}
