using MerKernel.Reports;
using static TorchSharp.torch;

namespace MerKernel.Tests.Reporting;

/// <summary>The line along which faces move, where the head moves far more than the face.</summary>
public class MotionAxisTests
{
    /// <summary>One clip's flow, [2, 2, 2]: a head that moves (40, 3), and skin that opens along a direction.</summary>
    static Tensor Clip(double head, double degrees)
    {
        // Image rows run downwards, angles upwards.
        var (x, y) = (Math.Cos(Math.PI / 180 * degrees), -Math.Sin(Math.PI / 180 * degrees));
        var signs = tensor(new[] { 1.0, -1, 1, -1 }).reshape(2, 2);
        return stack([head * 40 + x * signs, head * 3 + y * signs]);
    }

    [Theory]
    [InlineData(90)]
    [InlineData(30)]
    [InlineData(150)]
    public void The_heads_own_movement_is_no_part_of_it(double degrees)
    {
        using var scope = NewDisposeScope();
        var flow = stack([Clip(1, degrees), Clip(-1, degrees), Clip(0.2, degrees)]).to(ScalarType.Float32);
        Assert.Equal(degrees, MotionAxis.Degrees(flow), 3);
    }
}
