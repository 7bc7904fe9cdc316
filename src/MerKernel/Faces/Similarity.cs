using OpenCvSharp;

namespace MerKernel.Faces;

/// <summary>The plane map (x, y) -> (A x - B y + Tx, B x + A y + Ty), in pixels.</summary>
/// <param name="A">Scale times cosine of the rotation.</param>
/// <param name="B">Scale times sine of the rotation.</param>
/// <param name="Tx">Shift to the right.</param>
/// <param name="Ty">Shift down.</param>
public readonly record struct Similarity(double A, double B, double Tx, double Ty)
{
    /// <summary>Target pixels per source pixel.</summary>
    public double Scale => Math.Sqrt(A * A + B * B);

    /// <summary>The image of a point.</summary>
    public Point2d Apply(double x, double y) => new(A * x - B * y + Tx, B * x + A * y + Ty);

    /// <summary>
    /// Warps an image to a square crop. Where it shrinks, the image is first reduced by area, so that no frequency
    /// folds over.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="size">Side length of the crop in pixels; outside the image the border is repeated.</param>
    public Mat Warp(Mat image, int size)
    {
        var part = Footprint(size, image.Size());
        using var source = new Mat(image, part);
        // Seen from the part, the map starts at its corner.
        var corner = Apply(part.X, part.Y);
        var local = this with { Tx = corner.X, Ty = corner.Y };
        return Scale < 0.75 ? local.WarpReduced(source, size) : local.WarpDirectly(source, size, 1, 1);
    }

    private Mat WarpReduced(Mat image, int size)
    {
        using var reduced = image.Resize(
            new Size(Math.Max(1, Math.Round(image.Cols * Scale)), Math.Max(1, Math.Round(image.Rows * Scale))), 0, 0,
            InterpolationFlags.Area);
        return WarpDirectly(reduced, size, (double)reduced.Cols / image.Cols, (double)reduced.Rows / image.Rows);
    }

    private Mat WarpDirectly(Mat image, int size, double sx, double sy)
    {
        // Resizing maps pixel centres: reduced = (x + 1/2) * s - 1/2, with s as rounded per axis.
        var origin = Apply(0.5 / sx - 0.5, 0.5 / sy - 0.5);
        using var matrix = Mat.FromArray(new double[,] { { A / sx, -B / sy, origin.X }, { B / sx, A / sy, origin.Y } });
        var crop = new Mat();
        Cv2.WarpAffine(image, crop, matrix, new Size(size, size), InterpolationFlags.Linear, BorderTypes.Replicate);
        return crop;
    }

    // The part of the image that the crop shows, with a margin for the filters; most of a SAMM frame is not in it.
    private Rect Footprint(int size, Size image)
    {
        var squared = A * A + B * B;
        var (a, b, tx, ty) = (A, B, Tx, Ty);
        var corners = new[] { (0, 0), (size, 0), (0, size), (size, size) }
            .Select(c => (X: (a * (c.Item1 - tx) + b * (c.Item2 - ty)) / squared,
                Y: (a * (c.Item2 - ty) - b * (c.Item1 - tx)) / squared)).ToArray();
        var margin = 3 + 3 / Math.Sqrt(squared);
        int Within(double value, int most) => (int)Math.Clamp(value, 0, most);
        int left = Within(corners.Min(c => c.X) - margin, image.Width - 1),
            top = Within(corners.Min(c => c.Y) - margin, image.Height - 1);
        int right = Within(corners.Max(c => c.X) + margin, image.Width),
            bottom = Within(corners.Max(c => c.Y) + margin, image.Height);
        return new Rect(left, top, Math.Max(1, right - left), Math.Max(1, bottom - top));
    }
}
