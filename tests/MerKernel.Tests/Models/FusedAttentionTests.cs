using MerKernel.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Linear = MerKernel.Models.Linear;

namespace MerKernel.Tests.Models;

/// <summary>
/// Attention within windows by libtorch's fused attention, as a GPU may have it, against the composition that
/// <see cref="SwinTests"/> checks pair by pair.
/// </summary>
[Collection(AloneCollection.Name)]
public class FusedAttentionTests
{
    [Theory]
    [InlineData(14, 7, 3, 2)]
    [InlineData(8, 4, 0, 1)]
    [InlineData(7, 7, 0, 4)]
    public void Outputs_and_every_gradient_are_those_of_the_composition(int side, int window, int shift, int heads)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        const int Depth = 6;
        var windows = new Windows(side, window, shift, heads, Depth);
        using var qkv = new Linear(heads * Depth, 3 * heads * Depth);
        using var table = new Parameter(randn((2 * window - 1) * (2 * window - 1), heads).to(ScalarType.Float64));
        qkv.to(ScalarType.Float64);
        using (no_grad()) foreach (var parameter in qkv.parameters()) parameter.normal_(0, 0.5);
        var map = randn(2, side, side, heads * Depth).to(ScalarType.Float64).requires_grad_();
        var direction = randn(map.shape).to(ScalarType.Float64);
        Tensor[] inputs = [map, table, .. qkv.parameters()];

        // In 64 bits no native kernel takes part.
        var composed = Pass(() => Ops.WindowAttention(map, qkv, table, windows));
        var fused = Pass(() => windows.AttendFused(map, qkv, table));
        foreach (var (expected, found) in composed.Zip(fused))
            Assert.InRange(((found - expected).norm() / expected.norm()).item<double>(), 0, 1e-12);

        Tensor[] Pass(Func<Tensor> attend)
        {
            foreach (var input in inputs) input.grad = null;
            var output = attend();
            (output * direction).sum().backward();
            return [output, .. inputs.Select(i => i.grad!.clone())];
        }
    }
}
