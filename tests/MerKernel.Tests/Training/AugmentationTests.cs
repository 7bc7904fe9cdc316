using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Training;

public class AugmentationTests
{
    static readonly AugmentationOptions Nothing = new()
    {
        FlipProbability = 0, MaxRotationDegrees = 0, CropPadding = 0
    };

    [Fact]
    public void No_augmentation_returns_the_frames()
    {
        using var scope = NewDisposeScope();
        var frames = rand(2, 6, 16, 16);
        Assert.True(allclose(frames, Applied(frames, Draw(Nothing, 16, 2)), atol: 1e-5));
    }

    [Fact]
    public void A_flip_mirrors_left_and_right()
    {
        using var scope = NewDisposeScope();
        var frames = rand(2, 3, 16, 16);
        var flipped = Applied(frames, Draw(Nothing with { FlipProbability = 1 }, 16, 2));
        Assert.True(allclose(frames.flip(3), flipped, atol: 1e-5));
    }

    [Fact]
    public void A_whole_pixel_shift_moves_the_frame_and_fills_with_zeros()
    {
        using var scope = NewDisposeScope();
        var frames = rand(1, 1, 8, 8) + 1;
        // Output x reads input x + 2 pixels: 2 pixels are 4/8 of the half-width.
        var shifted = Applied(frames, [1, 0, 0.5f, 0, 1, 0]);
        Assert.True(allclose(frames.slice(3, 2, 8, 1), shifted.slice(3, 0, 6, 1), atol: 1e-5));
        Assert.Equal(0, shifted.slice(3, 6, 8, 1).abs().max().item<float>());
    }

    [Fact]
    public void Padding_is_given_at_224_pixels_and_scales_with_the_frame()
    {
        // At 56 pixels, 15 become 3.75 pixels: 3.75 / 28 in coordinates of -1..1.
        var drawn = Draw(Nothing with { CropPadding = 15 }, 56, 4000);
        var largest = Enumerable.Range(0, 4000).Max(i => Math.Abs(drawn[i * 6 + 2]));
        Assert.InRange(largest, 0.98 * 3.75 / 28, 3.75 / 28 + 1e-6);
        var down = Enumerable.Range(0, 4000).Select(i => drawn[i * 6 + 5]).ToArray();
        Assert.InRange(down.Max(Math.Abs), 0.98 * 3.75 / 28, 3.75 / 28 + 1e-6);
        Assert.NotEqual(down, Enumerable.Range(0, 4000).Select(i => drawn[i * 6 + 2]));
    }

    [Fact]
    public void Rotation_is_uniform_in_plus_or_minus_three_degrees_and_half_of_the_clips_are_flipped()
    {
        var drawn = Draw(new AugmentationOptions { CropPadding = 0 }, 224, 4000);
        var degrees = Enumerable.Range(0, 4000).Select(i => Math.Asin(drawn[i * 6 + 3]) * 180 / Math.PI).ToArray();
        Assert.InRange(degrees.Max(), 2.9, 3.001);
        Assert.InRange(degrees.Min(), -3.001, -2.9);
        Assert.InRange(Enumerable.Range(0, 4000).Count(i => drawn[i * 6] < 0), 1850, 2150);
        // Lengths and right angles stay: rows of length 1 at right angles, flipped or not.
        foreach (var t in drawn.Chunk(6))
        {
            Assert.Equal((1.0, 1.0, 0.0), (Math.Round(t[0] * t[0] + t[1] * t[1], 5),
                Math.Round(t[3] * t[3] + t[4] * t[4], 5), Math.Abs(Math.Round(t[0] * t[3] + t[1] * t[4], 5))));
            Assert.True(t[4] > 0);
        }
    }

    static float[] Draw(AugmentationOptions options, int size, int clips) =>
        new Augmentation(options, size, new Random(5)).Draw(clips);

    static Tensor Applied(Tensor frames, float[] transforms) => Ops.Resample(frames, tensor(transforms).view(-1, 2, 3));
}
