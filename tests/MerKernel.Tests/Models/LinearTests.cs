using MerKernel.Models;
using TorchSharp;

namespace MerKernel.Tests.Models;

[Collection(AloneCollection.Name)]
public class LinearTests
{
    public static TheoryData<long[]> Shapes => new([2, 5], [2, 3, 5], [2, 3, 4, 5], [0, 3, 4, 5]);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_token_is_weighted_alike_whatever_the_dimensions(long[] shape)
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(3);
        var layer = new Linear(5, 7);
        var (weight, bias) = (layer.state_dict()["weight"], layer.state_dict()["bias"]);
        using (torch.no_grad()) bias.copy_(torch.rand(7));
        var input = torch.randn(shape);
        var expected = input.unsqueeze(-2).mul(weight).sum(-1).add(bias);
        var output = layer.call(input);
        Assert.Equal([.. shape[..^1], 7], output.shape);
        Assert.True(torch.allclose(expected, output, atol: 1e-6));
    }

    [Fact]
    public void It_starts_with_normals_of_deviation_0_02_and_a_bias_of_zero_or_none()
    {
        using var scope = torch.NewDisposeScope();
        var layer = new Linear(300, 400);
        // 120,000 values: the deviation of their deviation is 0.02 / sqrt(240,000).
        Assert.InRange(layer.Weight.std().item<float>(), 0.0198, 0.0202);
        Assert.Equal(0, layer.state_dict()["bias"].abs().sum().item<float>());
        Assert.Equal(["weight"], new Linear(2, 2, hasBias: false).state_dict().Keys);
    }
}
