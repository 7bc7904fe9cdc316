using System.Diagnostics;
using System.Runtime.InteropServices;
using MerKernel.Native;
using MerKernel.Native.Cuda;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Tests.Cuda;

/// <summary>
/// The GPU's kernels, run on the processor thread by thread (tests/cuda/emulation.h), against libtorch's operations in
/// 64 bits.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed unsafe class CudaKernelsTests : IDisposable
{
    static readonly Lazy<nint> s_library = new(Built);

    // Two roundings to bfloat16, of 8 binary digits.
    const double Rounding = 0.01;

    public CudaKernelsTests() => CudaKernels.Emulator =
        (delegate* unmanaged<byte*, uint*, void**, int>)NativeLibrary.GetExport(s_library.Value, "emulate");

    public void Dispose() => CudaKernels.Emulator = null;

    [Theory]
    [InlineData(128, true)]
    [InlineData(256, false)]
    [InlineData(512, true)]
    public void The_residual_sum_and_its_normalisation_agree_with_libtorch(int channels, bool depth)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (sum, branch) = (Rounded(3, 5, 5, channels), Rounded(3, 5, 5, channels));
        var factor = depth ? tensor(new float[] { 0, 1.25f, 1.25f }).view(3, 1, 1, 1) : null;
        using var norm = nn.LayerNorm(channels);
        norm.weight!.detach().normal_(1, 0.2);
        norm.bias!.detach().normal_(0, 0.2);
        Agree(
            [sum, branch, norm.weight, norm.bias],
            inputs =>
            {
                var total = inputs[0] + (factor?.to(ScalarType.Float64) ?? ones(1, ScalarType.Float64)) * inputs[1];
                return [total, nn.functional.layer_norm(total, [channels], inputs[2], inputs[3])];
            },
            inputs =>
            {
                var (total, normed) = CudaAddNorm.Of(inputs[0], inputs[1], factor, norm);
                return [total, normed];
            });
    }

    [Fact]
    public void Gelu_of_a_biased_product_agrees_with_libtorch()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        Agree([Rounded(37, 512), Parameter(randn(512))], inputs => [nn.functional.gelu(inputs[0] + inputs[1])],
            inputs => [CudaBiasGelu.Of(inputs[0], inputs[1])]);
    }

    [Theory]
    [InlineData(7, 14, 3, 2)]
    [InlineData(7, 7, 0, 1)]
    [InlineData(8, 16, 4, 1)]
    [InlineData(4, 12, 2, 4)]
    public void Attention_within_windows_agrees_with_a_composition_of_libtorchs_operations(int window, int side,
        int shift, int heads)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var shape = new WindowShape(2, side, window, shift, heads, 32);
        Agree(
            [Rounded(2, side, side, 3 * heads * 32), Parameter(0.3 * randn(3 * heads * 32)),
                Parameter(randn((2 * window - 1) * (2 * window - 1), heads))],
            inputs => [Composed(shape, inputs[0] + inputs[1], inputs[2])],
            inputs => [CudaWindowAttention.Of(shape, inputs[0], inputs[1], inputs[2])]);
    }

    [Fact]
    public void Kernels_take_part_under_autocast_alone_and_for_sizes_they_have()
    {
        using var scope = NewDisposeScope();
        var (x, weight, wide) = (rand(4, 8), rand(256, 8), rand(257, 8));
        Assert.False(CudaBiasGelu.Fits(x, weight));
        using (Autocast.In(Precision.BFloat16, CPU))
        {
            Assert.True(CudaBiasGelu.Fits(x, weight));
            Assert.False(CudaBiasGelu.Fits(x, wide));
        }
    }

    // Position by position, without windows cut out: who is in whose window follows from the shifted coordinates.
    static Tensor Composed(WindowShape s, Tensor qkv, Tensor table)
    {
        var (side, window, area) = ((int)s.Side, (int)s.Window, (int)(s.Side * s.Side));
        var parts = qkv.view(s.Images, area, 3, s.Heads, s.Depth).permute(2, 0, 3, 1, 4).unbind(0);
        var index = zeros([area, area], ScalarType.Int64);
        var kind = new float[area, area];
        for (var a = 0; a < area; a++)
            for (var b = 0; b < area; b++)
            {
                int Shifted(int x) => (x - (int)s.Shift + side) % side;
                var (ay, ax, by, bx) = (Shifted(a / side), Shifted(a % side), Shifted(b / side), Shifted(b % side));
                var same = ay / window == by / window && ax / window == bx / window;
                // Neighbours before the shift: neither wrapped around while the other did not.
                bool Wrapped(int x) => s.Shift > 0 && x >= side - s.Shift;
                var near = Wrapped(ay) == Wrapped(by) && Wrapped(ax) == Wrapped(bx);
                kind[a, b] = !same ? float.NegativeInfinity : near ? 0 : -100;
                if (same)
                    index[a, b] = (ay % window - by % window + window - 1) * (2 * window - 1) + ax % window
                        - bx % window + window - 1;
            }

        var logits = parts[0].matmul(parts[1].transpose(-2, -1)) / Math.Sqrt(s.Depth);
        logits = logits + table.index_select(0, index.flatten()).t().reshape(s.Heads, area, area)
            + tensor(kind).to(ScalarType.Float64);
        return logits.softmax(-1).matmul(parts[2]).transpose(1, 2).reshape(s.Images, side, side, s.Heads * s.Depth);
    }

    static void Agree(Tensor[] inputs, Func<Tensor[], Tensor[]> exact, Func<Tensor[], Tensor[]> kernel)
    {
        Tensor[] wide = [.. inputs.Select(i => i.detach().to(ScalarType.Float64).requires_grad_())];
        Tensor[] narrow = [.. inputs.Select(i => i.requires_grad_())];
        var (expected, actual) = (exact(wide), kernel(narrow));
        Tensor[] weights = [.. expected.Select(e => randn(e.shape).to(ScalarType.BFloat16))];
        autograd.backward([.. expected], [.. weights.Select(w => w.to(ScalarType.Float64))]);
        autograd.backward([.. actual], weights);
        foreach (var (e, a) in expected.Zip(actual)) Close(e, a);
        foreach (var (w, n) in wide.Zip(narrow)) Close(w.grad!, n.grad!);
    }

    static void Close(Tensor expected, Tensor actual) =>
        Assert.InRange(((expected - actual.to(ScalarType.Float64)).norm() / expected.norm()).item<double>(), 0,
            Rounding);

    static Tensor Rounded(params long[] shape) => randn(shape).to(ScalarType.BFloat16);

    static Tensor Parameter(Tensor values) => values.to(ScalarType.Float32).detach();

    static nint Built()
    {
        var library = Path.Combine(Directory.CreateTempSubdirectory("mer-cuda-").FullName, "libemulated.so");
        using var compiler = Process.Start("g++", ["-O1", "-std=c++20", "-shared", "-fPIC", "-w", "-o", library,
            Path.Combine(RepositoryRoot.Find(), "tests", "cuda", "emulated.cpp"), "-pthread"]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return NativeLibrary.Load(library);
    }
}
