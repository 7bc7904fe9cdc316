using System.Runtime.Intrinsics.X86;
using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Native;

[Collection(AloneCollection.Name)]
public class NativeFramesTests
{
    static readonly float[] s_scale = [0.02f, 0.01f, 0.03f], s_shift = [-2f, -1f, 0.5f];

    public static TheoryData<int, int> LevelsAndSizes
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (var level in FewerInstructions.Levels[1..])
                foreach (var size in new[] { 1, 16, 23, 48, 225 })
                    data.Add(level, size);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndSizes))]
    public void Frames_are_those_of_grid_sample_on_normalised_ones(int level, int size)
    {
        using var scope = NewDisposeScope();
        using var fewer = new FewerInstructions(level);
        manual_seed(1);
        var frames = randint(0, 256, [9, 3, size, size], ScalarType.Byte);
        var ops = Ops.Of(DeviceType.CPU)!;
        var (scale, shift) = (tensor(s_scale).view(1, 3, 1, 1), tensor(s_shift).view(1, 3, 1, 1));

        var rows = tensor(new long[] { 3, 8, 0, 0, 5, 1, 7, 2, 4, 6 });
        var maps = tensor(new float[]
        {
            0.97f, -0.2f, 0.1f, 0.2f, 0.97f, -0.15f, // turned and shifted
            -1, 0, 0, 0, 1, 0,                       // mirrored
            1, 0, 3, 0, 1, 0,                        // out of sight
            0.7f, 0.7f, -0.4f, -0.7f, 0.7f, 0.9f,    // turned far, with corners outside
            2.5f, 0, 0, 0, 2.5f, 0,                  // from far away
        }).view(5, 2, 3);
        var normalised = frames.index_select(0, rows).to(ScalarType.Float32).mul(scale).add(shift);
        // On a processor without AVX2 the library steps aside, and libtorch's operations have to give the same.
        Assert.Equal(Avx2.IsSupported && Fma.IsSupported, ops.Frames(frames, rows, null, scale, shift) is not null);
        var still = Ops.Frames(frames, rows, null, scale, shift);
        Assert.True(allclose(normalised.view(5, 2, 3, size, size), still, rtol: 1e-6, atol: 1e-6));

        var expected = Ops.Resample(normalised.view(5, 6, size, size), maps).view(5, 2, 3, size, size);
        var found = Ops.Frames(frames, rows, maps, scale, shift);
        // A step from one byte to the next is up to 7.65; a place in 225 pixels is exact to some 3e-5 of a pixel.
        Assert.True(allclose(expected, found, rtol: 0, atol: 3e-6 * Math.Max(size, 16)));
        Assert.Equal(0, found[2].abs().max().item<float>());
    }
}
