using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>The index and mask tensors of windowed attention.</summary>
public static class WindowGeometry
{
    /// <summary>
    /// For each pair of positions in a window the row of the relative position bias table, [w * w * w * w]: (row difference + w - 1) * (2w - 1) +
    /// column difference + w - 1.
    /// </summary>
    /// <param name="window">Side w of the window.</param>
    public static Tensor RelativeIndex(int window)
    {
        var positions = Enumerable.Range(0, window * window).Select(p => (Row: p / window, Column: p % window)).ToArray();
        var index = from a in positions
                    from b in positions
                    select (long)((a.Row - b.Row + window - 1) * (2 * window - 1) + a.Column - b.Column + window - 1);
        return torch.tensor(index.ToArray());
    }

    /// <summary>
    /// What is added to the attention logits after a cyclic shift: 0 between positions that were neighbours before the shift, -100 between others;
    /// [windows, w * w, w * w].
    /// </summary>
    /// <param name="side">Side of the (padded) map, a multiple of the window.</param>
    /// <param name="window">Side w of the window.</param>
    /// <param name="shift">Positions the map was shifted by, in 1 .. w - 1.</param>
    public static Tensor ShiftMask(int side, int window, int shift)
    {
        // A shifted map has three bands per axis: untouched windows, the rest of the last window, what came in from the other edge.
        int Band(int position) => position < side - window ? 0 : position < side - shift ? 1 : 2;
        var perAxis = side / window;
        var area = window * window;
        var mask = new float[perAxis * perAxis, area, area];
        for (var w = 0; w < perAxis * perAxis; w++)
        {
            int Region(int p) => 3 * Band(w / perAxis * window + p / window) + Band(w % perAxis * window + p % window);
            for (var a = 0; a < area; a++)
            {
                for (var b = 0; b < area; b++)
                {
                    mask[w, a, b] = Region(a) == Region(b) ? 0 : -100;
                }
            }
        }

        return torch.tensor(mask);
    }

    /// <summary>
    /// Where the positions of the windows stand in the map: [windows, w * w], each an index row * side + column. After the cyclic shift window (0, 0)
    /// begins at (shift, shift), and the last windows of an axis wrap around.
    /// </summary>
    /// <param name="side">Side of the (padded) map, a multiple of the window.</param>
    /// <param name="window">Side w of the window.</param>
    /// <param name="shift">Positions the map was shifted by, in 0 .. w - 1.</param>
    public static Tensor Tokens(int side, int window, int shift)
    {
        var perAxis = side / window;
        long Place(int windowOnAxis, int within) => (windowOnAxis * window + within + shift) % side;
        var places = from w in Enumerable.Range(0, perAxis * perAxis)
                     from p in Enumerable.Range(0, window * window)
                     select Place(w / perAxis, p / window) * side + Place(w % perAxis, p % window);
        return torch.tensor(places.ToArray()).view(perAxis * perAxis, window * window);
    }
}
