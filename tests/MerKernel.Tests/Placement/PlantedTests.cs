using System.Runtime.InteropServices;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Linear = MerKernel.Models.Linear;

namespace MerKernel.Tests.Placement;

/// <summary>
/// What <see cref="PlacementTests"/> looks for, planted: it has to be found. And what meta has no operation for, which
/// the lazy device is for.
/// </summary>
[Collection(AloneCollection.Name)]
public class PlantedTests
{
    /// <summary>Only the action units decide, through a linear layer and something misplaced.</summary>
    sealed class Planted : Network
    {
        readonly Linear linear = new(FusionHead.ActionUnitCount, 5);
        readonly Func<Tensor, Tensor> misplaced;
        readonly Tensor[] kept;

        public Planted(Func<Tensor, Tensor> misplaced, params Tensor[] kept)
        {
            (this.misplaced, this.kept) = (misplaced, kept);
            RegisterComponents();
        }

        public int Kept => kept.Length;

        protected override Tensor Forward(ClipBatch batch) => misplaced(linear.call(batch.ActionUnits));
    }

    static void Pass(Func<Tensor, Tensor> misplaced, params Tensor[] kept)
    {
        var frames = zeros(4, 3, 8, 8);
        Passes.On(Devices.Lazy, () => Network.Build(() => new Planted(misplaced, kept), 1),
            new ClipBatch(frames, frames, ones(4, FusionHead.ActionUnitCount)));
    }

    [Fact]
    public void With_nothing_planted_nothing_is_found()
    {
        using var scope = NewDisposeScope();
        Pass(x => x);
    }

    [Fact]
    public void A_tensor_made_on_the_processor_in_a_step_is_found()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("not a lazy tensor",
            Assert.ThrowsAny<ExternalException>(() => Pass(x => x.mul(rand(4, 5)))).Message);
    }

    [Fact]
    public void A_tensor_that_a_network_holds_without_moving_it_is_found_even_if_it_is_not_used()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("Planted.kept[0] on cpu",
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Pass(x => x, ones(5))).Message);
    }

    [Fact]
    public void A_way_round_over_the_processor_is_found()
    {
        using var scope = NewDisposeScope();
        var product = new Linear(5, 5);
        Assert.Contains("Linear was asked for on the processor",
            Assert.Throws<InvalidOperationException>(() => Pass(x => product.call(x.cpu()).to(x.device))).Message);
    }

    sealed class ForgetfulOptimizer : FlatOptimizer
    {
        readonly Tensor mean;

        public ForgetfulOptimizer(IEnumerable<Parameter> parameters) : base(parameters) =>
            mean = Own(zeros(Parameters.numel()));

        public override IReadOnlyList<(string Name, Tensor Value)> State => [("mean", mean)];

        protected override void Update(double learningRate) =>
            Parameters.sub_(mean.lerp_(Gradients, 0.1).mul_(learningRate));
    }

    [Fact]
    public void An_optimisers_state_on_the_processor_is_found()
    {
        using var scope = NewDisposeScope();
        using var layer = new Linear(3, 2);
        layer.to(Devices.Meta);
        using var optimizer = new ForgetfulOptimizer(layer.parameters());
        Assert.Contains("ForgetfulOptimizer._owned[2] on cpu", HeldTensors.NotOn(DeviceType.META, optimizer));
        Assert.Contains("same device", Assert.ThrowsAny<ExternalException>(() => optimizer.Step(1)).Message);
    }

    /// <summary>
    /// Why a network's forward and backward pass, and the assembly of a batch, are tested on the lazy device: libtorch
    /// has these operations not for meta.
    /// </summary>
    public static TheoryData<string> WithoutMeta => [.. s_withoutMeta.Keys];

    static readonly Dictionary<string, Func<Tensor, Tensor>> s_withoutMeta = new()
    {
        ["convolution"] = x => nn.functional.conv2d(x, x),
        ["BatchNorm"] = x => nn.functional.batch_norm(x, zeros(4, device: x.device), ones(4, device: x.device)),
        ["LayerNorm"] = x => nn.functional.layer_norm(x, [8]),
        ["index_select"] = x => x.index_select(0, zeros(2, ScalarType.Int64, x.device)),
        ["grid_sample"] = x => nn.functional.grid_sample(x, zeros(4, 5, 5, 2, device: x.device), align_corners: false),
        ["roll"] = x => x.roll((1, 1), (2, 3)),
        ["hardswish"] = x => nn.functional.hardswish(x),
        ["fused attention"] = x => nn.functional.scaled_dot_product_attention(x, x, x),
        ["a number's value"] = x => tensor(x.sum().item<float>()),
    };

    [Theory]
    [MemberData(nameof(WithoutMeta))]
    public void What_meta_cannot_run_the_lazy_device_can(string operation)
    {
        using var scope = NewDisposeScope();
        var numbers = arange(4 * 4 * 8 * 8, ScalarType.Float32).view(4, 4, 8, 8).sin();
        var run = s_withoutMeta[operation];
        Assert.ThrowsAny<ExternalException>(() => run(numbers.to(Devices.Meta)));
        Assert.True(allclose(run(numbers), run(numbers.to(Devices.Lazy)).cpu(), rtol: 1e-4, atol: 1e-4));
    }

    /// <summary>The kernels for processors step aside for any other device.</summary>
    [Fact]
    public void Native_kernels_have_no_part_in_other_devices_tensors()
    {
        using var scope = NewDisposeScope();
        var native = Ops.Of(DeviceType.CPU)!;
        foreach (var device in new[] { Devices.Meta, Devices.Lazy })
        {
            Tensor Of(params long[] shape) => zeros(shape, ScalarType.Float32, device);
            using var linear = new Linear(32, 32);
            using var norm = nn.LayerNorm(32);
            using var batchNorm = nn.BatchNorm2d(32);
            linear.to(device);
            norm.to(device);
            batchNorm.to(device);
            Assert.Null(native.Linear(Of(16, 32), linear.Weight, linear.Bias));
            Assert.Null(native.BiasGelu(Of(16, 32), linear));
            Assert.Null(native.AddLayerNorm(Of(2, 8, 32), Of(2, 8, 32), null, norm));
            Assert.Null(native.BatchNormRelu(Of(2, 32, 8, 8), batchNorm));
            Assert.Null(native.WindowAttention(Of(2, 8, 8, 32), linear, Of(49, 2), new Windows(8, 4, 2, 2, 16)));
            Assert.Null(native.Frames(zeros([4, 3, 8, 8], ScalarType.Byte, device),
                zeros([4], ScalarType.Int64, device), null, Of(1, 3, 1, 1), Of(1, 3, 1, 1)));
            Assert.False(native.AdamW(new AdamWStep(1e-3, 0.1, 0.9, 0.999, 1e-8, 1), Of(64), Of(64), Of(64), Of(64)));
        }
    }
}
