using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Tests.Baselines;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Models;

/// <summary>
/// Gradients in 32 bits, as networks are trained, against those in 64 bits, which libtorch computes by other code.
/// </summary>
[Collection(AloneCollection.Name)]
public class GradientTests
{
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        // Channels in and out, side, kernel, groups: of the small networks, of the compared systems, and others around
        // whole vectors.
        { 4, 4, 16, 3, 1 }, { 11, 8, 24, 3, 1 }, { 8, 8, 24, 3, 1 }, { 16, 24, 24, 3, 1 }, { 16, 17, 12, 5, 1 },
        { 6, 16, 14, 5, 1 }, { 12, 20, 17, 5, 2 },
        { 12, 12, 7, 3, 12 }, { 3, 8, 28, 3, 1 }, { 128, 180, 28, 3, 1 }, { 180, 128, 28, 3, 1 }, { 16, 16, 24, 3, 1 },
        { 8, 8, 24, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_convolutions_gradients_are_those_in_64_bits(int from, int to, int side, int kernel, int groups)
    {
        foreach (var stride in new[] { 1, 2 })
        {
            using var scope = NewDisposeScope();
            manual_seed(1);
            Tensor[] narrow = [randn(4, from, side, side), randn(to, from / groups, kernel, kernel), randn(to)];
            Tensor[] wide = [.. narrow.Select(t => t.to(ScalarType.Float64))];
            var output = Run(narrow);
            var direction = randn(output.shape);
            var exact = Run(wide);
            Leave(output.numel());
            autograd.backward([output], [direction]);
            autograd.backward([exact], [direction.to(ScalarType.Float64)]);
            Close(exact, output, 1e-5);
            foreach (var (w, n) in wide.Zip(narrow)) Close(w.grad!, n.grad!, 1e-5);

            Tensor Run(Tensor[] inputs)
            {
                foreach (var input in inputs) input.requires_grad_();
                return Ops.Convolution(inputs[0], inputs[1], inputs[2], stride, kernel / 2, groups);
            }
        }
    }

    [Theory]
    [InlineData(96, 64, 2), InlineData(30, 30, 30)]
    public void Kernels_of_groups_over_all_channels_are_the_same_convolution(int from, int to, int groups)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        // In 64 bits, since in 32 libtorch's own may be wrong on this processor.
        Tensor Drawn(params long[] shape) => randn(shape, ScalarType.Float64);
        var (x, weight, bias) = (Drawn(2, from, 9, 9), Drawn(to, from / groups, 3, 3), Drawn(to));
        Close(nn.functional.conv2d(x, weight, bias, padding: [1L, 1L], groups: groups),
            nn.functional.conv2d(x, SoundConvolution.Ungrouped(weight, groups), bias, padding: [1L, 1L]), 1e-12);
    }

    public static TheoryData<string> Trained => [.. Tables.Methods.Select(m => m.Key)];

    [Theory]
    [MemberData(nameof(Trained))]
    public void A_small_networks_gradients_are_those_in_64_bits(string key)
    {
        var full = new Experiment { Dataset = DatasetId.CasmeII, DatasetFingerprint = "", Model = Profile.Small.Model };
        var experiment = Tables.Named(key).Of(full, Profile.Small);
        var options = experiment.Model;
        var (narrow, wide) = (Gradients(ScalarType.Float32), Gradients(ScalarType.Float64));
        var all = Math.Sqrt(wide.Values.Sum(exact => exact.square().sum().item<double>()));
        foreach (var (name, exact) in wide)
        {
            using var ours = narrow[name].to(ScalarType.Float64);
            var (size, off) = (exact.norm().item<double>(), (ours - exact).norm().item<double>());
            // A ReLU within rounding of zero may open on one side only; a gradient that is zero is only rounding in 32
            // bits.
            Assert.True(off <= 0.03 * size + 1e-4 * all, $"{key}, {name}: {off} off where the gradient is {size}");
            exact.Dispose();
        }

        Dictionary<string, Tensor> Gradients(ScalarType type)
        {
            using var network = options.Create(1, experiment.ActionUnits != ActionUnitSource.None);
            network.to(type);
            network.train();
            using var draws = new Generator(1, CPU);
            network.UseGenerator(draws);
            using var scope = NewDisposeScope();
            var batch = BaselineBatches.Random(options, 8, seed: 1);
            Tensor Of(Tensor tensor) => tensor.to(type);
            var clips = batch with
            {
                Onset = Of(batch.Onset),
                Apex = Of(batch.Apex),
                ActionUnits = Of(batch.ActionUnits),
                Input = batch.Input is { } input ? Of(input) : null
            };
            Leave(1 << 20);
            nn.functional
                .cross_entropy(network.call(clips), arange(8, ScalarType.Int64).remainder_(options.Classes)).backward();
            return network.named_parameters().Where(p => p.parameter.grad is not null)
                .ToDictionary(p => p.name, p => p.parameter.grad!.clone().DetachFromDisposeScope());
        }
    }

    // What is read without having been written shows.
    static void Leave(long numbers)
    {
        using var scope = NewDisposeScope();
        for (var size = 64L; size <= 2 * numbers; size *= 2)
            for (var i = 0; i < 8; i++) full([size], float.NaN);
    }

    static void Close(Tensor exact, Tensor ours, double most) =>
        Assert.InRange(((ours.to(ScalarType.Float64) - exact).norm() / exact.norm()).item<double>(), 0, most);
}
