using MerKernel.Flow;
using OpenCvSharp;

namespace MerKernel.Tests.Flow;

/// <summary>Flow against motions that are known because the frames were drawn from a formula.</summary>
public class OpticalFlowTests
{
    const int Side = 64;

    public static IEnumerable<object[]> Methods => Enum.GetValues<FlowMethod>().Select(m => new object[] { m });

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_shift_is_found_to_a_tenth_of_a_pixel(FlowMethod method)
    {
        using var flow = Between((_, _) => (1.3, -0.7), method);
        var (u, v) = Inside(flow);
        Assert.InRange(u.Average(), 1.2, 1.4);
        Assert.InRange(v.Average(), -0.8, -0.6);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_warp_is_found_to_a_third_of_a_pixel_everywhere_inside(FlowMethod method)
    {
        // The brows rise and the middle narrows: a smooth field that no shift describes.
        static (double, double) Motion(double x, double y) =>
            (-0.05 * (x - Side / 2.0), -1.5 * Math.Exp(-Math.Pow((y - 20) / 12, 2)));
        using var flow = Between(Motion, method);
        var errors = new List<double>();
        for (var y = 8; y < Side - 8; y++)
            for (var x = 8; x < Side - 8; x++)
            {
                var (u, v) = Motion(x, y);
                var found = flow.At<Vec2f>(y, x);
                errors.Add(Math.Sqrt(Math.Pow(found.Item0 - u, 2) + Math.Pow(found.Item1 - v, 2)));
            }
        Assert.InRange(errors.Average(), 0, 0.15);
        Assert.InRange(errors.Order().ElementAt(errors.Count * 95 / 100), 0, 0.33);
    }

    [Fact]
    public void Equal_frames_do_not_move()
    {
        using var flow = Between((_, _) => (0, 0), FlowMethod.TvL1);
        var (u, v) = Inside(flow);
        Assert.All(u.Concat(v), value => Assert.Equal(0, value, 1e-3f));
    }

    [Fact]
    public void Our_own_method_gives_the_same_bytes_on_any_thread()
    {
        using var alone = Between((_, _) => (0.8, 0.3), FlowMethod.TvL1);
        var beside = new Mat[4];
        Parallel.For(0, 4, i => beside[i] = Between((_, _) => (0.8, 0.3), FlowMethod.TvL1));
        foreach (var flow in beside)
        {
            Assert.True(alone.AsSpan<Vec2f>().SequenceEqual(flow.AsSpan<Vec2f>()));
            flow.Dispose();
        }
    }

    /// <summary>
    /// Flow between a texture and itself moved: a point at p in the first frame is at p + motion(p) in the second.
    /// </summary>
    static Mat Between(Func<double, double, (double U, double V)> motion, FlowMethod method)
    {
        using Mat before = new(Side, Side, MatType.CV_8UC1), after = new(Side, Side, MatType.CV_8UC1);
        Span<byte> first = before.AsSpan<byte>(), second = after.AsSpan<byte>();
        for (var y = 0; y < Side; y++)
            for (var x = 0; x < Side; x++)
            {
                first[y * Side + x] = Texture(x, y);
                // Where did the point that is now at (x, y) come from: p + motion(p) = (x, y), by iteration.
                var (px, py) = ((double)x, (double)y);
                for (var i = 0; i < 20; i++)
                {
                    var (u, v) = motion(px, py);
                    (px, py) = (x - u, y - v);
                }
                second[y * Side + x] = Texture(px, py);
            }
        return OpticalFlow.Between(before, after, method);
    }

    static byte Texture(double x, double y) =>
        (byte)Math.Round(128 + 38 * Math.Sin(0.55 * x + 0.2 * y) + 38 * Math.Cos(0.47 * y - 0.25 * x)
            + 25 * Math.Sin(0.31 * x - 0.7 * y + 1));

    static (List<float> U, List<float> V) Inside(Mat flow)
    {
        var (u, v) = (new List<float>(), new List<float>());
        for (var y = 8; y < Side - 8; y++)
            for (var x = 8; x < Side - 8; x++)
            {
                u.Add(flow.At<Vec2f>(y, x).Item0);
                v.Add(flow.At<Vec2f>(y, x).Item1);
            }
        return (u, v);
    }
}
