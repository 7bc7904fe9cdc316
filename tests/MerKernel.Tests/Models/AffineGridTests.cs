using CsCheck;
using MerKernel.Models;
using TorchSharp;

namespace MerKernel.Tests.Models;

public class AffineGridTests
{
    [Fact]
    public void It_is_libtorchs_grid()
    {
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 9], Gen.Int[1, 9], Gen.Float[-2, 2].Array[18])
            .Sample((count, height, width, numbers) =>
            {
                using var scope = torch.NewDisposeScope();
                var maps = torch.tensor(numbers).view(3, 2, 3).narrow(0, 0, count);
                var expected = torch.nn.functional.affine_grid(maps, [count, 1, height, width], align_corners: false);
                var grid = Layers.AffineGrid(maps, height, width);
                Assert.Equal(expected.shape, grid.shape);
                Assert.True(grid.sub(expected).abs().max().item<float>() < 2e-6);
            }, iter: 200, threads: 1);
    }

    [Fact]
    public void A_gradient_reaches_the_map()
    {
        using var scope = torch.NewDisposeScope();
        var map = torch.tensor(new float[] { 1, 0, 0, 0, 1, 0 }).view(1, 2, 3).requires_grad_();
        // Column centres at -0.75, -0.25, 0.25, 0.75 and row centres at -0.5, 0.5: the x of all eight places, weighted
        // by x itself.
        Layers.AffineGrid(map, 2, 4).select(3, 0).square().sum().div(2).backward();
        Assert.Equal([2.5f, 0, 0, 0, 0, 0], map.grad!.data<float>().ToArray());
    }
}
