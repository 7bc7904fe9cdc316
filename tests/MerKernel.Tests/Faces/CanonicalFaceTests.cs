using CsCheck;
using MerKernel.Faces;
using OpenCvSharp;

namespace MerKernel.Tests.Faces;

public class CanonicalFaceTests
{
    private static readonly Gen<Similarity> Poses =
        Gen.Select(Gen.Double[0.3, 3], Gen.Double[-0.6, 0.6], Gen.Double[-200, 200], Gen.Double[-200, 200])
            .Select((scale, angle, x, y) => new Similarity(scale * Math.Cos(angle), scale * Math.Sin(angle), x, y));

    [Fact]
    public void Any_moved_turned_and_scaled_face_lands_on_the_same_place() =>
        Poses.Sample(pose =>
        {
            var face = Face();
            var moved = face.Select(p => pose.Apply(p.X, p.Y))
                .Select(p => new Point2f((float)p.X, (float)p.Y)).ToArray();
            var (before, after) = (CanonicalFace.TransformTo(face, 224), CanonicalFace.TransformTo(moved, 224));
            return Enumerable.Range(0, 68)
                .All(i => before.Apply(face[i].X, face[i].Y).DistanceTo(after.Apply(moved[i].X, moved[i].Y)) < 0.01);
        });

    [Theory]
    [InlineData(224)]
    [InlineData(56)]
    public void Eyes_stand_level_at_the_stated_height_and_distance_and_brows_and_chin_inside(int size)
    {
        var face = Face();
        var transform = CanonicalFace.TransformTo(face, size);
        var placed = face.Select(p => transform.Apply(p.X, p.Y)).ToArray();
        var (left, right) = (Mean(placed[36..42]), Mean(placed[42..48]));
        Assert.Equal(CanonicalFace.InterOcular * size, right.X - left.X, 0.01 * size);
        Assert.Equal(left.Y, right.Y, 0.01 * size);
        Assert.Equal(CanonicalFace.EyeHeight * size, (left.Y + right.Y) / 2, 0.01 * size);
        Assert.All(placed,
            p => Assert.True(p.X > 0.05 * size && p.X < 0.95 * size && p.Y > 0.05 * size && p.Y < 0.95 * size, $"{p}"));
    }

    [Fact]
    public void The_warp_moves_pixels_as_the_transform_moves_points() =>
        Gen.Select(Poses, Gen.Int[80, 220], Gen.Int[80, 220]).Sample((pose, x, y) =>
        {
            // A blurred dot; its centre of mass in the crop is where the transform sends it. Small scales go through
            // the area reduction.
            var at = pose.Apply(x, y);
            var shifted = pose with { Tx = pose.Tx + 100 - at.X, Ty = pose.Ty + 100 - at.Y };
            using var image = new Mat(300, 300, MatType.CV_8UC3, Scalar.All(0));
            Cv2.Circle(image, new Point(x, y), 9, Scalar.All(200), -1);
            using var crop = shifted.Warp(image, 200);
            using var grey = crop.CvtColor(ColorConversionCodes.BGR2GRAY);
            var m = grey.Moments();
            return Math.Abs(m.M10 / m.M00 - 100) < 0.25 && Math.Abs(m.M01 / m.M00 - 100) < 0.25;
        }, iter: 60, threads: 1);

    [Fact]
    public void Landmarks_that_coincide_are_refused() =>
        Assert.Throws<ArgumentException>(() => CanonicalFace.TransformTo(new Point2f[68], 224));

    // A face that is symmetric about x = 300 with 90 px between the eyes, in the proportions of an adult.
    private static Point2f[] Face()
    {
        (double X, double Y)[] half =
        [
            (-1.14, 0.07), (-1.13, 0.38), (-1.09, 0.68), (-1.05, 0.99), (-0.95, 1.29), (-0.78, 1.53), (-0.55, 1.75),
            (-0.29, 1.93), (0, 1.98),
        ];
        (double, double)[] rest =
        [
            (-0.92, -0.17), (-0.79, -0.31), (-0.6, -0.37), (-0.39, -0.35), (-0.2, -0.27), (0.2, -0.27), (0.39, -0.35),
            (0.6, -0.37), (0.79, -0.31), (0.92, -0.17),
            (0, -0.04), (0, 0.15), (0, 0.35), (0, 0.55), (-0.24, 0.69), (-0.13, 0.74), (0, 0.77), (0.13, 0.74),
            (0.24, 0.69),
            (-0.7, 0), (-0.57, -0.07), (-0.43, -0.07), (-0.3, 0), (-0.43, 0.05), (-0.57, 0.05), (0.3, 0), (0.43, -0.07),
            (0.57, -0.07), (0.7, 0), (0.57, 0.05), (0.43, 0.05),
            .. Enumerable.Range(0, 20)
                .Select(i => (0.45 * Math.Cos(i * Math.PI / 10), 1.15 + 0.15 * Math.Sin(i * Math.PI / 10))),
        ];
        return [.. half.Concat(half[..8].Reverse().Select(p => (-p.X, p.Y))).Concat(rest)
            .Select(p => new Point2f((float)(300 + 90 * p.Item1), (float)(200 + 90 * p.Item2)))];
    }

    private static Point2d Mean(Point2d[] points) => new(points.Average(p => p.X), points.Average(p => p.Y));
}
