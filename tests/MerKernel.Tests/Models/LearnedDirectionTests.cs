using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Models;

[Collection(AloneCollection.Name)]
public class LearnedDirectionTests
{
    [Fact]
    public void Every_block_starts_at_72_degrees()
    {
        using var network = MerNet.Create(Networks.Small() with { Attention = AttentionDirection.Learned }, seed: 1);
        Assert.All(network.Angles, angle => Assert.Equal(72f, angle, 1e-4f));
        Assert.Equal(4, network.Angles.Length);
    }

    [Theory]
    [InlineData(AngleReading.Published, 0)]
    [InlineData(AngleReading.Paper, 90)]
    public void The_reading_says_at_which_angle_rows_are_averaged_as_in_vertical_attention(AngleReading reading,
        double vertical)
    {
        using var scope = NewDisposeScope();
        var map = rand(2, 3, 9, 9);
        Assert.True(At(reading, vertical).call(map).allclose(map.mean([3], keepdim: true), atol: 1e-5));
        // A right angle further, the row weights come from the columns, one way round or the other.
        var columns = map.mean([2], keepdim: true).transpose(2, 3);
        var turned = At(reading, vertical + 90).call(map);
        Assert.True(turned.allclose(columns, atol: 1e-5) || turned.allclose(columns.flip(2), atol: 1e-5));
    }

    [Theory]
    [InlineData(9, 9, 72)]
    [InlineData(12, 12, -31)]
    [InlineData(2, 2, 17)]
    [InlineData(6, 10, 200)]
    public void It_is_the_mean_over_the_width_of_the_map_that_libtorch_turns(int height, int width, double degrees)
    {
        using var scope = NewDisposeScope();
        var map = rand(2, 3, height, width);
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        var turn = tensor(new[] { (float)cos, (float)sin, 0, (float)-sin, (float)cos, 0 })
            .view(1, 2, 3).expand(2, 2, 3);
        var turned = nn.functional.grid_sample(map,
            nn.functional.affine_grid(turn, [2, 3, height, width], align_corners: false), align_corners: false);
        Assert.True(At(AngleReading.Published, degrees).call(map)
            .allclose(turned.mean([3], keepdim: true), rtol: 1e-4, atol: 1e-6));
    }

    [Theory]
    [InlineData(AngleReading.Published)]
    [InlineData(AngleReading.Paper)]
    public void The_gradient_of_the_direction_is_that_of_finite_differences(AngleReading reading)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        var direction = new LearnedDirection(reading);
        direction.to(ScalarType.Float64);
        var map = rand([1, 2, 7, 7], ScalarType.Float64);
        var weights = rand([1, 2, 7, 1], ScalarType.Float64);
        Tensor Value() => (direction.call(map) * weights).sum();

        Value().backward();
        var vector = direction.parameters().Single();
        var gradient = vector.grad!.data<double>().ToArray();
        const double Step = 1e-6;
        for (var i = 0; i < 2; i++)
        {
            double Moved(double by)
            {
                using var quiet = no_grad();
                vector[i].add_(by);
                var value = Value().item<double>();
                vector[i].add_(-by);
                return value;
            }
            Assert.Equal((Moved(Step) - Moved(-Step)) / (2 * Step), gradient[i], 1e-6);
        }
        // Only the vector's angle matters: along the vector there is no slope.
        var values = vector.detach().data<double>();
        Assert.Equal(0, gradient[0] * values[0] + gradient[1] * values[1], 1e-9);
    }

    static LearnedDirection At(AngleReading reading, double degrees)
    {
        var direction = new LearnedDirection(reading);
        using var quiet = no_grad();
        direction.parameters().Single().copy_(
            tensor(new[] { (float)Math.Cos(degrees * Math.PI / 180), (float)Math.Sin(degrees * Math.PI / 180) }));
        Assert.Equal(degrees > 180 ? degrees - 360 : degrees, direction.Degrees, 1e-3);
        return direction;
    }
}
