using OpenCvSharp;

namespace MerKernel.Flow;

/// <summary>The input of networks from a flow: its components, how strong it is, and how it deforms the skin.</summary>
public static class FlowMaps
{
    /// <summary>
    /// u, v, magnitude and strain, plane by plane, [4, size, size]. All four are computed at the flow's own size and
    /// then resized, by averaging where that shrinks them; their unit stays pixels (strain: pixels per pixel) of the
    /// frames.
    /// </summary>
    /// <param name="flow">float [H, W, 2].</param>
    /// <param name="size">Side of the maps.</param>
    public static float[] Of(Mat flow, int size)
    {
        var parts = flow.Split();
        using Mat u = parts[0], v = parts[1], magnitude = new(), strain = Strain(u, v);
        Cv2.Magnitude(u, v, magnitude);
        var maps = new float[4 * size * size];
        Mat[] planes = [u, v, magnitude, strain];
        for (var i = 0; i < planes.Length; i++)
        {
            var shrinks = flow.Rows >= size && flow.Cols >= size;
            using var resized = planes[i].Resize(new Size(size, size), 0, 0,
                shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear);
            resized.AsSpan<float>().CopyTo(maps.AsSpan(i * size * size));
        }
        return maps;
    }

    /// <summary>
    /// The magnitude of the strain tensor without its normal terms' cross product: sqrt(ux^2 + vy^2 + (uy + vx)^2 / 2),
    /// as the code of DSSN has it.
    /// </summary>
    /// <param name="u">Motion to the right, float [H, W].</param>
    /// <param name="v">Motion down, float [H, W].</param>
    public static Mat Strain(Mat u, Mat v)
    {
        var (rows, columns) = (u.Rows, u.Cols);
        var strain = new Mat(rows, columns, MatType.CV_32F);
        ReadOnlySpan<float> us = u.AsSpan<float>(), vs = v.AsSpan<float>();
        var values = strain.AsSpan<float>();
        for (var y = 0; y < rows; y++)
            for (var x = 0; x < columns; x++)
            {
                var (ux, vy) = (Slope(us, y * columns + x, x, columns, 1),
                    Slope(vs, y * columns + x, y, rows, columns));
                var shear = Slope(us, y * columns + x, y, rows, columns) + Slope(vs, y * columns + x, x, columns, 1);
                values[y * columns + x] = MathF.Sqrt(ux * ux + vy * vy + shear * shear / 2);
            }
        return strain;
    }

    // Central difference inside, one-sided at the borders.
    static float Slope(ReadOnlySpan<float> map, int at, int position, int length, int step)
    {
        var (before, after) = (position > 0 ? 1 : 0, position < length - 1 ? 1 : 0);
        return before + after == 0 ? 0 : (map[at + after * step] - map[at - before * step]) / (before + after);
    }
}
