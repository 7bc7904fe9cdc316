using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>Windows of w x w positions on a map, the map shifted cyclically, for windowed attention.</summary>
/// <param name="side">Side of the map, a multiple of the window.</param>
/// <param name="window">Side w of a window.</param>
/// <param name="shift">Positions that the map is shifted by, 0 to w - 1.</param>
/// <param name="heads">Attention heads.</param>
/// <param name="depth">Channels per head.</param>
public sealed class Windows(int side, int window, int shift, int heads, int depth)
{
    private readonly Constant index = new(() => RelativeIndex(window));
    private readonly Constant? mask = shift == 0 ? null : new(() => ShiftMask(side, window, shift).unsqueeze(1));
    private readonly Scalar scale = 1 / Math.Sqrt(depth);
    private readonly int count = side / window;

    /// <summary>Side of the map.</summary>
    public int Side => side;

    /// <summary>Side of a window.</summary>
    public int Window => window;

    /// <summary>Positions that the map is shifted by.</summary>
    public int Shift => shift;

    /// <summary>Attention heads.</summary>
    public int Heads => heads;

    /// <summary>Channels per head.</summary>
    public int Depth => depth;

    /// <summary>
    /// Queries, keys and values of a map [N, side, side, C], each [N, windows, heads, w * w, C / heads].
    /// </summary>
    internal (Tensor Queries, Tensor Keys, Tensor Values) Split(Tensor map, Linear qkv)
    {
        var x = shift == 0 ? map : map.roll((-shift, -shift), (1, 2));
        // The projection works token by token, so one copy of each result both cuts the windows and splits the heads.
        // Apart before the copies, so that on the way back the three gradients are joined by the copy that puts the
        // windows together again.
        Tensor[] parts = [.. qkv.call(x).view([-1, count, window, count, window, 3, heads, depth]).unbind(5)
            .Select(part =>
                part.permute(0, 1, 3, 5, 2, 4, 6).reshape(-1, count * count, heads, window * window, depth))];
        return (parts[0], parts[1], parts[2]);
    }

    /// <summary>
    /// softmax(QK^T / sqrt(d) + B), with -100 where a shift forbids; [N, windows, heads, w * w, w * w].
    /// </summary>
    internal Tensor Weights(Tensor queries, Tensor keys, Tensor table)
    {
        var logits = queries.mul(scale).matmul(keys.transpose(-2, -1));
        // Under autocast the logits are bfloat16; a 32-bit bias would have them converted there and back.
        return logits.add_(Bias(table).to(logits.dtype), Numbers.One).softmax(-1);
    }

    /// <summary>
    /// softmax(QK^T / sqrt(d) + B) V by libtorch's fused attention with B as its mask, one operation in the place of
    /// five; [N, windows, heads, w * w, C / heads]. It knows one dimension of heads, so windows and heads become one.
    /// </summary>
    internal Tensor Fused(Tensor queries, Tensor keys, Tensor values, Tensor table)
    {
        var mask = Bias(table).to(queries.dtype)
            .expand(1, count * count, heads, window * window, window * window).flatten(1, 2);
        return nn.functional.scaled_dot_product_attention(queries.flatten(1, 2), keys.flatten(1, 2),
            values.flatten(1, 2), mask.expand(queries.size(0), -1, -1, -1))
            .reshape(queries.shape);
    }

    /// <summary>The relative position bias B and the mask of a shift, [1, 1 or windows, heads, w * w, w * w].</summary>
    private Tensor Bias(Tensor table)
    {
        var bias = table.index_select(0, index.Like(table)).t().contiguous()
            .view(1, 1, heads, window * window, window * window);
        return mask is null ? bias : bias.Plus(mask.Like(table));
    }

    /// <summary>
    /// Attention within windows as <see cref="Ops.WindowAttention"/> has it, by <see cref="Fused"/>; [N, side, side, C]
    /// -> the same.
    /// </summary>
    internal Tensor AttendFused(Tensor map, Linear qkv, Tensor table)
    {
        var (queries, keys, values) = Split(map, qkv);
        return Join(Fused(queries, keys, values, table));
    }

    /// <summary>
    /// Puts windows [N, windows, heads, w * w, C / heads] together to a map again, [N, side, side, C].
    /// </summary>
    internal Tensor Join(Tensor x)
    {
        var map = x.view([-1, count, count, heads, window, window, depth]).permute(0, 1, 4, 2, 5, 3, 6)
            .reshape(-1, side, side, heads * depth);
        return shift == 0 ? map : map.roll((shift, shift), (1, 2));
    }

    /// <summary>
    /// For each pair of positions in a window the row of the relative position bias table, [w * w * w * w]: (row
    /// difference + w - 1) * (2w - 1) + column difference + w - 1.
    /// </summary>
    internal static Tensor RelativeIndex(int window)
    {
        var positions = Enumerable.Range(0, window * window)
            .Select(p => (Row: p / window, Column: p % window)).ToArray();
        var index = from a in positions
                    from b in positions
                    select (long)((a.Row - b.Row + window - 1) * (2 * window - 1) + a.Column - b.Column + window - 1);
        return torch.tensor(index.ToArray());
    }

    /// <summary>
    /// The mask of the attention logits after a cyclic shift: 0 between positions that were neighbours before the
    /// shift, -100 between others; [windows, w * w, w * w].
    /// </summary>
    internal static Tensor ShiftMask(int side, int window, int shift)
    {
        // A shifted map has three bands per axis: untouched windows, the rest of the last window, and the part from the
        // other edge.
        int Band(int position) => position < side - window ? 0 : position < side - shift ? 1 : 2;
        var (perAxis, area) = (side / window, window * window);
        var mask = new float[perAxis * perAxis, area, area];
        for (var w = 0; w < perAxis * perAxis; w++)
        {
            int Region(int p) => 3 * Band(w / perAxis * window + p / window) + Band(w % perAxis * window + p % window);
            for (var a = 0; a < area; a++)
                for (var b = 0; b < area; b++)
                    mask[w, a, b] = Region(a) == Region(b) ? 0 : -100;
        }

        return torch.tensor(mask);
    }

    /// <summary>
    /// Where the positions of the windows are in the map: [windows, w * w], each an index row * side + column. After
    /// the cyclic shift window (0, 0) begins at (shift, shift), and the last windows of an axis wrap around.
    /// </summary>
    internal static Tensor Tokens(int side, int window, int shift)
    {
        var perAxis = side / window;
        long Place(int windowOnAxis, int within) => (windowOnAxis * window + within + shift) % side;
        var places = from w in Enumerable.Range(0, perAxis * perAxis)
                     from p in Enumerable.Range(0, window * window)
                     select Place(w / perAxis, p / window) * side + Place(w % perAxis, p % window);
        return torch.tensor(places.ToArray()).view(perAxis * perAxis, window * window);
    }
}
