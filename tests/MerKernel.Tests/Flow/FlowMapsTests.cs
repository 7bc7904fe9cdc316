using MerKernel.Flow;
using OpenCvSharp;

namespace MerKernel.Tests.Flow;

public class FlowMapsTests
{
    [Fact]
    public void A_rigid_shift_has_no_strain()
    {
        var maps = FlowMaps.Of(Field((_, _) => (1.5f, -2f)), 8);
        Assert.All(Plane(maps, 0, 8), u => Assert.Equal(1.5f, u));
        Assert.All(Plane(maps, 1, 8), v => Assert.Equal(-2f, v));
        Assert.All(Plane(maps, 2, 8), magnitude => Assert.Equal(2.5f, magnitude, 1e-6f));
        Assert.All(Plane(maps, 3, 8), strain => Assert.Equal(0f, strain));
    }

    [Fact]
    public void Strain_of_a_linear_field_is_that_of_its_slopes()
    {
        // ux 0.1, uy 0.3, vx -0.1, vy 0.2: sqrt(0.01 + 0.04 + 0.2^2 / 2) = 0.2646.
        var maps = FlowMaps.Of(Field((x, y) => (0.1f * x + 0.3f * y, -0.1f * x + 0.2f * y)), 16);
        Assert.All(Plane(maps, 3, 16), strain => Assert.Equal(0.264575f, strain, 1e-4f));
    }

    [Fact]
    public void A_rotation_is_rigid_too_and_has_no_strain() =>
        Assert.All(Plane(FlowMaps.Of(Field((x, y) => (-0.1f * y, 0.1f * x)), 16), 3, 16),
            strain => Assert.Equal(0f, strain, 1e-6f));

    [Fact]
    public void Shrinking_averages()
    {
        var maps = FlowMaps.Of(Field((x, _) => (x, 0)), 4);
        // Columns 0-3, 4-7, 8-11, 12-15.
        Assert.Equal([1.5f, 5.5f, 9.5f, 13.5f], Plane(maps, 0, 4)[..4]);
    }

    static Mat Field(Func<int, int, (float U, float V)> motion)
    {
        var field = new Mat(16, 16, MatType.CV_32FC2);
        var values = field.AsSpan<Vec2f>();
        for (var i = 0; i < values.Length; i++)
        {
            var (u, v) = motion(i % 16, i / 16);
            values[i] = new Vec2f(u, v);
        }
        return field;
    }

    static float[] Plane(float[] maps, int plane, int size) => maps[(plane * size * size)..((plane + 1) * size * size)];
}
