using OpenCvSharp;

namespace MerKernel.Flow;

/// <summary>
/// Optical flow by dense inverse search (Kroeger, Timofte, Dai and Van Gool, ECCV 2016): at each level of a pyramid every patch of the first frame looks for itself in the
/// second, and pixels average the patches that cover them; without the variational refinement, as in OpenCV's fastest preset. Our own, because OpenCvSharp's native build has no
/// DISOpticalFlow. One thread, so the result depends on the frames alone.
/// </summary>
public static class DisFlow
{
    /// <summary>The motion of every pixel of <paramref name="before"/>, in pixels to the right and down: float [H, W, 2].</summary>
    /// <param name="before">8-bit frame, one channel.</param>
    /// <param name="after">8-bit frame of the same size.</param>
    /// <param name="options">Parameters.</param>
    public static Mat Between(Mat before, Mat after, DisOptions options)
    {
        var (first, second) = (Pyramid(before, options), Pyramid(after, options));
        using Mat u = new(first[^1].Size(), MatType.CV_32F, Scalar.All(0)), v = u.Clone();
        for (var level = first.Count - 1; level >= 0; level--)
        {
            var size = first[level].Size();
            if (u.Size() != size)
            {
                var (wider, higher) = ((double)size.Width / u.Cols, (double)size.Height / u.Rows);
                Cv2.Resize(u, u, size, 0, 0, InterpolationFlags.Linear);
                Cv2.Resize(v, v, size, 0, 0, InterpolationFlags.Linear);
                u.ConvertTo(u, MatType.CV_32F, wider);
                v.ConvertTo(v, MatType.CV_32F, higher);
            }
            Search(first[level], second[level], u, v, options);
        }
        first.ForEach(m => m.Dispose());
        second.ForEach(m => m.Dispose());
        var flow = new Mat();
        Cv2.Merge([u, v], flow);
        return flow;
    }

    static List<Mat> Pyramid(Mat frame, DisOptions options)
    {
        var level = new Mat();
        frame.ConvertTo(level, MatType.CV_32F);
        var levels = new List<Mat> { level };
        for (var side = Math.Min(frame.Rows, frame.Cols) / 2; side >= 2 * options.Patch; side /= 2) levels.Add(levels[^1].PyrDown());
        return levels;
    }

    /// <summary>Moves every patch from the flow so far to where it fits best, then spreads the patches' motions over their pixels.</summary>
    static void Search(Mat first, Mat second, Mat u, Mat v, DisOptions options)
    {
        var (rows, columns) = (first.Rows, first.Cols);
        var side = Math.Min(options.Patch, Math.Min(rows, columns));
        using Mat gx = first.Sobel(MatType.CV_32F, 1, 0, scale: 0.125), gy = first.Sobel(MatType.CV_32F, 0, 1, scale: 0.125);
        var patch = new Patch(side, first.AsSpan<float>().ToArray(), second.AsSpan<float>().ToArray(), gx.AsSpan<float>().ToArray(), gy.AsSpan<float>().ToArray(), rows, columns);
        Span<float> us = u.AsSpan<float>(), vs = v.AsSpan<float>();
        var (sumU, sumV, weights) = (new float[us.Length], new float[us.Length], new float[us.Length]);
        foreach (var top in Places(rows, side, options.Stride))
            foreach (var left in Places(columns, side, options.Stride))
            {
                var centre = (top + side / 2) * columns + left + side / 2;
                var (foundU, foundV) = patch.Find(left, top, us[centre], vs[centre], options.Iterations);
                patch.Spread(left, top, foundU, foundV, sumU, sumV, weights);
            }
        for (var i = 0; i < us.Length; i++) (us[i], vs[i]) = (sumU[i] / weights[i], sumV[i] / weights[i]);
    }

    // The last patch ends at the rim, so that every pixel is covered.
    static IEnumerable<int> Places(int length, int side, int stride)
    {
        for (var place = 0; place < length - side; place += stride) yield return place;
        yield return length - side;
    }

    /// <summary>One patch at a time of a pair of frames.</summary>
    sealed class Patch(int side, float[] first, float[] second, float[] gx, float[] gy, int rows, int columns)
    {
        readonly float[] _difference = new float[side * side];

        /// <summary>Gauss-Newton steps whose matrix comes from the first frame alone (the inverse search); both patches are compared without their means.</summary>
        public (float U, float V) Find(int left, int top, float startU, float startV, int iterations)
        {
            float xx = 0, xy = 0, yy = 0, x = 0, y = 0;
            foreach (var at in Pixels(left, top))
            {
                (xx, xy, yy) = (xx + gx[at] * gx[at], xy + gx[at] * gy[at], yy + gy[at] * gy[at]);
                (x, y) = (x + gx[at], y + gy[at]);
            }
            float n = side * side;
            (xx, xy, yy) = (xx - x * x / n, xy - x * y / n, yy - y * y / n);
            var determinant = xx * yy - xy * xy;
            // Along an edge, or without texture, the motion of the level before stays.
            if (determinant < 1e-3f * (xx + yy) * (xx + yy) || xx + yy < 1e-2f * n) return (startU, startV);

            var (u, v, error) = (startU, startV, float.PositiveInfinity);
            for (var (i, nextU, nextV) = (0, startU, startV); i < iterations; i++)
            {
                var (nextError, bx, by) = Compare(left, top, nextU, nextV);
                if (nextError >= error) break;
                (u, v, error) = (nextU, nextV, nextError);
                var (stepU, stepV) = ((yy * bx - xy * by) / determinant, (xx * by - xy * bx) / determinant);
                if (stepU * stepU + stepV * stepV < 1e-6f) break;
                (nextU, nextV) = (u - stepU, v - stepV);
            }
            // A patch that has left its own surroundings has found another one.
            return Math.Abs(u - startU) > side || Math.Abs(v - startV) > side ? (startU, startV) : (u, v);
        }

        (float Error, float Bx, float By) Compare(int left, int top, float u, float v)
        {
            var (mean, k) = (0f, 0);
            foreach (var at in Pixels(left, top)) mean += _difference[k++] = At(at % columns + u, at / columns + v) - first[at];
            mean /= side * side;
            float error = 0, bx = 0, by = 0;
            k = 0;
            foreach (var at in Pixels(left, top))
            {
                var difference = _difference[k++] - mean;
                (error, bx, by) = (error + difference * difference, bx + gx[at] * difference, by + gy[at] * difference);
            }
            return (error, bx, by);
        }

        /// <summary>Adds the patch's motion to its pixels, weighted by how well each of them fits.</summary>
        public void Spread(int left, int top, float u, float v, float[] sumU, float[] sumV, float[] weights)
        {
            foreach (var at in Pixels(left, top))
            {
                var weight = 1 / Math.Max(1, Math.Abs(At(at % columns + u, at / columns + v) - first[at]));
                (sumU[at], sumV[at], weights[at]) = (sumU[at] + weight * u, sumV[at] + weight * v, weights[at] + weight);
            }
        }

        IEnumerable<int> Pixels(int left, int top)
        {
            for (var y = top; y < top + side; y++)
                for (var x = left; x < left + side; x++)
                    yield return y * columns + x;
        }

        /// <summary>The second frame between its pixels, bilinear; past the rim the nearest pixel stands in.</summary>
        float At(float x, float y)
        {
            (x, y) = (Math.Clamp(x, 0, columns - 1), Math.Clamp(y, 0, rows - 1));
            var (left, top) = (Math.Min((int)x, Math.Max(0, columns - 2)), Math.Min((int)y, Math.Max(0, rows - 2)));
            var (dx, dy, at) = (x - left, y - top, top * columns + left);
            var (right, below) = (columns > 1 ? 1 : 0, rows > 1 ? columns : 0);
            return (1 - dy) * ((1 - dx) * second[at] + dx * second[at + right]) + dy * ((1 - dx) * second[at + below] + dx * second[at + below + right]);
        }
    }
}
