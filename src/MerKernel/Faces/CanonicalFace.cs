using OpenCvSharp;

namespace MerKernel.Faces;

/// <summary>
/// Where a face lies in an aligned crop: a symmetric mean shape of the landmarks that expressions move least (eyes and
/// nose), and the similarity transform that brings a face there.
/// </summary>
public static class CanonicalFace
{
    /// <summary>
    /// Distance of the eye centres as a fraction of the crop: 66 of 224 px, so that chin and brows stay inside.
    /// </summary>
    public const double InterOcular = 66.0 / 224;

    /// <summary>Height of the eyes' midpoint as a fraction of the crop.</summary>
    public const double EyeHeight = 0.3;

    /// <summary>
    /// Landmarks 27 to 47 of the mean face, in distances of the eye centres; the origin is midway between the eyes, y
    /// points down.
    /// </summary>
    public static ImmutableArray<Point2d> MeanShape { get; } =
    [
        new(0, -0.04), new(0, 0.15), new(0, 0.35), new(0, 0.55),
        new(-0.24, 0.69), new(-0.13, 0.74), new(0, 0.77), new(0.13, 0.74), new(0.24, 0.69),
        new(-0.69, 0.01), new(-0.57, -0.06), new(-0.43, -0.06), new(-0.31, 0.02), new(-0.43, 0.04), new(-0.57, 0.04),
        new(0.31, 0.02), new(0.43, -0.06), new(0.57, -0.06), new(0.69, 0.01), new(0.57, 0.04), new(0.43, 0.04),
    ];

    /// <summary>
    /// The least-squares similarity (rotation, scale, translation; no reflection) from landmarks to a crop of
    /// <paramref name="size"/> pixels.
    /// </summary>
    /// <param name="points">The 68 landmarks in pixels of the image.</param>
    /// <param name="size">Side length of the crop.</param>
    /// <exception cref="ArgumentException">All landmarks coincide, or there are not 68.</exception>
    public static Similarity TransformTo(IReadOnlyList<Point2f> points, int size)
    {
        if (points.Count != 68)
            throw new ArgumentException($"68 landmarks are needed, {points.Count} came.", nameof(points));
        var unit = InterOcular * size;
        var pairs = MeanShape.Select((m, i) =>
            (X: (double)points[27 + i].X, Y: (double)points[27 + i].Y, U: size / 2.0 + unit * m.X,
                V: EyeHeight * size + unit * m.Y)).ToArray();
        double x = pairs.Average(p => p.X), y = pairs.Average(p => p.Y), u = pairs.Average(p => p.U),
            v = pairs.Average(p => p.V);
        // In complex numbers: minimise sum |a z + b - w|^2 over centred z, w; a = sum(conj(z) w) / sum |z|^2.
        double real = 0, imaginary = 0, norm = 0;
        foreach (var p in pairs)
        {
            var (zx, zy, wx, wy) = (p.X - x, p.Y - y, p.U - u, p.V - v);
            real += zx * wx + zy * wy;
            imaginary += zx * wy - zy * wx;
            norm += zx * zx + zy * zy;
        }
        if (norm < 1e-6) throw new ArgumentException("All landmarks coincide.", nameof(points));
        var (a, b) = (real / norm, imaginary / norm);
        return new Similarity(a, b, u - a * x + b * y, v - b * x - a * y);
    }
}
