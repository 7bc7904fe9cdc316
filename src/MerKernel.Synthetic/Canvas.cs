using OpenCvSharp;

namespace MerKernel.Synthetic;

/// <summary>
/// A square drawing surface in face coordinates (iod, origin midway between the eyes): soft-edged shapes that tint or
/// shade.
/// </summary>
sealed class Canvas : IDisposable
{
    /// <summary>
    /// Side length in iod; the origin lies at (<see cref="OriginX"/>, <see cref="OriginY"/>) from the top left corner.
    /// </summary>
    public const double Extent = 4.8, OriginX = 2.4, OriginY = 1.75;

    const int SubPixelBits = 4;
    readonly double _scale;

    public Canvas(double pixelsPerIod)
    {
        _scale = pixelsPerIod;
        Size = (int)Math.Round(Extent * pixelsPerIod);
        Image = new Mat(Size, Size, MatType.CV_32FC3, Scalar.All(0));
    }

    public int Size { get; }

    /// <summary>The picture, float BGR, 0 to 255.</summary>
    public Mat Image { get; }

    /// <summary>Replaces the colour inside a shape.</summary>
    public void Fill(IReadOnlyList<Vector2> shape, Bgr colour, double blur = 0, double opacity = 1) =>
        Blend(Polygon(shape), Reach(shape, blur), blur,
            (ref Vec3f pixel, float mask, Vector2 _) => Mix(ref pixel, colour, mask * (float)opacity));

    /// <summary>Replaces the colour inside a shape by one that depends on the place.</summary>
    public void Paint(IReadOnlyList<Vector2> shape, Func<Vector2, Bgr> colour, double blur = 0) =>
        Blend(Polygon(shape), Reach(shape, blur), blur,
            (ref Vec3f pixel, float mask, Vector2 p) => Mix(ref pixel, colour(p), mask));

    /// <summary>Brightens or darkens the inside of a shape.</summary>
    public void Shade(IReadOnlyList<Vector2> shape, double factor, double blur = 0) =>
        Tint(shape, new(factor, factor, factor), blur);

    /// <summary>Multiplies the colour inside a shape, channel by channel.</summary>
    public void Tint(IReadOnlyList<Vector2> shape, Bgr factor, double blur = 0) =>
        Blend(Polygon(shape), Reach(shape, blur), blur,
            (ref Vec3f pixel, float mask, Vector2 _) => Multiply(ref pixel, factor, mask));

    /// <summary>Brightens or darkens along a line.</summary>
    public void ShadeLine(IReadOnlyList<Vector2> line, double width, double factor, double blur = 0) =>
        Blend(Stroke(line, width), Reach(line, blur + width), blur,
            (ref Vec3f pixel, float mask, Vector2 _) => Multiply(ref pixel, new(factor, factor, factor), mask));

    /// <summary>Draws a coloured line.</summary>
    public void Line(IReadOnlyList<Vector2> line, double width, Bgr colour, double blur = 0, double opacity = 1) =>
        Blend(Stroke(line, width), Reach(line, blur + width), blur,
            (ref Vec3f pixel, float mask, Vector2 _) => Mix(ref pixel, colour, mask * (float)opacity));

    /// <summary>
    /// Multiplies the inside of a shape by 1 + <paramref name="strength"/> times noise of standard deviation 1 with
    /// features of <paramref name="cell"/> iod.
    /// </summary>
    public void Noise(IReadOnlyList<Vector2> shape, Random random, double cell, double strength)
    {
        var side = Math.Max(2, (int)Math.Ceiling(Extent / cell));
        var values = new float[side * side];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(1 + strength * random.Gaussian());
        using var coarse = Mat.FromPixelData(side, side, MatType.CV_32FC1, values);
        using var fine = new Mat();
        Cv2.Resize(coarse, fine, Image.Size(), 0, 0, InterpolationFlags.Cubic);
        Blend(Polygon(shape), Reach(shape, 0.01), 0.01, (ref Vec3f pixel, float mask, Vector2 p) =>
        {
            var noise = fine.At<float>((int)((p.Y + OriginY) * _scale), (int)((p.X + OriginX) * _scale));
            Multiply(ref pixel, new(noise, noise, noise), mask);
        });
    }

    /// <summary>The picture as 8-bit BGR.</summary>
    public Mat ToBytes()
    {
        var bytes = new Mat();
        Image.ConvertTo(bytes, MatType.CV_8UC3);
        return bytes;
    }

    public void Dispose() => Image.Dispose();

    delegate void Brush(ref Vec3f pixel, float mask, Vector2 place);

    static void Mix(ref Vec3f pixel, Bgr colour, float mask) => pixel = new(
        pixel.Item0 + ((float)colour.B - pixel.Item0) * mask,
        pixel.Item1 + ((float)colour.G - pixel.Item1) * mask,
        pixel.Item2 + ((float)colour.R - pixel.Item2) * mask);

    static void Multiply(ref Vec3f pixel, Bgr factor, float mask) => pixel = new(
        pixel.Item0 * (1 + ((float)factor.B - 1) * mask),
        pixel.Item1 * (1 + ((float)factor.G - 1) * mask),
        pixel.Item2 * (1 + ((float)factor.R - 1) * mask));

    void Blend(Action<Mat, Point> draw, Rect area, double blur, Brush brush)
    {
        if (area.Width <= 0 || area.Height <= 0) return;
        using var mask = new Mat(area.Height, area.Width, MatType.CV_8UC1, Scalar.All(0));
        draw(mask, area.Location);
        if (blur > 0) Cv2.GaussianBlur(mask, mask, new Size(0, 0), blur * _scale);
        for (var y = 0; y < area.Height; y++)
        {
            var pixels = Image.AsSpan<Vec3f>().Slice((area.Y + y) * Size + area.X, area.Width);
            var weights = mask.AsSpan<byte>().Slice(y * area.Width, area.Width);
            for (var x = 0; x < area.Width; x++)
                if (weights[x] > 0) brush(ref pixels[x], weights[x] / 255f, ToFace(area.X + x, area.Y + y));
        }
    }

    Action<Mat, Point> Polygon(IReadOnlyList<Vector2> shape) => (mask, corner) =>
        Cv2.FillPoly(mask, [Points(shape, corner)], Scalar.White, LineTypes.AntiAlias, SubPixelBits);

    Action<Mat, Point> Stroke(IReadOnlyList<Vector2> line, double width) => (mask, corner) =>
        Cv2.Polylines(mask, [Points(line, corner)], false, Scalar.White, Math.Max(1, (int)Math.Round(width * _scale)),
            LineTypes.AntiAlias, SubPixelBits);

    Point[] Points(IReadOnlyList<Vector2> shape, Point corner) =>
        [.. shape.Select(p => new Point(SubPixel(p.X + OriginX, corner.X), SubPixel(p.Y + OriginY, corner.Y)))];

    int SubPixel(double iod, int corner) => (int)Math.Round((iod * _scale - 0.5 - corner) * (1 << SubPixelBits));

    Vector2 ToFace(int x, int y) => new((float)((x + 0.5) / _scale - OriginX), (float)((y + 0.5) / _scale - OriginY));

    Rect Reach(IReadOnlyList<Vector2> shape, double margin)
    {
        var border = 3 * margin + 2 / _scale;
        int Pixel(double iod) => Math.Clamp((int)Math.Round(iod * _scale), 0, Size);
        var left = Pixel(shape.Min(p => p.X) + OriginX - border);
        var top = Pixel(shape.Min(p => p.Y) + OriginY - border);
        var right = Pixel(shape.Max(p => p.X) + OriginX + border);
        var bottom = Pixel(shape.Max(p => p.Y) + OriginY + border);
        return new Rect(left, top, right - left, bottom - top);
    }
}

/// <summary>A colour in OpenCV's channel order, 0 to 255; factors above 1 brighten.</summary>
/// <param name="B">Blue.</param>
/// <param name="G">Green.</param>
/// <param name="R">Red.</param>
readonly record struct Bgr(double B, double G, double R)
{
    /// <summary>Brightens or darkens.</summary>
    public static Bgr operator *(Bgr colour, double factor) =>
        new(colour.B * factor, colour.G * factor, colour.R * factor);

    /// <summary>Mixes two colours: <paramref name="a"/> at 0, <paramref name="b"/> at 1.</summary>
    public static Bgr Lerp(Bgr a, Bgr b, double t) =>
        new(a.B + (b.B - a.B) * t, a.G + (b.G - a.G) * t, a.R + (b.R - a.R) * t);
}

/// <summary>Outlines as dense point lists.</summary>
static class Curves
{
    /// <summary>A smooth curve through the points (Catmull-Rom), eight steps between neighbours.</summary>
    public static Vector2[] Smooth(IReadOnlyList<Vector2> points, bool closed = false)
    {
        const int steps = 8;
        var count = points.Count;
        Vector2 At(int i) => closed ? points[(i + count) % count] : points[Math.Clamp(i, 0, count - 1)];
        var curve = new List<Vector2>();
        for (var i = 0; i < (closed ? count : count - 1); i++)
            for (var s = 0; s < steps; s++)
                curve.Add(Between(At(i - 1), At(i), At(i + 1), At(i + 2), s / (float)steps));
        if (!closed) curve.Add(points[^1]);
        return [.. curve];
    }

    /// <summary>
    /// An ellipse, or the part of it from angle <paramref name="from"/> to <paramref name="to"/> (radians, clockwise on
    /// the screen from the right).
    /// </summary>
    public static Vector2[] Ellipse(Vector2 centre, double radiusX, double radiusY, double from = 0,
        double to = 2 * Math.PI)
    {
        const int steps = 64;
        return [.. Enumerable.Range(0, steps + 1).Select(i =>
        {
            var angle = from + (to - from) * i / steps;
            return centre + new Vector2((float)(radiusX * Math.Cos(angle)), (float)(radiusY * Math.Sin(angle)));
        })];
    }

    /// <summary>The mirror image, x to -x.</summary>
    public static Vector2 Mirror(this Vector2 p) => new(-p.X, p.Y);

    /// <summary>The mirror image of an outline.</summary>
    public static Vector2[] Mirror(this IEnumerable<Vector2> points) => [.. points.Select(Mirror)];

    static Vector2 Between(Vector2 a, Vector2 b, Vector2 c, Vector2 d, float t) =>
        0.5f * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
}
