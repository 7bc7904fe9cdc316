using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Models;

public class ShapeTests
{
    [Fact]
    public void At_224_pixels_every_step_of_the_full_network_has_the_papers_shape()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = MerNet.Create(new MerNetOptions(), seed: 1);
        network.eval();
        var shapes = new Dictionary<string, long[]>();
        foreach (var (name, module) in network.named_modules())
        {
            switch (module)
            {
                case CvaBlock block:
                    block.register_forward_hook((_, _, output) => Keep(name, output.Features, output));
                    break;
                case SwinStage stage:
                    stage.register_forward_hook((_, _, output) => Keep(name, output, output));
                    break;
                case nn.Module<Tensor, Tensor> layer when name is "motion.stem" or "position" or "position.patch_embed":
                    layer.register_forward_hook((_, _, output) => Keep(name, output, output));
                    break;
            }
        }

        var (onset, apex, units) = Networks.Batch(1, 224);
        var features = MerNetFeatures.Of(network, new ClipBatch(onset, apex, units));

        Assert.Equal([1, 128, 112, 112], shapes["motion.stem"]);
        Assert.Equal([1, 128, 112, 112], shapes["motion.blocks.0"]);
        Assert.Equal([1, 128, 56, 56], shapes["motion.blocks.1"]);
        Assert.Equal([1, 256, 28, 28], shapes["motion.blocks.2"]);
        Assert.Equal([1, 512, 14, 14], shapes["motion.blocks.3"]);
        Assert.Equal([2, 56, 56, 128], shapes["position.patch_embed"]);
        Assert.Equal([2, 28, 28, 256], shapes["position.layers.0"]);
        Assert.Equal([2, 14, 14, 512], shapes["position.layers.1"]);
        Assert.Equal([2, 14, 14, 512], shapes["position.layers.2"]);
        Assert.Equal([2, 512, 14, 14], shapes["position"]);
        Assert.Equal([1, 512, 14, 14], features.MotionMap.shape);
        Assert.Equal([1, 512, 14, 14], features.PositionMap!.shape);
        Assert.Equal([1, 512, 14, 14], features.Fused.shape);
        Assert.Equal([1, 5], features.Logits.shape);
        long[][] maps = [[1, 128, 112, 1], [1, 128, 56, 1], [1, 256, 28, 1], [1, 512, 14, 1]];
        Assert.Equal(maps, features.AttentionMaps.Select(map => map.Vertical!.shape));

        T Keep<T>(string name, Tensor tensor, T output)
        {
            shapes[name] = tensor.shape;
            return output;
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(40)]
    [InlineData(57)]
    [InlineData(64)]
    [InlineData(100)]
    public void Motion_and_position_maps_have_the_same_side_at_any_input_size(int size)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (onset, apex, units) = Networks.Batch(2, size);
        foreach (var variant in new[] { "full", "vit", "fpf" })
        {
            using var network = Networks.Create(variant, Networks.Small(variant) with { InputSize = size });
            var features = MerNetFeatures.Of(network, new ClipBatch(onset, apex, units));
            var side = (int)Math.Ceiling(size / 16.0);
            Assert.Equal([2, 64, side, side], features.MotionMap.shape);
            Assert.Equal([2, 64, side, side], features.PositionMap!.shape);
        }
    }

    [Fact]
    public void The_baseline_pools_a_map_of_a_thirty_second_of_the_input()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = Networks.Create("baseline", Networks.Small("baseline") with { InputSize = 64 });
        var (onset, apex, units) = Networks.Batch(2, 64);
        var features = MerNetFeatures.Of(network, new ClipBatch(onset, apex, units));
        Assert.Equal([2, 64, 2, 2], features.MotionMap.shape);
        Assert.Same(features.MotionMap, features.Fused);
        Assert.Equal([64, 64], network.get_parameter("head.fc1.weight")!.shape);
        Assert.Null(features.PositionMap);
        Assert.Empty(features.AttentionMaps);
    }

    [Fact]
    public void Frames_of_another_size_than_the_network_was_built_for_are_refused()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create();
        var (onset, apex, units) = Networks.Batch(2, 48);
        var error = Assert.Throws<ArgumentException>(() => network.call(new ClipBatch(onset, apex, units)));
        Assert.Contains("48 x 48", error.Message);
    }
}
