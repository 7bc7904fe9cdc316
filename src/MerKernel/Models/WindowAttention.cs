using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Self-attention within (shifted) windows with a learned relative position bias: [N, H, W, C] -> [N, H, W, C] (Liu et al. 2021, section 3.2).</summary>
public sealed class WindowAttention : nn.Module<Tensor, Tensor>, IAttentionCost
{
    private readonly Linear qkv;
    private readonly Linear proj;

    [ComponentName(Name = "relative_position_bias_table")]
    private readonly Parameter biasTable;

    private readonly Constant relativeIndex;
    private readonly Constant? mask;
    private readonly int side, padding, windows, window, shift, channels, heads;

    /// <summary>Creates the layer.</summary>
    /// <param name="side">Side of the map; padded with zeros to a multiple of the window.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="heads">Attention heads; must divide C.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="shifted">Whether the windows are shifted by half their side; has no effect where one window covers the map.</param>
    public WindowAttention(int side, int channels, int heads, int window, bool shifted) : base(nameof(WindowAttention))
    {
        qkv = WeightInitialization.TransformerLinear(channels, 3 * channels);
        proj = WeightInitialization.TransformerLinear(channels, channels);
        biasTable = WeightInitialization.NormalParameter((2 * window - 1) * (2 * window - 1), heads);
        padding = (window - side % window) % window;
        windows = (side + padding) / window;
        shift = shifted && windows > 1 ? window / 2 : 0;
        relativeIndex = new Constant(() => WindowGeometry.RelativeIndex(window));
        mask = shift == 0 ? null : new Constant(() => WindowGeometry.ShiftMask(windows * window, window, shift).unsqueeze(1));
        (this.side, this.window, this.channels, this.heads) = (side, window, channels, heads);
        RegisterComponents();
    }

    long IAttentionCost.AttentionMacs => 2L * windows * windows * window * window * window * window * channels;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = padding == 0 ? input : nn.functional.pad(input, [0, 0, 0, padding, 0, padding]);
        x = shift == 0 ? x : x.roll((-shift, -shift), (1, 2));

        // The projection works token by token, so one copy of its result both cuts the windows and splits the heads.
        var depth = channels / heads;
        var split = qkv.call(x).view([-1, windows, window, windows, window, 3, heads, depth])
            .permute(5, 0, 1, 3, 6, 2, 4, 7).reshape(3, -1, windows * windows, heads, window * window, depth).unbind(0);
        var weights = (split[0] * (1 / Math.Sqrt(depth))).matmul(split[1].transpose(-2, -1)).add_(Bias()).softmax(-1);
        x = weights.matmul(split[2]).view([-1, windows, windows, heads, window, window, depth])
            .permute(0, 1, 4, 2, 5, 3, 6).reshape(-1, windows * window, windows * window, channels);

        x = shift == 0 ? x : x.roll((shift, shift), (1, 2));
        x = padding == 0 ? x : x.narrow(1, 0, side).narrow(2, 0, side);
        return proj.call(x).MoveToOuterDisposeScope();
    }

    /// <summary>What is added to the attention logits: [1 or windows, heads, w * w, w * w].</summary>
    private Tensor Bias()
    {
        var area = window * window;
        var bias = biasTable.index_select(0, relativeIndex.Like(biasTable)).t().contiguous().view(1, heads, area, area);
        return mask is null ? bias : bias + mask.Like(biasTable);
    }
}
