using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Training;

/// <summary>
/// Mixed precision through libtorch's own functions: where it is on, what it changes, and that it ends.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class AutocastTests : IDisposable
{
    readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void ProductsAreThoseOfOperandsRoundedToBFloat16()
    {
        var (a, b) = (randn(5, 7), randn(7, 3));
        Tensor product;
        using (Autocast.In(Precision.BFloat16, CPU)) product = a.matmul(b);
        Assert.Equal(ScalarType.BFloat16, product.dtype);
        // The operands hold 8 binary digits, the sums more; only the result is rounded once again.
        var rounded = a.bfloat16().to(ScalarType.Float32).matmul(b.bfloat16().to(ScalarType.Float32));
        Assert.True(product.to(ScalarType.Float32).allclose(rounded, rtol: 1.0 / 128, atol: 1e-2));
    }

    [Fact]
    public void ItEndsWithItsScope()
    {
        using (Autocast.In(Precision.BFloat16, CPU)) { }
        Assert.Equal(ScalarType.Float32, randn(2, 2).matmul(randn(2, 2)).dtype);
    }

    [Fact]
    public void SinglePrecisionLeavesItOff()
    {
        using (Autocast.In(Precision.Single, CPU))
            Assert.Equal(ScalarType.Float32, randn(2, 2).matmul(randn(2, 2)).dtype);
    }

    [Fact]
    public void OtherThreadsAreLeftAlone()
    {
        using var on = Autocast.In(Precision.BFloat16, CPU);
        var type = ScalarType.Int8;
        var other = new Thread(() =>
        {
            using var scope = NewDisposeScope();
            type = randn(2, 2).matmul(randn(2, 2)).dtype;
        });
        other.Start();
        other.Join();
        Assert.Equal(ScalarType.Float32, type);
    }

    [Fact]
    public void NetworkStaysWithinBFloat16sDigitsAndItsGradientsAreSingle()
    {
        using var network = MerNet.Create(
            new MerNetOptions { InputSize = 48, WidthDivisor = 8, WindowSize = 4, StochasticDepth = 0 }, seed: 3);
        network.train();
        manual_seed(5);
        var onset = randn(4, 3, 48, 48);
        var batch = new ClipBatch(onset, onset + 0.3 * randn(4, 3, 48, 48), zeros(4, 21));
        var labels = tensor(new long[] { 0, 1, 2, 3 });
        var single = network.Loss(batch, labels, 0);
        Tensor mixed;
        using (Autocast.In(Precision.BFloat16, CPU)) mixed = network.Loss(batch, labels, 0);
        Assert.Equal(ScalarType.Float32, mixed.dtype);
        Assert.NotEqual(single.item<float>(), mixed.item<float>());
        Assert.Equal(single.item<float>(), mixed.item<float>(), 0.05 * single.item<float>());
        mixed.backward();
        Assert.All(network.parameters(), p => Assert.Equal(ScalarType.Float32, p.grad!.dtype));
    }
}
