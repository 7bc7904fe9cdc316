using MerKernel.Native;
using MerKernel.Models;
using MerKernel.Tests.Models;
using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Linear = MerKernel.Models.Linear;
using WindowAttention = MerKernel.Models.WindowAttention;

namespace MerKernel.Tests.Native;

/// <summary>
/// Layers by native kernels against the same layers of libtorch's operations in 64 bits, which have no kernels: outputs
/// and every gradient.
/// </summary>
[Collection(AloneCollection.Name)]
public class NativeLayerTests
{
    public static TheoryData<int> Levels => new(FewerInstructions.Levels);

    public static TheoryData<int, int> WithChannels(int[] channels)
    {
        var data = new TheoryData<int, int>();
        foreach (var level in FewerInstructions.Levels)
            foreach (var count in channels)
                data.Add(level, count);
        return data;
    }

    public static TheoryData<int, int, int, int, int, bool> Attentions
    {
        get
        {
            var data = new TheoryData<int, int, int, int, int, bool>();
            foreach (var level in FewerInstructions.Levels)
            {
                data.Add(level, 14, 64, 2, 7, true);  // the paper's windows and heads
                data.Add(level, 14, 64, 2, 7, false);
                data.Add(level, 12, 8, 1, 4, true);   // the small profile's
                data.Add(level, 9, 16, 1, 4, true);   // padded to 12
                data.Add(level, 3, 32, 1, 4, true);   // one padded window
                data.Add(level, 16, 20, 2, 8, true);  // as many tokens as fit, and heads of 10
                data.Add(level, 5, 128, 2, 5, false); // heads of 64, as wide as fit
                data.Add(level, 9, 16, 1, 9, false);  // 81 tokens, which do not
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Attentions))]
    public void Attention_within_windows_and_its_gradients(int level, int side, int channels, int heads, int window,
        bool shifted)
    {
        using var scope = NewDisposeScope();
        using var fewer = new FewerInstructions(level);
        manual_seed(2);
        using var layer = new WindowAttention(side, channels, heads, window, shifted);
        Fill(layer, 0.5);
        var shape = new WindowShape(3, (side + window - 1) / window * window, window, 0, heads, channels / heads);
        // Else the test would compare libtorch with itself.
        Assert.Equal(KernelLibrary.Instructions(ScalarType.Float32) is not null && window * window <= 64,
            MerKernel.Native.WindowAttention.Fits(shape, ones(1), ones(1)));
        AssertEqual(layer, () => new WindowAttention(side, channels, heads, window, shifted),
            randn(3, side, side, channels), 3e-5);
    }

    public static TheoryData<int, int, int, int, int, int, int, bool> Convolutions
    {
        get
        {
            var data = new TheoryData<int, int, int, int, int, int, int, bool>();
            foreach (var level in FewerInstructions.Levels)
            {
                data.Add(level, 3, 12, 48, 3, 2, 1, false);  // the small profile's stem
                data.Add(level, 12, 8, 24, 3, 1, 1, false);
                data.Add(level, 8, 16, 12, 3, 2, 1, false);
                data.Add(level, 16, 32, 6, 1, 2, 0, false);  // its shortcut
                data.Add(level, 8, 32, 3, 1, 1, 0, true);
                data.Add(level, 5, 7, 11, 5, 3, 0, true);    // whole vectors nowhere
                data.Add(level, 2, 64, 9, 7, 2, 3, true);    // kernels over the rim on both sides
                data.Add(level, 65, 8, 6, 3, 1, 1, false);   // more channels than fit
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Convolutions_of_few_channels_and_their_gradients(int level, int from, int to, int side, int kernel,
        int stride, int padding, bool bias)
    {
        using var scope = NewDisposeScope();
        using var fewer = new FewerInstructions(level);
        manual_seed(6);
        MerKernel.Models.Conv2d Create() => new(from, to, kernel, stride, padding, bias: bias);
        using var layer = Create();
        var images = randn(7, from, side, side);
        Assert.Equal(KernelLibrary.Instructions(ScalarType.Float32) is not null && from <= 64,
            SmallConvolution.Fits(images, layer.Weight, stride, padding));
        AssertEqual(layer, Create, images, 1e-5);
        // Views, and images that are wider than high, in their own order in memory.
        AssertEqual(layer, Create, randn(side, side + 2, from, 3).permute(3, 2, 0, 1), 1e-5);
        // Data get no gradient, the weights get theirs.
        foreach (var parameter in layer.parameters()) parameter.grad = null;
        layer.call(images).sum().backward();
        Assert.All(layer.parameters(), p => Assert.NotNull(p.grad));
    }

    /// <summary>libtorch refuses a kernel that is larger than the image with its rim; so must we.</summary>
    [Theory]
    [InlineData(4, 1, false), InlineData(4, 2, false), InlineData(5, 2, true)]
    public void A_kernel_larger_than_its_image_is_left_to_libtorch(int side, int stride, bool fits)
    {
        using var scope = NewDisposeScope();
        using var layer = new MerKernel.Models.Conv2d(8, 16, 5, stride);
        var images = randn(2, 8, side, side + 4);
        Assert.Equal(fits && KernelLibrary.Instructions(ScalarType.Float32) is not null,
            SmallConvolution.Fits(images, layer.Weight, stride, 0));
        if (!fits) Assert.ThrowsAny<Exception>(() => layer.call(images));
    }

    [Theory]
    [MemberData(nameof(WithChannels), new[] { 4, 12, 32, 129 })]
    public void Bias_and_GELU_and_their_gradients(int level, int channels)
    {
        using var scope = NewDisposeScope();
        using var fewer = new FewerInstructions(level);
        manual_seed(3);
        using var layer = new Mlp(channels);
        Fill(layer, 0.5);
        AssertEqual(layer, () => new Mlp(channels), randn(70, 3, channels) * 2, 1e-5);
    }

    [Theory]
    [MemberData(nameof(WithChannels), new[] { 4, 8, 48, 64 })]
    public void A_stage_with_its_residual_sums_and_norms(int level, int channels)
    {
        using var scope = NewDisposeScope();
        using var fewer = new FewerInstructions(level);
        manual_seed(4);
        SwinStage Create() => new(side: 6, channels, depth: 3, heads: 2, window: 3, last: false);
        using var stage = Create();
        Fill(stage, 0.3);
        using var exact = Exact(stage, Create());
        var input = randn(5, 6, 6, channels);
        var windows = new Windows(6, 3, 0, 2, channels / 2);
        Assert.Equal(KernelLibrary.Instructions(ScalarType.Float32) is not null && channels != 4,
            KernelLibrary.SwinBlockFits(new(5, 6, windows.Side, windows.Window, 0, 2, channels / 2, 1e-5f)) != 0);
        Tensor[] factors = [.. Enumerable.Range(0, 6)
            .Select(_ => rand(5).lt(0.7).to(ScalarType.Float32).div(0.7).view(5, 1, 1, 1))];
        Tensor[] exactFactors = [.. factors.Select(f => f.to(ScalarType.Float64))];
        AssertEqual(stage, exact, input, x => stage.call((x, default)), x => exact.call((x, default)), 1e-4);
        AssertEqual(stage, exact, input, x => stage.call((x, factors)), x => exact.call((x, exactFactors)), 1e-4);
    }

    [Theory]
    [MemberData(nameof(WithChannels), new[] { 8, 32 })]
    public void A_stage_of_padded_and_shifted_windows(int level, int channels)
    {
        using var scope = NewDisposeScope();
        using var fewer = new FewerInstructions(level);
        manual_seed(7);
        foreach (var side in new[] { 6, 3 }) // padded to 8 with shifted windows, to one window
        {
            SwinStage Create() => new(side, channels, depth: 3, heads: 1, window: 4, last: true);
            using var stage = Create();
            Fill(stage, 0.3);
            using var exact = Exact(stage, Create());
            var input = randn(4, side, side, channels);
            AssertEqual(stage, exact, input, x => stage.call((x, default)), x => exact.call((x, default)), 1e-4);
            stage.eval();
            exact.eval();
            Assert.True(allclose(exact.call((input.to(ScalarType.Float64), default)).to(ScalarType.Float32),
                stage.call((input, default)), 1e-4, 1e-4));
        }
    }

    [Theory]
    [MemberData(nameof(WithChannels), new[] { 1, 5 })]
    public void Batch_normalisation_in_training_with_ReLU_its_gradients_and_running_statistics(int level, int channels)
    {
        using var scope = NewDisposeScope();
        using var fewer = new FewerInstructions(level);
        manual_seed(8);
        foreach (var side in new[] { 4, 12, 5 }) // planes of 25 do not fit
        {
            BatchNorm2d Create() => nn.BatchNorm2d(channels);
            using var norm = Create();
            using (no_grad())
            {
                norm.weight!.normal_(1, 0.2);
                norm.bias!.normal_(0, 0.3);
            }

            using var exact = Exact(norm, Create());
            // Far from zero, where a sum of squares would lose the variance.
            var input = randn(3, channels, side, side) + 30;
            Assert.Equal(KernelLibrary.Instructions(ScalarType.Float32) is not null && side != 5,
                MerKernel.Native.BatchNormRelu.Fits(norm, input));
            AssertEqual(norm, exact, input, x => Ops.BatchNormRelu(x, norm), x => Ops.BatchNormRelu(x, exact), 2e-5);
            foreach (var (name, value) in exact.state_dict())
                Assert.True(allclose(value.to(ScalarType.Float64), norm.state_dict()[name].to(ScalarType.Float64), 1e-5,
                    1e-6), name);
            Assert.Equal(1, norm.num_batches_tracked!.item<long>());
            norm.eval();
            Assert.False(MerKernel.Native.BatchNormRelu.Fits(norm, input));
        }
    }

    [Fact]
    public void In_bfloat16_a_stage_is_no_farther_from_exact_than_with_libtorchs_operations()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        SwinStage Create() => new(side: 14, channels: 64, depth: 2, heads: 2, window: 7, last: true);
        using var stage = Create();
        Fill(stage, 0.15);
        using var exact = Exact(stage, Create());
        var input = randn(4, 14, 14, 64);
        var wanted = Run(exact, input.to(ScalarType.Float64), x => exact.call((x, default)));
        var (kernels, libtorch) = (Distances(3), Distances(0));
        Assert.All(kernels.Zip(libtorch, wanted), pair => Assert.InRange(pair.First, 0, 1.2 * pair.Second));

        List<double> Distances(int level)
        {
            using var fewer = new FewerInstructions(level);
            var found = Run(stage, input, x =>
            {
                using var autocast = Autocast.In(Precision.BFloat16, CPU);
                return stage.call((x.to(ScalarType.BFloat16), default));
            });
            return [.. found.Zip(wanted,
                (a, b) => (a.to(ScalarType.Float64) - b).norm().item<double>() / b.norm().item<double>())];
        }
    }

    [Fact]
    public void In_bfloat16_weights_without_gradients_get_none()
    {
        using var scope = NewDisposeScope();
        using var layer = new Linear(32, 32);
        layer.Weight.requires_grad_(false);
        var x = ones(2, 32).requires_grad_();
        using (Autocast.In(Precision.BFloat16, CPU)) layer.call(x).sum().backward();
        Assert.Null(layer.Weight.grad);
        Assert.NotNull(x.grad);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void What_is_no_number_stays_none(int level)
    {
        using var scope = NewDisposeScope();
        using var fewer = new FewerInstructions(level);
        using var layer = new WindowAttention(4, 8, 1, 4, shifted: false);
        var qkv = layer.get_parameter("qkv.weight")!;
        using (no_grad()) qkv.narrow(0, 0, 8).fill_(double.NaN);
        // Only the queries are no numbers: their results are none either.
        Assert.True(layer.call(randn(1, 4, 4, 8)).isnan().all().item<bool>());
        var image = randn(2, 1, 4, 4);
        image[0, 0, 1, 2] = double.NaN;
        Assert.True(Ops.BatchNormRelu(image, nn.BatchNorm2d(1)).isnan().all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Logits_far_apart_leave_the_largest_alone(int level)
    {
        using var scope = NewDisposeScope();
        using var fewer = new FewerInstructions(level);
        using var quiet = no_grad();
        using var layer = new WindowAttention(2, 2, 1, 2, shifted: false);
        layer.get_parameter("qkv.weight")!.zero_();
        // Queries (1000, 0) and keys (x, 0): token 2 has the largest key; values are the tokens themselves.
        layer.get_parameter("qkv.bias")!.copy_(tensor(new[] { 1000f, 0, 0, 0, 0, 0 }));
        layer.get_parameter("qkv.weight")!.narrow(0, 2, 1).copy_(tensor(new[] { 1f, 0 }));
        layer.get_parameter("qkv.weight")!.narrow(0, 4, 2).copy_(eye(2));
        layer.get_parameter("proj.weight")!.copy_(eye(2));
        layer.get_parameter("relative_position_bias_table")!.zero_();
        var tokens = tensor(new[] { 1f, 5, -3, 6, 4, 7, 2, 8 }).view(1, 2, 2, 2);
        Assert.Equal([4f, 7, 4, 7, 4, 7, 4, 7], layer.call(tokens).data<float>().ToArray());
    }

    internal static void Fill(nn.Module layer, double deviation)
    {
        using var quiet = no_grad();
        foreach (var (name, parameter) in layer.named_parameters())
            parameter.normal_(name.Contains("norm") && name.EndsWith("weight") ? 1 : 0, deviation);
    }

    static void AssertEqual<T>(T layer, Func<T> create, Tensor input, double tolerance)
        where T : nn.Module<Tensor, Tensor>
    {
        using var exact = Exact(layer, create());
        AssertEqual(layer, exact, input, layer.call, exact.call, tolerance);
    }

    static void AssertEqual(nn.Module layer, nn.Module exact, Tensor input, Func<Tensor, Tensor> run,
        Func<Tensor, Tensor> runExactly, double tolerance)
    {
        var found = Run(layer, input, run);
        var wanted = Run(exact, input.to(ScalarType.Float64), runExactly);
        Assert.All(found.Zip(wanted), pair =>
            Assert.InRange((pair.First.to(ScalarType.Float64) - pair.Second).abs().max().item<double>()
                / pair.Second.abs().max().item<double>(), 0, tolerance));
    }

    static T Exact<T>(T layer, T copy)
        where T : nn.Module
    {
        copy.load_state_dict(layer.state_dict());
        copy.to(ScalarType.Float64);
        return copy;
    }

    /// <summary>A layer's output and the gradients of its input and parameters.</summary>
    internal static List<Tensor> Run(nn.Module layer, Tensor input, Func<Tensor, Tensor> run)
    {
        foreach (var parameter in layer.parameters()) parameter.grad = null;
        var x = input.clone().requires_grad_();
        var output = run(x);
        // Every output has a weight of its own, the same in each run.
        (output.to(x.dtype) * arange(output.numel(), ScalarType.Float64).mul(0.37).sin().to(x.dtype).view(output.shape))
            .sum().backward();
        return [output.detach(), x.grad!, .. layer.parameters().Select(p => p.grad!.clone())];
    }
}
