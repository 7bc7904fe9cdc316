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

    /// <summary>Warps an image to a square crop. Where it shrinks, the image is first reduced by area, so that no frequency folds over.</summary>
    /// <param name="image">The image.</param>
    /// <param name="size">Side length of the crop in pixels; outside the image the border is repeated.</param>
    public Mat Warp(Mat image, int size)
    {
        var shrink = Scale < 0.75 ? Scale : 1;
        using var reduced = shrink < 1
            ? image.Resize(new Size(Math.Max(1, Math.Round(image.Cols * shrink)), Math.Max(1, Math.Round(image.Rows * shrink))), 0, 0, InterpolationFlags.Area)
            : image.Clone();
        // Resizing maps pixel centres: reduced = (x + 1/2) * s - 1/2, with s as rounded per axis.
        double sx = (double)reduced.Cols / image.Cols, sy = (double)reduced.Rows / image.Rows;
        double bx = 0.5 / sx - 0.5, by = 0.5 / sy - 0.5;
        var origin = Apply(bx, by);
        using var matrix = Mat.FromArray(new double[,] { { A / sx, -B / sy, origin.X }, { B / sx, A / sy, origin.Y } });
        var crop = new Mat();
        Cv2.WarpAffine(reduced, crop, matrix, new Size(size, size), InterpolationFlags.Linear, BorderTypes.Replicate);
        return crop;
    }
}
