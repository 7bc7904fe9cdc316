using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Table 5's ViT: patch 16, embedding 512, two blocks, 4 heads, no class token; [N, 3, S, S] -> [N, 512, S/16, S/16] at full width.</summary>
public sealed class VisionTransformer : nn.Module<Tensor, Tensor>
{
    private const int Patch = 16;
    private const int Depth = 2;
    private const int HeadWidth = 128; // 4 heads at the paper's 512 channels

    [ComponentName(Name = "patch_embed")]
    private readonly PatchEmbedding patchEmbed;

    [ComponentName(Name = "pos_embed")]
    private readonly Parameter positions;

    private readonly ModuleList<VitBlock> blocks = new();
    private readonly LayerNorm norm;
    private readonly int side, channels;

    /// <summary>Creates the transformer.</summary>
    /// <param name="options">Width and input size.</param>
    public VisionTransformer(MerNetOptions options) : base(nameof(VisionTransformer))
    {
        channels = options.Scale(512);
        side = (options.InputSize + Patch - 1) / Patch;
        patchEmbed = new PatchEmbedding(options.InputSize, Patch, channels, normalize: false);
        positions = WeightInitialization.NormalParameter(1, side * side, channels);
        for (var i = 0; i < Depth; i++)
        {
            blocks.Add(new VitBlock(side * side, channels, Math.Max(1, channels / HeadWidth)));
        }

        norm = nn.LayerNorm(channels, VitBlock.LayerNormEpsilon);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = patchEmbed.call(input).reshape(-1, side * side, channels) + positions;
        foreach (var block in blocks)
        {
            x = block.call(x);
        }

        return norm.call(x).transpose(1, 2).view(-1, channels, side, side).MoveToOuterDisposeScope();
    }
}
