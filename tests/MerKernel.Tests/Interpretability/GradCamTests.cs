using MerKernel.Interpretability;
using MerKernel.Models;
using MerKernel.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Interpretability;

public class GradCamTests
{
    [Fact]
    public void Under_a_linear_head_the_map_is_the_channels_weighted_by_the_mean_of_their_weights_cut_off_at_zero()
    {
        using var scope = NewDisposeScope();
        // Two channels of 2 x 2. Mean weights: channel 0: (1 + 2 + 3 + 2) / 4 = 2, channel 1: (-4 + 0 + 0 + 0) /
        // 4 = -1.
        var weights = tensor(new float[,,,] { { { { 1, 2 }, { 3, 2 } }, { { -4, 0 }, { 0, 0 } } } });
        var features = tensor(new float[,,,] { { { { 1, 0 }, { 2, 5 } }, { { 1, 3 }, { 4, 0 } } } },
            requires_grad: true);
        var map = GradCam.Of(features, (features * weights).sum(dim: [1, 2, 3]));

        // 2 * F0 - F1 = [[1, -3], [0, 10]].
        Assert.Equal([1, 2, 2], map.shape);
        Assert.Equal([1f, 0, 0, 10], Networks.Values(map));
    }

    [Theory]
    [InlineData("full")]
    [InlineData("baseline")]
    public void A_networks_map_is_what_finite_differences_of_the_logit_give(string variant)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create(variant);
        network.to(ScalarType.Float64);
        network.eval();
        var (onset, apex, units) = Networks.Batch(3, 40);
        var features = MerNetFeatures.Of(network,
            new ClipBatch(onset.to(ScalarType.Float64), apex.to(ScalarType.Float64), units.to(ScalarType.Float64)));
        var classes = tensor(new long[] { 4, 0, 2 });
        var map = GradCam.Of(features, classes);

        // The head sees F_M + F_POS (or only F_M, which it averages): to raise a whole channel of F_M by e raises what
        // it sees by e. The slope is the sum of the channel's gradients, so a channel's weight is slope / (h * w).
        using var quiet = no_grad();
        const double E = 1e-5;
        var expected = zeros_like(map);
        var area = features.MotionMap.size(2) * features.MotionMap.size(3);
        for (var channel = 0; channel < features.MotionMap.size(1); channel++)
        {
            Tensor Logit(double shift)
            {
                var fused = features.Fused.clone();
                fused.select(1, channel).add_(shift);
                return network.Head.call((fused, units.to(ScalarType.Float64)))
                    .gather(1, classes.unsqueeze(1)).squeeze(1);
            }

            var slope = (Logit(E) - Logit(-E)) / (2 * E);
            expected += (slope / area).view(-1, 1, 1) * features.MotionMap.select(1, channel);
        }

        expected = expected.relu();
        Assert.True(expected.max().item<double>() > 0);
        Assert.InRange((map - expected).abs().max().item<double>() / expected.max().item<double>(), 0, 1e-5);
    }
}
