using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Swin's downsampling: 2x2 neighbours side by side, LayerNorm, linear 4C -> 2C; [N, H, W, C] -> [N, H/2, W/2, 2C], an odd side padded with zeros.</summary>
public sealed class PatchMerging : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm norm;
    private readonly TokenLinear reduction;
    private readonly int side;
    private readonly int channels;

    /// <summary>Creates the layer.</summary>
    /// <param name="side">Side of the input map.</param>
    /// <param name="channels">Input channels.</param>
    public PatchMerging(int side, int channels) : base(nameof(PatchMerging))
    {
        norm = nn.LayerNorm(4 * channels);
        reduction = new TokenLinear(4 * channels, 2 * channels, hasBias: false);
        (this.side, this.channels) = (side, channels);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var half = (side + 1) / 2;
        var padded = side % 2 == 0 ? input : nn.functional.pad(input, [0, 0, 0, 1, 0, 1]);

        // Channel groups in the order (row, column) = (0,0), (1,0), (0,1), (1,1), as published Swin weights expect.
        var grouped = padded.view(-1, half, 2, half, 2, channels).permute(0, 1, 3, 4, 2, 5).reshape(-1, half, half, 4 * channels);
        return reduction.call(norm.call(grouped)).MoveToOuterDisposeScope();
    }
}
