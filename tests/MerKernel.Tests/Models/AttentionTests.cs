using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Models;

public class AttentionTests
{
    [Theory]
    [InlineData("full", true, false)]
    [InlineData("horizontal", false, true)]
    [InlineData("both-directions", true, true)]
    public void A_blocks_output_is_its_features_times_one_weight_per_row_or_column(string variant, bool rows,
        bool columns)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = Networks.Create(variant);
        network.eval();
        var (onset, apex, units) = Networks.Batch(2, 40);
        var attention = (CoordinateAttention)network.named_modules()
            .Single(m => m.name == "motion.blocks.0.attention").module;
        var block = (CvaBlock)network.named_modules().Single(m => m.name == "motion.blocks.0").module;
        Tensor? features = null, output = null;
        attention.register_forward_hook((_, input, maps) =>
        {
            features = input.Features.clone().DetachFromDisposeScope();
            return maps;
        });
        block.register_forward_hook((_, _, result) =>
        {
            output = result.Features.clone().DetachFromDisposeScope();
            return result;
        });
        var map = MerNetFeatures.Of(network, new ClipBatch(onset, apex, units)).AttentionMaps[0];

        Assert.Equal(rows, map.Vertical is not null);
        Assert.Equal(columns, map.Horizontal is not null);
        var ratio = output! / features!;
        using Scalar dead = 0.01;
        var alive = features!.gt(dead);
        var expected = (map.Vertical ?? ones(1)) * (map.Horizontal ?? ones(1));
        Assert.True(((ratio - expected).abs() * alive).nan_to_num(0).max().item<float>() < 1e-4);

        // Along a row the vertical weight is constant, along a column the horizontal one.
        var dimension = rows ? 3 : 2;
        if (rows != columns)
        {
            var spread = ratio.masked_fill(~alive, float.NegativeInfinity).amax([dimension])
                - ratio.masked_fill(~alive, float.PositiveInfinity).amin([dimension]);
            var several = alive.sum(dimension) > 1;
            Assert.True(several.any().item<bool>());
            Assert.True(spread[several].max().item<float>() < 1e-4);
        }
    }

    [Fact]
    public void Independent_equals_continuous_in_block_1_and_differs_in_block_2_by_the_pooled_map()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var continuous = Networks.Create();
        using var independent = Networks.Create("independent", seed: 2);
        var state = continuous.state_dict();
        foreach (var (name, tensor) in independent.state_dict())
        {
            tensor.copy_(state[name]);
        }

        continuous.eval();
        independent.eval();
        var (onset, apex, units) = Networks.Batch(2, 40);
        var a = MerNetFeatures.Of(continuous, new ClipBatch(onset, apex, units)).AttentionMaps;
        var b = MerNetFeatures.Of(independent, new ClipBatch(onset, apex, units)).AttentionMaps;
        Assert.Equal(Networks.Values(a[0].Vertical!), Networks.Values(b[0].Vertical!));

        // Blocks 1 and 2 have the same width, so block 2's previous map is only pooled: every second row's
        // neighbourhood maximum.
        var first = Rows(a[0].Vertical!);
        var own = Rows(b[1].Vertical!);
        var both = Rows(a[1].Vertical!);
        for (var row = 0; row < own.Length; row++)
        {
            var pooled = Enumerable.Range(2 * row - 1, 3).Where(r => r >= 0 && r < first.Length).Max(r => first[r]);
            Assert.Equal(own[row] * pooled, both[row], 1e-5f);
        }

        static float[] Rows(Tensor map) => Networks.Values(map[0, 3]);
    }

    [Fact]
    public void The_attention_of_a_hand_made_map_is_the_sigmoid_of_the_activated_row_means()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (activation, f) in new (AttentionActivation, Func<double, double>)[]
        {
            (AttentionActivation.HSwish, x => x * Math.Min(6, Math.Max(0, x + 3)) / 6),
            (AttentionActivation.Uncapped, x => x * Math.Max(0, x + 3) / 6),
        })
        {
            using var attention = new CoordinateAttention(from: 1, channels: 1,
                new MerNetOptions { Activation = activation });
            attention.eval();
            attention.get_parameter("reduce.weight")!.fill_(1);
            attention.get_parameter("vertical.weight")!.fill_(0.125);
            attention.get_parameter("vertical.bias")!.fill_(0.5);
            var features = torch.tensor(new float[,,,] { { { { 1, 3, 5 }, { 2, 4, 12 } } } });
            var map = Networks.Values(attention.call((features, null)).Vertical!);

            // Row means 3 and 6; BatchNorm at its start divides by sqrt(1 + 1e-5); eight equal reduced channels of
            // weight 1/8.
            double Expected(double mean) => 1 / (1 + Math.Exp(-(f(mean / Math.Sqrt(1 + 1e-5)) + 0.5)));
            Assert.Equal(Expected(3), map[0], 1e-5);
            Assert.Equal(Expected(6), map[1], 1e-5);
        }
    }
}
