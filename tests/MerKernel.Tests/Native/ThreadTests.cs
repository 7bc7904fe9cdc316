using MerKernel.Models;
using MerKernel.Tests.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Native;

/// <summary>
/// Native kernels on several threads; threads that another test started meanwhile would take the number over.
/// </summary>
[Collection(AloneCollection.Name)]
public class ThreadTests
{
    [Theory]
    [InlineData(1, 32, 32)]
    [InlineData(3, 96, 64)]
    [InlineData(513, 64, 224)] // one token more than is packed at once
    [InlineData(1026, 160, 32)]
    [InlineData(40, 33, 64)] // an odd number of inputs, which libtorch's product takes
    public void In_bfloat16_a_linear_layers_gradients_of_small_whole_numbers_are_exact(int tokens, int inputs,
        int outputs)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var layer = new Linear(inputs, outputs);
        var (input, gradient) = (Whole(tokens, inputs), Whole(tokens, outputs));
        var threads = get_num_threads();
        try
        {
            foreach (var (count, bias) in new[] { (1, true), (3, true), (3, false) })
            {
                set_num_threads(count);
                foreach (var parameter in layer.parameters()) parameter.grad = null;
                using (no_grad()) layer.Weight.copy_(Whole(outputs, inputs));
                var x = input.clone().requires_grad_();
                Tensor output;
                using (Autocast.In(Precision.BFloat16, CPU)) output = layer.call((x, bias));
                (output.to(ScalarType.Float32) * gradient).sum().backward();
                Assert.Equal(ScalarType.BFloat16, output.dtype);
                AssertSame(gradient.t().matmul(input), layer.Weight.grad!);
                AssertSame(gradient.matmul(layer.Weight), x.grad!);
                if (bias) AssertSame(gradient.sum(dim: 0), layer.Bias!.grad!);
                else Assert.Null(layer.Bias!.grad);
            }
        }
        finally
        {
            set_num_threads(threads);
        }

        static Tensor Whole(long rows, long columns) => randint(-2, 3, [rows, columns], ScalarType.Float32);

        // Sums above 256 are rounded by libtorch and where a gradient is bfloat16 itself.
        static void AssertSame(Tensor exact, Tensor found) =>
            Assert.True(exact.to(ScalarType.BFloat16).eq(found.to(ScalarType.BFloat16)).all().item<bool>());
    }

    [Fact]
    public void One_thread_and_several_agree()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        SwinStage Create() => new(side: 28, channels: 64, depth: 2, heads: 2, window: 7, last: true);
        using var stage = Create();
        NativeLayerTests.Fill(stage, 0.15);
        var input = randn(4, 28, 28, 64);
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = NativeLayerTests.Run(stage, input, x => stage.call((x, default)));
            set_num_threads(3);
            var three = NativeLayerTests.Run(stage, input, x => stage.call((x, default)));
            Assert.All(one.Zip(three), pair => Assert.InRange(
                Networks.LargestDifference(pair.First, pair.Second) / pair.First.abs().max().item<float>(), 0, 1e-5));
        }
        finally
        {
            set_num_threads(threads);
        }
    }
}
