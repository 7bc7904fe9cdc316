using MerKernel.Interpretability;
using MerKernel.Models;
using MerKernel.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Interpretability;

[Collection(AloneCollection.Name)]
public class AttentionRolloutTests
{
    [Fact]
    public void The_places_of_a_4x4_map_with_window_2_and_shift_1_are_the_ones_written_out_by_hand()
    {
        // Window (0,0) starts at (1,1); the last windows of an axis wrap around to row and column 0.
        long[] expected =
        [
            5, 6, 9, 10,
            7, 4, 11, 8,
            13, 14, 1, 2,
            15, 12, 3, 0,
        ];
        using var tokens = Windows.Tokens(side: 4, window: 2, shift: 1);
        Assert.Equal(expected, tokens.data<long>().ToArray());
    }

    [Theory]
    [InlineData(4, 2, false)]
    [InlineData(4, 2, true)]
    [InlineData(8, 4, true)]
    [InlineData(5, 4, true)] // padded to 8
    [InlineData(3, 4, true)] // one padded window, so no shift
    public void Window_attention_put_back_into_the_image_moves_a_planted_pattern_as_the_layer_does(int side, int window,
        bool shifted)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        manual_seed(2);
        const int Channels = 3;
        using var layer = new WindowAttention(side, Channels, heads: 1, window, shifted);
        layer.get_parameter("relative_position_bias_table")!.normal_();
        // Queries and keys are drawn, values and the projection are the identity: the layer returns attention times
        // input. Without a bias, padding has value 0.
        layer.get_parameter("qkv.weight")!.normal_();
        layer.get_parameter("qkv.weight")!.narrow(0, 2 * Channels, Channels).copy_(eye(Channels));
        layer.get_parameter("proj.weight")!.copy_(eye(Channels));
        var pattern = randn([2, side, side, Channels]);
        var attention = layer.Attend(pattern);

        Assert.Equal([2, side * side, side * side], attention.shape);
        var moved = attention.matmul(pattern.view(2, side * side, Channels)).view(2, side, side, Channels);
        Assert.InRange(Networks.LargestDifference(layer.forward(pattern), moved), 0, 1e-5);
        var rows = Networks.Values(attention.sum(-1));
        if (side % window == 0) Assert.All(rows, sum => Assert.Equal(1, sum, 1e-5));
        else Assert.All(rows, sum => Assert.InRange(sum, 0, 1 + 1e-5));
        Assert.Contains(rows, sum => side % window == 0 || sum < 0.99);
    }

    [Fact]
    public void A_ViT_blocks_attention_sums_to_1_and_is_what_the_block_uses()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        manual_seed(3);
        const int Channels = 6;
        using var block = new ViTBlock(length: 9, Channels, heads: 1);
        block.get_parameter("qkv.weight")!.normal_();
        block.get_parameter("qkv.weight")!.narrow(0, 2 * Channels, Channels).copy_(eye(Channels));
        block.get_parameter("proj.weight")!.copy_(eye(Channels));
        block.get_parameter("mlp.fc2.weight")!.fill_(0);
        var input = randn([2, 9, Channels]);
        var attention = block.Attend(input);

        Assert.All(Networks.Values(attention.sum(-1)), sum => Assert.Equal(1, sum, 1e-5));
        var expected = input + attention.matmul(nn.functional.layer_norm(input, [Channels], eps: ViTBlock.Epsilon));
        Assert.InRange(Networks.LargestDifference(block.forward(input), expected), 0, 1e-5);
    }

    [Fact]
    public void The_rollout_of_a_ViT_is_the_product_of_its_layers_with_half_a_residual_each()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = Networks.Create("vit", Networks.Small("vit") with { InputSize = 48 });
        network.eval();
        var frames = Networks.Batch(2, 48).Onset;
        var layers = new List<Tensor>();
        foreach (var (_, module) in network.named_modules().Where(m => m.module is ViTBlock))
        {
            ((ViTBlock)module).register_forward_hook((_, input, output) =>
            {
                layers.Add(((ViTBlock)module).Attend(input).DetachFromDisposeScope());
                return output;
            });
        }

        network.Position!.call(frames);
        var product = (layers[1] + eye(9)) / 2;
        product = product.matmul((layers[0] + eye(9)) / 2);
        layers.ForEach(layer => layer.Dispose());
        layers.Clear();
        var rollout = AttentionRollout.Of(network.Position!, frames);
        layers.ForEach(layer => layer.Dispose());

        Assert.Equal([2, 3, 3], rollout.Map.shape);
        Assert.InRange(Networks.LargestDifference(rollout.Map.view(2, 9), product.mean([1])), 0, 1e-6);
        Assert.All(rollout.Padding, padding => Assert.Equal(0, padding, 1e-5));
    }

    [Theory]
    [InlineData(40)] // odd sides and padding in every later stage
    [InlineData(64)] // windows of 4 tile every stage
    public void The_rollout_of_a_Swin_sums_to_1_over_the_patches_and_reports_padding(int size)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create("full", Networks.Small() with { InputSize = size });
        network.eval();
        var rollout = AttentionRollout.Of(network.Position!, Networks.Batch(3, size).Onset);

        Assert.Equal([3, size / 4, size / 4], rollout.Map.shape);
        Assert.All(Networks.Values(rollout.Map.sum([1, 2])), sum => Assert.Equal(1, sum, 1e-4));
        Assert.True(rollout.Map.min().item<float>() >= 0);
        Assert.Equal(Swin.BlockCount, rollout.Padding.Length);
        if (size == 64)
        {
            Assert.All(rollout.Padding, padding => Assert.Equal(0, padding, 1e-5));
            return;
        }

        // 10 patches a side, padded to 12: a window reaches into the padding; shifted by 2, rows 10 and 11 are in parts
        // of their own.
        Assert.True(rollout.Padding[0] > 0.01);
        Assert.Equal(0, rollout.Padding[1], 1e-5);
    }

    [Fact]
    public void With_even_attention_a_Swins_rollout_is_even()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = Networks.Create("full", Networks.Small() with { InputSize = 64 });
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name.EndsWith("qkv.weight", StringComparison.Ordinal)
                || name.EndsWith("relative_position_bias_table", StringComparison.Ordinal))
            {
                parameter.fill_(0);
            }
        }

        network.eval();
        var map = AttentionRollout.Of(network.Position!, Networks.Batch(1, 64).Onset).Map;
        // Shifted windows at the border are cut smaller, so only unshifted rows are exactly even; the map as a whole
        // keeps its mirror symmetry.
        Assert.InRange(Networks.LargestDifference(map, map.flip(1)), 0, 1e-6);
        Assert.InRange(Networks.LargestDifference(map, map.transpose(1, 2)), 0, 1e-6);
        Assert.InRange((map * 256 - 1).abs().max().item<float>(), 0, 0.2);
    }
}
