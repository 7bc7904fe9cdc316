using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// The facial position focalizer (section 3.2): Swin with patch 4, embedding 128, depths 2, 2, 6 and heads 4, 8, 16;
/// [N, 3, S, S] -> [N, 512, S/16, S/16] at full width.
/// </summary>
public sealed class SwinTransformer : nn.Module<Tensor, Tensor>
{
    private const int Patch = 4;
    private static readonly int[] Depths = [2, 2, 6];
    /// <summary>Channels a head: gives the paper's 4, 8 and 16 heads at full width, fewer where the network is narrower.</summary>
    private const int HeadWidth = 32;

    [ComponentName(Name = "patch_embed")]
    private readonly PatchEmbedding patchEmbed;

    private readonly ModuleList<SwinStage> layers = new();
    private readonly LayerNorm norm;
    private readonly StochasticDepth stochasticDepth;

    /// <summary>Creates the transformer.</summary>
    /// <param name="options">Width, input size, window and stochastic depth.</param>
    /// <param name="stochasticDepth">Where the branches' factors are drawn.</param>
    public SwinTransformer(MerNetOptions options, StochasticDepth stochasticDepth) : base(nameof(SwinTransformer))
    {
        var channels = options.Scale(128);
        var side = (options.InputSize + Patch - 1) / Patch;
        patchEmbed = new PatchEmbedding(options.InputSize, Patch, channels, normalize: true);
        for (var stage = 0; stage < Depths.Length; stage++)
        {
            var last = stage == Depths.Length - 1;
            layers.Add(new SwinStage(side, channels, Depths[stage], Math.Max(1, channels / HeadWidth), options.WindowSize, last));
            (side, channels) = last ? (side, channels) : ((side + 1) / 2, 2 * channels);
        }

        norm = nn.LayerNorm(channels);
        this.stochasticDepth = stochasticDepth;
        RegisterComponents();
    }

    /// <summary>Number of blocks, each with an attention and an MLP branch.</summary>
    public static int BlockCount => Depths.Sum();

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        // A GPU's autocast normalises in 32 bits; the residual stream is of the products' type, as on a processor.
        var x = patchEmbed.call(input);
        x = x.to(Autocast.ProductType(x));
        var factors = training ? stochasticDepth.Draw(x) : null;
        for (var (stage, first) = (0, 0); stage < Depths.Length; first += 2 * Depths[stage], stage++)
        {
            x = layers[stage].call(x, factors is null ? default : new ArraySegment<Tensor>(factors, first, 2 * Depths[stage]));
        }

        return norm.call(x).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
