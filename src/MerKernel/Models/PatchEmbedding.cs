using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Cuts an image into patches and embeds each: [N, 3, S, S] -> [N, S/p, S/p, C]. An image that is no multiple of the patch is padded with zeros at the right and bottom.</summary>
public sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d proj;
    private readonly LayerNorm? norm;
    private readonly int padding;

    /// <summary>Creates the embedding.</summary>
    /// <param name="size">Side of the image.</param>
    /// <param name="patch">Side of a patch.</param>
    /// <param name="channels">Channels of the embedding.</param>
    /// <param name="normalize">Whether a LayerNorm follows (Swin).</param>
    public PatchEmbedding(int size, int patch, int channels, bool normalize) : base(nameof(PatchEmbedding))
    {
        proj = WeightInitialization.Conv(3, channels, patch, stride: patch, bias: true);
        norm = normalize ? nn.LayerNorm(channels) : null;
        padding = (patch - size % patch) % patch;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var padded = padding == 0 ? input : nn.functional.pad(input, (0, padding, 0, padding));
        var patches = proj.call(padded).permute(0, 2, 3, 1);
        return (norm is null ? patches : norm.call(patches)).MoveToOuterDisposeScope();
    }
}
