using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>micro-BERT's decoder, which only its pre-training uses: tokens [N, 1 + L, C] through four blocks back to the pixels of each patch, [N, L, 192].</summary>
public sealed class MicronBertDecoder : nn.Module<Tensor, Tensor>
{
    private readonly TokenLinear embed;
    private readonly ModuleList<VitBlock> blocks = new();
    private readonly LayerNorm norm;
    private readonly TokenLinear pixels;
    private readonly Constant positions;

    /// <summary>Creates the decoder.</summary>
    /// <param name="size">Side of a frame.</param>
    /// <param name="width">Channels C.</param>
    public MicronBertDecoder(int size, int width) : base(nameof(MicronBertDecoder))
    {
        var side = (size + MicronBertOptions.Patch - 1) / MicronBertOptions.Patch;
        embed = new TokenLinear(width, width);
        for (var i = 0; i < MicronBertEncoder.Depth; i++)
        {
            blocks.Add(new VitBlock(1 + side * side, width, MicronBertEncoder.Heads));
        }

        norm = nn.LayerNorm(width, VitBlock.LayerNormEpsilon);
        pixels = new TokenLinear(width, 3 * MicronBertOptions.Patch * MicronBertOptions.Patch);
        positions = new Constant(() => SinePositions.Of(side, width));
        RegisterComponents();
    }

    /// <summary>The pixels of each patch of a frame, [N, 3, S, S] -> [N, L, 192]; past the rim they are zero.</summary>
    public static Tensor Patches(Tensor frames)
    {
        var rest = (MicronBertOptions.Patch - frames.size(-1) % MicronBertOptions.Patch) % MicronBertOptions.Patch;
        using var scope = NewDisposeScope();
        var padded = rest == 0 ? frames : nn.functional.pad(frames, (0, rest, 0, rest));
        return nn.functional.unfold(padded, MicronBertOptions.Patch, stride: MicronBertOptions.Patch).transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = embed.call(input).Plus(positions.Like(input));
        foreach (var block in blocks)
        {
            x = block.call(x);
        }

        return pixels.call(norm.call(x).narrow(1, 1, x.size(1) - 1)).MoveToOuterDisposeScope();
    }
}
