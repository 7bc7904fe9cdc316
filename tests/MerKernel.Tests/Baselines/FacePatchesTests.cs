using MerKernel.Baselines;
using MerKernel.Models;
using MerKernel.Training;
using OpenCvSharp;

namespace MerKernel.Tests.Baselines;

public class FacePatchesTests
{
    [Fact]
    public void The_middle_of_a_patch_is_the_magnified_pixel_at_its_landmark()
    {
        using Mat onset = Image((x, _) => x), apex = Image((x, y) => x + (y == 40 && x is >= 55 and <= 65 ? 20 : 0));
        var landmarks = new float[136];
        (landmarks[2 * 17], landmarks[2 * 17 + 1]) = (60, 40);
        (landmarks[2 * 48], landmarks[2 * 48 + 1]) = (100, 90);
        var patches = FacePatches.Of(onset, apex, landmarks);

        float Middle(int factor, int point) =>
            patches[((factor * PatchInput.Points + point) * PatchInput.Side + 3) * PatchInput.Side + 3];
        // Values run from 0 to 127: magnified by f, the pixel at (60, 40) is 60 + 20 f, at most 65 + 60 = 125, so the
        // range stays.
        for (var f = 0; f < PatchInput.Factors; f++)
        {
            Assert.Equal((60 + 20 * (1.2f + 0.2f * f)) / 127, Middle(f, 0), 1e-4f);
            Assert.Equal(100f / 127, Middle(f, PatchInput.BrowPoints), 1e-4f);
        }
    }

    static Mat Image(Func<int, int, int> value)
    {
        var image = new Mat(PatchInput.ImageSide, PatchInput.ImageSide, MatType.CV_8UC1);
        var pixels = image.AsSpan<byte>();
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)value(i % PatchInput.ImageSide, i / PatchInput.ImageSide);
        return image;
    }
}
