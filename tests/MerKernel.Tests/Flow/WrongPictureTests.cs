using MerKernel.Data;
using MerKernel.Faces;
using MerKernel.Flow;
using OpenCvSharp;

namespace MerKernel.Tests.Flow;

/// <summary>
/// Pictures of another type than a function takes: refused, not computed with or found to have no face.
/// </summary>
public class WrongPictureTests
{
    [Fact]
    public void Flow_is_of_two_grey_frames_of_one_size()
    {
        using Mat grey = new(40, 50, MatType.CV_8UC1, Scalar.All(9)),
            other = new(40, 40, MatType.CV_8UC1, Scalar.All(9)),
            colour = new(40, 50, MatType.CV_8UC3, Scalar.All(9)), empty = new();
        foreach (var method in Enum.GetValues<FlowMethod>())
        {
            Assert.Contains("40 x 40",
                Assert.Throws<ArgumentException>(() => OpticalFlow.Between(grey, other, method)).Message);
            Assert.Contains("CV_8UC3",
                Assert.Throws<ArgumentException>(() => OpticalFlow.Between(grey, colour, method)).Message);
            Assert.Contains("empty",
                Assert.Throws<ArgumentException>(() => OpticalFlow.Between(empty, empty, method)).Message);
        }
    }

    [Fact]
    public void Onset_and_apex_are_spotted_in_aligned_grey_frames()
    {
        using Mat colour = new(Spotter.Side, Spotter.Side, MatType.CV_8UC3, Scalar.All(9)),
            grey = new(Spotter.Side, Spotter.Side, MatType.CV_8UC1, Scalar.All(9));
        Assert.Contains("two frames", Assert.Throws<ArgumentException>(() => Spotter.Of([grey])).Message);
        Assert.Contains("CV_8UC3", Assert.Throws<ArgumentException>(() => Spotter.Of([colour, colour])).Message);
    }

    [Fact]
    public void An_image_that_cannot_be_searched_is_not_one_without_a_face()
    {
        using var model = LandmarkModel.Open();
        using var finder = new FaceFinder(model);
        using Mat empty = new(), real = new(90, 90, MatType.CV_32FC3, Scalar.All(9)),
            four = new(90, 90, MatType.CV_8UC4, Scalar.All(9)), grey = new(90, 90, MatType.CV_8UC1, Scalar.All(9));
        foreach (var image in new[] { empty, real, four })
            Assert.Contains("8-bit", Assert.Throws<ArgumentException>(() => finder.Find(image)).Message);
        Assert.Throws<ArgumentNullException>(() => finder.Find(null!));
        Assert.Null(finder.Find(grey));
    }
}
