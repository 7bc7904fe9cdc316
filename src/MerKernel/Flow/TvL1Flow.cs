using OpenCvSharp;

namespace MerKernel.Flow;

/// <summary>
/// Optical flow by total variation and an L1 data term (Zach, Pock and Bischof 2007; parameters and stopping rule of
/// Sanchez, Meinhardt-Llopis and Facciolo, IPOL 2013). Our own, because OpenCvSharp's native build has neither
/// DualTVL1OpticalFlow nor a working wrapper of it. One thread, so the result depends only on the frames.
/// </summary>
public static class TvL1Flow
{
    // Those of the reference implementation, for frames of 0..255.

    /// <summary>Weight of the data term against the smoothness: smaller is smoother.</summary>
    private const float Lambda = 0.15f;

    /// <summary>How tightly the two halves of the energy are coupled.</summary>
    private const float Theta = 0.3f;

    /// <summary>Step of the dual variable; at most 0.25.</summary>
    private const float Tau = 0.25f;

    /// <summary>Mean change of the flow in pixels below which a warp's iterations end.</summary>
    private const float Epsilon = 0.01f;

    /// <summary>Deviation in pixels of the Gaussian that both frames are smoothed with.</summary>
    private const double Smoothing = 0.8;

    // Levels of the pyramid at most, side of the smallest, warps of a level, iterations of a warp at most.
    private const int Scales = 5, SmallestSide = 16, Warps = 5, Iterations = 300;

    /// <summary>
    /// The motion of every pixel of <paramref name="before"/>, in pixels to the right and down: float [H, W, 2].
    /// </summary>
    /// <param name="before">8-bit frame, one channel.</param>
    /// <param name="after">8-bit frame of the same size.</param>
    public static Mat Between(Mat before, Mat after)
    {
        var (first, second) = (Pyramid(before), Pyramid(after));
        using var u = new Mat(first[^1].Size(), MatType.CV_32F, Scalar.All(0));
        using var v = u.Clone();
        for (var level = first.Count - 1; level >= 0; level--)
        {
            if (u.Size() != first[level].Size())
            {
                Enlarge(u, first[level].Size(), (double)first[level].Cols / u.Cols);
                Enlarge(v, first[level].Size(), (double)first[level].Rows / v.Rows);
            }
            Refine(first[level], second[level], u, v);
        }
        first.ForEach(m => m.Dispose());
        second.ForEach(m => m.Dispose());
        var flow = new Mat();
        Cv2.Merge([u, v], flow);
        return flow;
    }

    static List<Mat> Pyramid(Mat frame)
    {
        var level = new Mat();
        frame.ConvertTo(level, MatType.CV_32F);
        Cv2.GaussianBlur(level, level, default, Smoothing);
        var levels = new List<Mat> { level };
        var side = Math.Min(frame.Rows, frame.Cols);
        for (; levels.Count < Scales && side >= 2 * SmallestSide; side /= 2) levels.Add(levels[^1].PyrDown());
        return levels;
    }

    static void Enlarge(Mat component, Size size, double factor)
    {
        Cv2.Resize(component, component, size, 0, 0, InterpolationFlags.Linear);
        component.ConvertTo(component, MatType.CV_32F, factor);
    }

    static void Refine(Mat first, Mat second, Mat u, Mat v)
    {
        var (rows, columns) = (first.Rows, first.Cols);
        using Mat secondX = new(), secondY = new(), mapX = new(rows, columns, MatType.CV_32F),
            mapY = new(rows, columns, MatType.CV_32F);
        using Mat half = Mat.FromArray(-0.5f, 0, 0.5f), one = Mat.FromArray(1f);
        Cv2.SepFilter2D(second, secondX, MatType.CV_32F, half, one, borderType: BorderTypes.Replicate);
        Cv2.SepFilter2D(second, secondY, MatType.CV_32F, one, half, borderType: BorderTypes.Replicate);
        var state = new Dual(rows, columns);
        for (var warp = 0; warp < Warps; warp++)
        {
            Span<float> us = u.AsSpan<float>(), vs = v.AsSpan<float>(), xs = mapX.AsSpan<float>(),
                ys = mapY.AsSpan<float>();
            for (var i = 0; i < us.Length; i++) (xs[i], ys[i]) = (i % columns + us[i], i / columns + vs[i]);
            using Mat warped = Warp(second, mapX, mapY), warpedX = Warp(secondX, mapX, mapY),
                warpedY = Warp(secondY, mapX, mapY);
            state.Solve(first.AsSpan<float>(), warped.AsSpan<float>(), warpedX.AsSpan<float>(), warpedY.AsSpan<float>(),
                us, vs);
        }
    }

    static Mat Warp(Mat image, Mat mapX, Mat mapY)
    {
        var warped = new Mat();
        Cv2.Remap(image, warped, mapX, mapY, InterpolationFlags.Cubic, BorderTypes.Replicate);
        return warped;
    }

    /// <summary>The two dual variables of a level and the alternating minimisation over them.</summary>
    sealed class Dual(int rows, int columns)
    {
        readonly float[] _ux = new float[rows * columns], _uy = new float[rows * columns],
            _vx = new float[rows * columns], _vy = new float[rows * columns];

        /// <summary>
        /// Minimises around the warp: a point-wise step on the data term, then Chambolle's projection for the
        /// smoothness.
        /// </summary>
        public void Solve(ReadOnlySpan<float> first, ReadOnlySpan<float> warped, ReadOnlySpan<float> gx,
            ReadOnlySpan<float> gy, Span<float> u, Span<float> v)
        {
            var constant = new float[first.Length];
            for (var i = 0; i < first.Length; i++) constant[i] = warped[i] - gx[i] * u[i] - gy[i] * v[i] - first[i];
            var (bound, change) = (Lambda * Theta, double.PositiveInfinity);
            for (var n = 0; n < Iterations && change > Epsilon * Epsilon; n++)
            {
                change = 0;
                for (var i = 0; i < first.Length; i++)
                {
                    var (square, rho) = (gx[i] * gx[i] + gy[i] * gy[i], constant[i] + gx[i] * u[i] + gy[i] * v[i]);
                    var step = rho < -bound * square
                        ? bound
                        : rho > bound * square ? -bound
                        : square < 1e-10f ? 0
                        : -rho / square;
                    var newU = u[i] + step * gx[i] + Theta * Divergence(_ux, _uy, i);
                    var newV = v[i] + step * gy[i] + Theta * Divergence(_vx, _vy, i);
                    change += (newU - u[i]) * (newU - u[i]) + (newV - v[i]) * (newV - v[i]);
                    (u[i], v[i]) = (newU, newV);
                }
                change /= first.Length;
                Project(u, _ux, _uy);
                Project(v, _vx, _vy);
            }
        }

        float Divergence(float[] x, float[] y, int i) =>
            (i % columns == columns - 1 ? 0 : x[i]) - (i % columns == 0 ? 0 : x[i - 1])
                + (i / columns == rows - 1 ? 0 : y[i]) - (i < columns ? 0 : y[i - columns]);

        void Project(ReadOnlySpan<float> component, float[] x, float[] y)
        {
            var rate = Tau / Theta;
            for (var i = 0; i < component.Length; i++)
            {
                var dx = i % columns == columns - 1 ? 0 : component[i + 1] - component[i];
                var dy = i / columns == rows - 1 ? 0 : component[i + columns] - component[i];
                var scale = 1 / (1 + rate * MathF.Sqrt(dx * dx + dy * dy));
                (x[i], y[i]) = ((x[i] + rate * dx) * scale, (y[i] + rate * dy) * scale);
            }
        }
    }
}
