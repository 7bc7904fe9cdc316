using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>Fixed positions of the tokens of a square of patches: sines and cosines of row and column at falling frequencies; the class token in front has zeros.</summary>
internal static class SinePositions
{
    /// <summary>[1, 1 + side^2, width].</summary>
    /// <param name="side">Patches along a side.</param>
    /// <param name="width">Channels; a multiple of 4.</param>
    public static Tensor Of(int side, int width)
    {
        var quarter = width / 4;
        var values = new float[(1 + side * side) * width];
        for (var row = 0; row < side; row++)
        {
            for (var column = 0; column < side; column++)
            {
                var token = values.AsSpan((1 + row * side + column) * width, width);
                for (var i = 0; i < quarter; i++)
                {
                    var frequency = Math.Pow(10_000, -(double)i / quarter);
                    var ((sinX, cosX), (sinY, cosY)) = (Math.SinCos(column * frequency), Math.SinCos(row * frequency));
                    (token[i], token[quarter + i], token[2 * quarter + i], token[3 * quarter + i]) = ((float)sinX, (float)cosX, (float)sinY, (float)cosY);
                }
            }
        }

        return tensor(values).view(1, -1, width);
    }
}
