using MerKernel.Experiments;
using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Models;

[Collection(AloneCollection.Name)]
public class MerNetTests
{
    [Theory]
    [MemberData(nameof(Networks.VariantNames), MemberType = typeof(Networks))]
    public void Every_parameter_of_every_variant_gets_a_gradient(string variant)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create(variant);
        var (onset, apex, units) = Networks.Batch(4, 40);
        var labels = torch.tensor(new long[] { 0, 1, 2, 3 });
        network.train();
        nn.functional.cross_entropy(network.call(new ClipBatch(onset, apex, units)), labels).backward();
        foreach (var (name, parameter) in network.named_parameters())
        {
            Assert.True(parameter.grad is not null, $"{name} has no gradient");
            Assert.True(parameter.grad.isfinite().all().item<bool>(), $"{name} has a gradient that is not finite");

            // What the last LayerNorm adds to every clip alike, the head's BatchNorm takes away again.
            Assert.True(parameter.grad.abs().max().item<float>() > 1e-7 || name == "position.norm.bias",
                $"{name} has a gradient of zero");
        }
    }

    [Theory]
    [MemberData(nameof(Networks.VariantNames), MemberType = typeof(Networks))]
    public void The_order_of_a_batch_does_not_change_what_is_predicted(string variant)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = Networks.Create(variant);
        network.eval();
        var (onset, apex, units) = Networks.Batch(4, 40);
        var order = torch.tensor(new long[] { 2, 0, 3, 1 });
        var straight = network.call(new ClipBatch(onset, apex, units))[order];
        var shuffled = network.call(new ClipBatch(onset[order], apex[order], units[order]));
        var spread = straight.std(0).max().item<float>();
        Assert.InRange(Networks.LargestDifference(straight, shuffled) / spread, 0, 0.01);
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_seed_others()
    {
        using var a = Networks.Create(seed: 7);
        using var b = Networks.Create(seed: 7);
        using var c = Networks.Create(seed: 8);
        var name = "position.layers.2.blocks.5.mlp.fc2.weight";
        foreach (var (key, value) in a.state_dict())
        {
            Assert.Equal(Networks.Values(value), Networks.Values(b.state_dict()[key]));
        }

        Assert.NotEqual(Networks.Values(a.state_dict()[name]), Networks.Values(c.state_dict()[name]));
    }

    [Fact]
    public void A_network_built_inside_a_dispose_scope_survives_it_with_its_whole_state()
    {
        MerNet network;
        using (NewDisposeScope())
        {
            network = Networks.Create("both-directions");
        }

        using (network)
        {
            var state = network.state_dict();
            Assert.Equal(network.named_parameters().Count() + 3 * BatchNorms(network), state.Count);
            Assert.All(state.Values, tensor => Assert.False(tensor.IsInvalid));
            Assert.True(state["motion.blocks.3.conv1.weight"].isfinite().all().item<bool>());
        }

        static int BatchNorms(MerNet network) =>
            network.named_modules().Count(m => m.module is TorchSharp.Modules.BatchNorm);
    }

    [Fact]
    public void Weights_start_with_the_deviations_their_layers_are_known_for()
    {
        using var scope = NewDisposeScope();
        using var network = MerNet.Create(new MerNetOptions { WidthDivisor = 2, InputSize = 64 }, seed: 1);
        using var vit = MerNet.Create((MerNetOptions)Tables.ChangeNamed("vit").Of(new MerNetOptions()).Model with
        {
            WidthDivisor = 2,
            InputSize = 224
        }, seed: 1);
        void Deviates(MerNet of, string name, double expected) =>
            Assert.InRange(of.get_parameter(name)!.std().item<float>() / expected, 0.97, 1.03);

        // Kaiming-normal: sqrt(2 / (out channels x kernel area)).
        Deviates(network, "motion.stem.conv2.weight", Math.Sqrt(2.0 / (64 * 9)));
        Deviates(network, "motion.blocks.3.conv1.weight", Math.Sqrt(2.0 / (256 * 9)));
        Deviates(network, "motion.blocks.3.shortcut.conv.weight", Math.Sqrt(2.0 / 256));
        Deviates(network, "position.layers.2.blocks.0.attn.qkv.weight", 0.02);
        Deviates(network, "position.layers.2.blocks.0.mlp.fc1.weight", 0.02);
        Deviates(network, "position.layers.0.downsample.reduction.weight", 0.02);
        Deviates(vit, "position.pos_embed", 0.02);

        // PyTorch's linear layer: uniform within 1 / sqrt(inputs), so a deviation of that over sqrt(3).
        Deviates(network, "head.fc1.weight", 1 / Math.Sqrt(3.0 * 256 * 16));
        Assert.Equal(1, network.get_parameter("motion.blocks.0.bn2.weight")!.mean().item<float>());
        Assert.Equal(0, network.get_parameter("position.layers.1.blocks.1.attn.proj.bias")!.abs().max().item<float>());
    }

    [Fact]
    public void Steps_in_a_dispose_scope_leave_no_tensors_behind()
    {
        using var network = Networks.Create();
        network.train();
        var (onset, apex, units) = Networks.Batch(2, 40);

        long Step()
        {
            using (NewDisposeScope())
            {
                network.call(new ClipBatch(onset, apex, units)).sum().backward();
                MerNetFeatures.Of(network, new ClipBatch(onset, apex, units));
                network.zero_grad();
            }

            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }

        var first = Step();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(first, Step());
        }
    }

    [Fact]
    public void Equal_frames_give_the_motion_stream_a_zero_image()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = Networks.Create();
        network.eval();
        var (onset, apex, units) = Networks.Batch(2, 40);
        var seen = zeros(1);
        var motion = (CvaNetwork)network.named_modules().Single(m => m.name == "motion").module;
        var stem = (ConvStem)motion.named_modules().Single(m => m.name == "stem").module;
        stem.register_forward_pre_hook((_, input) => { seen = input.clone().DetachFromDisposeScope(); return input; });
        network.call(new ClipBatch(onset, onset, units));
        Assert.Equal(0, seen.abs().max().item<float>());
        network.call(new ClipBatch(onset, apex, units));
        Assert.True(Networks.LargestDifference(seen, apex - onset) < 1e-6);

        var maps = MerNetFeatures.Of(network, new ClipBatch(onset, onset, units)).MotionMap;
        Assert.True(Networks.LargestDifference(maps[0], maps[1]) == 0, "identity reaches the motion stream");
    }

    [Fact]
    public void The_position_map_of_both_frames_is_the_sum_of_the_frames_own_maps()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var both = Networks.Create();
        using var onsetOnly = Networks.Create("onset");
        using var apexOnly = Networks.Create("apex");
        foreach (var network in new[] { both, onsetOnly, apexOnly })
        {
            network.eval();
        }

        var (onset, apex, units) = Networks.Batch(2, 40);
        Tensor Map(MerNet network) => MerNetFeatures.Of(network, new ClipBatch(onset, apex, units)).PositionMap!;
        Assert.True(Networks.LargestDifference(Map(both), Map(onsetOnly) + Map(apexOnly)) < 1e-5);
        Assert.True(Networks.LargestDifference(Map(onsetOnly), Map(apexOnly)) > 1e-3);
    }

    [Fact]
    public void Stochastic_depth_is_drawn_from_the_generator_it_was_given()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var options = Networks.Small() with { StochasticDepth = 0.5 };
        var (onset, apex, units) = Networks.Batch(8, 40);

        float[] Run(ulong seed, long processSeed)
        {
            using var network = MerNet.Create(options, seed: 1);
            using var generator = new Generator(seed, CPU);
            network.UseGenerator(generator);
            manual_seed(processSeed);
            network.train();
            return Networks.Values(network.call(new ClipBatch(onset, apex, units)));
        }

        Assert.Equal(Run(3, processSeed: 1), Run(3, processSeed: 2));
        Assert.NotEqual(Run(3, processSeed: 1), Run(4, processSeed: 1));
    }

    [Theory]
    [InlineData("no-au")]
    [InlineData("baseline")]
    public void A_network_without_action_units_ignores_them(string variant)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = Networks.Create(variant);
        network.eval();
        var (onset, apex, units) = Networks.Batch(2, 40);
        Assert.Equal(Networks.Values(network.call(new ClipBatch(onset, apex, units))),
            Networks.Values(network.call(new ClipBatch(onset, apex, 1 - units))));
    }

    [Fact]
    public void Action_units_change_the_prediction_of_the_full_network()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = Networks.Create();
        network.eval();
        var (onset, apex, units) = Networks.Batch(2, 40);
        Assert.True(Networks.LargestDifference(network.call(new ClipBatch(onset, apex, units)),
            network.call(new ClipBatch(onset, apex, 1 - units))) > 1e-3);
    }

    [Fact]
    public void In_float64_a_network_computes_what_it_computes_in_float32()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = Networks.Create("both-directions");
        network.eval();
        var (onset, apex, units) = Networks.Batch(2, 40);
        var single = network.call(new ClipBatch(onset, apex, units));
        network.to(ScalarType.Float64);
        var twice = network.call(new ClipBatch(onset.to(ScalarType.Float64), apex.to(ScalarType.Float64),
            units.to(ScalarType.Float64)));
        Assert.Equal(ScalarType.Float64, twice.dtype);
        Assert.True(Networks.LargestDifference(single, twice) < 1e-4);
    }

    [Theory]
    [InlineData(0, 1, "InputSize")]
    [InlineData(224, 3, "WidthDivisor")]
    public void Impossible_options_are_refused_by_name(int size, int divisor, string option)
    {
        var error = Assert.Throws<UserErrorException>(() =>
            MerNet.Create(new MerNetOptions { InputSize = size, WidthDivisor = divisor }, seed: 1));
        Assert.StartsWith(option, error.Message);
    }
}
