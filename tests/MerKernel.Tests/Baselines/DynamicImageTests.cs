using System.Collections.Immutable;
using MerKernel.Baselines;
using MerKernel.Tests.Models;
using MerKernel.Training;
using static TorchSharp.torch;

namespace MerKernel.Tests.Baselines;

public class DynamicImageTests
{
    [Fact]
    public void Weights_of_two_three_and_four_frames_are_those_summed_by_hand()
    {
        Equal([-1 / 2.0, 1 / 2.0], DynamicImageInput.Weights(2));
        // (2k - 4) / k is -2, 0, 2/3.
        Equal([-4 / 3.0, 2 / 3.0, 2 / 3.0], DynamicImageInput.Weights(3));
        // (2k - 5) / k is -3, -1/2, 1/3, 3/4.
        Equal([-29 / 12.0, 7 / 12.0, 13 / 12.0, 3 / 4.0], DynamicImageInput.Weights(4));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(30)]
    public void They_are_the_differences_of_all_pairs_of_running_means(int frames)
    {
        var random = new Random(1);
        var pixel = Enumerable.Range(0, frames).Select(_ => random.NextDouble()).ToArray();
        var means = Enumerable.Range(1, frames).Select(t => pixel.Take(t).Average()).ToArray();
        var ranked = (from q in Enumerable.Range(0, frames) from t in Enumerable.Range(0, q) select means[q] - means[t])
            .Sum();
        Assert.Equal(ranked, DynamicImageInput.Weights(frames).Zip(pixel, (w, p) => w * p).Sum(), 9);
        Assert.Equal(0, DynamicImageInput.Weights(frames).Sum(), 9);
    }

    [Fact]
    public void An_image_is_scaled_colour_by_colour_and_one_that_stands_still_is_black()
    {
        using var scope = NewDisposeScope();
        // Two frames, so half the difference: red -4, 0, 4, 12 at four places, green everywhere 5, blue none.
        var red = tensor(new float[] { 10, 10, 10, 10, 6, 10, 14, 22 }).view(2, 1, 2, 2);
        var green = tensor(new float[] { 0, 1, 2, 3, 5, 6, 7, 8 }).view(2, 1, 2, 2);
        var image = DynamicImageInput.Of(cat([red, green, ones(2, 1, 2, 2)], 1).to_type(ScalarType.Byte));
        Assert.Equal([0, 0.25f, 0.5f, 1, 0, 0, 0, 0, 0, 0, 0, 0], Networks.Values(image));
    }

    [Fact]
    public void A_data_set_s_clips_have_one_each()
    {
        using var data = TinyDataset.Create();
        var images = ClipInputs.Of(data, new DynamicImageInput(5));
        Assert.Equal([data.Clips.Length, 3, 32, 32], images.shape);
        // The first class's band, the upper third, is where the sequence brightens.
        Assert.True(images[0, 0, 4].mean().item<float>() > 2 * images[0, 0, 28].mean().item<float>());
    }

    static void Equal(double[] expected, ImmutableArray<double> weights) =>
        Assert.Equal(expected, weights, (a, b) => Math.Abs(a - b) < 1e-12);
}
