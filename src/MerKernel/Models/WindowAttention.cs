using MerKernel.Cuda;
using MerKernel.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Self-attention within (shifted) windows with a learned relative position bias: [N, H, W, C] -> [N, H, W, C] (Liu et al. 2021, section 3.2).</summary>
public sealed class WindowAttention : nn.Module<Tensor, Tensor>, IAttentionLayer
{
    private readonly TokenLinear qkv;
    private readonly TokenLinear proj;

    [ComponentName(Name = "relative_position_bias_table")]
    private readonly Parameter biasTable;

    private readonly Constant relativeIndex;
    private readonly Constant? mask;
    private readonly Scalar scale;
    private readonly int side, padding, windows, window, shift, channels, heads;

    /// <summary>Creates the layer.</summary>
    /// <param name="side">Side of the map; padded with zeros to a multiple of the window.</param>
    /// <param name="channels">Channels C.</param>
    /// <param name="heads">Attention heads; must divide C.</param>
    /// <param name="window">Side of a window.</param>
    /// <param name="shifted">Whether the windows are shifted by half their side; has no effect where one window covers the map.</param>
    public WindowAttention(int side, int channels, int heads, int window, bool shifted) : base(nameof(WindowAttention))
    {
        qkv = new TokenLinear(channels, 3 * channels);
        proj = new TokenLinear(channels, channels);
        biasTable = WeightInitialization.NormalParameter((2 * window - 1) * (2 * window - 1), heads);
        scale = 1 / Math.Sqrt(channels / heads);
        padding = (window - side % window) % window;
        windows = (side + padding) / window;
        shift = shifted && windows > 1 ? window / 2 : 0;
        relativeIndex = new Constant(() => WindowGeometry.RelativeIndex(window));
        mask = shift == 0 ? null : new Constant(() => WindowGeometry.ShiftMask(windows * window, window, shift).unsqueeze(1));
        (this.side, this.window, this.channels, this.heads) = (side, window, channels, heads);
        RegisterComponents();
    }

    long IAttentionLayer.AttentionMacs => 2L * windows * windows * window * window * window * window * channels;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var padded = Pad(input);
        var shape = new WindowShape(input.size(0), windows * window, window, shift, heads, channels / heads);
        var x = FusedWindowAttention.Fits(shape, padded, biasTable)
            ? FusedWindowAttention.Of(shape, qkv.call(padded, false), qkv.Bias!, biasTable)
            : CudaWindowAttention.Fits(shape, padded, biasTable) ? CudaWindowAttention.Of(shape, qkv.call(padded, false), qkv.Bias!, biasTable)
            : Composed(padded);
        x = padding == 0 ? x : x.narrow(1, 0, side).narrow(2, 0, side);
        return proj.call(x).MoveToOuterDisposeScope();
    }

    /// <summary>Attention by libtorch's operations, [N, padded side, padded side, C].</summary>
    private Tensor Composed(Tensor padded)
    {
        var split = Split(padded);
        var x = Weights(split).matmul(split[2]).view([-1, windows, windows, heads, window, window, channels / heads])
            .permute(0, 1, 4, 2, 5, 3, 6).reshape(-1, windows * window, windows * window, channels);
        return shift == 0 ? x : x.roll((shift, shift), (1, 2));
    }

    /// <summary>
    /// The attention between the positions of the map, averaged over the heads and put back from (shifted) windows: [N, L, L] with L = side * side in
    /// row-major order, a row for each query. A row sums to 1 less what the position attends to padding.
    /// </summary>
    /// <param name="input">The layer's input, [N, H, W, C].</param>
    public Tensor Attend(Tensor input)
    {
        using var scope = NewDisposeScope();
        var padded = windows * window;
        var weights = Weights(Split(Pad(input))).mean([2]);
        var tokens = WindowGeometry.Tokens(padded, window, shift).to(input.device);
        var pairs = (tokens.unsqueeze(2) * (padded * padded) + tokens.unsqueeze(1)).flatten();
        var all = zeros([input.size(0), (long)padded * padded * padded * padded], input.dtype, input.device).index_copy_(1, pairs, weights.flatten(1));
        return all.view(-1, padded, padded, padded, padded).narrow(1, 0, side).narrow(2, 0, side).narrow(3, 0, side).narrow(4, 0, side)
            .reshape(-1, side * side, side * side).MoveToOuterDisposeScope();
    }

    private Tensor Pad(Tensor input) => padding == 0 ? input : nn.functional.pad(input, [0, 0, 0, padding, 0, padding]);

    /// <summary>Queries, keys and values, each [N, windows, heads, w * w, C / heads].</summary>
    private Tensor[] Split(Tensor padded)
    {
        var x = shift == 0 ? padded : padded.roll((-shift, -shift), (1, 2));

        // The projection works token by token, so one copy of each result both cuts the windows and splits the heads. Apart before the copies, so that on the
        // way back the three gradients are joined by the copy that puts the windows together again.
        var depth = channels / heads;
        return [.. qkv.call(x).view([-1, windows, window, windows, window, 3, heads, depth]).unbind(5)
            .Select(part => part.permute(0, 1, 3, 5, 2, 4, 6).reshape(-1, windows * windows, heads, window * window, depth))];
    }

    /// <summary>The attention within the windows, [N, windows, heads, w * w, w * w].</summary>
    private Tensor Weights(Tensor[] split)
    {
        var logits = split[0].mul(scale).matmul(split[1].transpose(-2, -1));
        // Under autocast the logits are bfloat16; a 32-bit bias would have them converted there and back.
        return logits.add_(Bias().to(logits.dtype), Numbers.One).softmax(-1);
    }

    /// <summary>What is added to the attention logits: [1 or windows, heads, w * w, w * w].</summary>
    private Tensor Bias()
    {
        var area = window * window;
        var bias = biasTable.index_select(0, relativeIndex.Like(biasTable)).t().contiguous().view(1, heads, area, area);
        return mask is null ? bias : bias.Plus(mask.Like(biasTable));
    }
}
