using System.Numerics;
using MerKernel.Data;
using MerKernel.Synthetic;
using OpenCvSharp;

namespace MerKernel.Tests.Synthesis;

public class FaceRendererTests
{
    const int Side = 224;
    const double Iod = 66, PeakPixels = 2;
    static readonly Pose Pose = new(new(112, 85), Iod, 0);
    static readonly Rect Window = new(0, 0, Side, Side);

    [Theory]
    [InlineData(1), InlineData(2), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(9),
        InlineData(10), InlineData(12)]
    [InlineData(14), InlineData(15), InlineData(17), InlineData(20), InlineData(23), InlineData(24), InlineData(25),
        InlineData(26)]
    public void Optical_flow_finds_the_direction_in_which_an_action_unit_moves_the_skin(int unit)
    {
        var person = FaceIdentity.Draw(11);
        var shape = new FaceShape(person);
        var kernels = AuKernels.Of(new(unit, FaceSide.Both, PeakPixels / Iod), shape).ToList();
        using var portrait = FacePainter.Paint(person, Iod);
        using var renderer = new FaceRenderer(portrait, portrait.Clone(), Pose, Window, kernels);
        using Mat onset = renderer.Render(0, default), apex = renderer.Render(1, default);
        using var flow = Flow(onset, apex);

        // Where the kernel that moves most has its centre, the one nearest the middle of the face where several do.
        var strongest = kernels.OrderByDescending(k => k.Weight).ThenBy(k => Math.Abs(k.Centre.X))
            .ThenBy(k => k.Centre.Y).First();
        var place = Pose.Eyes + (float)Iod * strongest.Centre;
        var found = MeanFlow(flow, place, 4);
        var expected = AuKernels.Displacement(kernels, strongest.Centre) * (float)Iod;

        Assert.True(found.Length() > 0.25 * expected.Length(), $"{found} for {expected}");
        var angle = Math.Acos(Math.Clamp(Vector2.Dot(Vector2.Normalize(found), Vector2.Normalize(expected)), -1, 1))
            * 180 / Math.PI;
        Assert.True(angle < 25, $"AU {unit}: {angle:0} degrees off, {found} for {expected}");
    }

    [Fact]
    public void A_one_sided_movement_leaves_the_other_side_still()
    {
        var person = FaceIdentity.Draw(3);
        var shape = new FaceShape(person);
        using var portrait = FacePainter.Paint(person, Iod);
        // The person's right is the image's left.
        using var renderer = new FaceRenderer(portrait, portrait.Clone(), Pose, Window,
            [.. AuKernels.Of(new(12, FaceSide.Right, 0.04), shape)]);
        using Mat onset = renderer.Render(0, default), apex = renderer.Render(1, default);
        using var flow = Flow(onset, apex);
        var left = MeanFlow(flow, Pose.Eyes + (float)Iod * shape[48], 4).Length();
        var right = MeanFlow(flow, Pose.Eyes + (float)Iod * shape[54], 4).Length();
        Assert.True(left > 1 && right < 0.2, $"{left} {right}");
    }

    [Fact]
    public void The_movement_grows_from_onset_to_apex_and_then_fades()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var course = new ClipCourse(100, 108, 120, new Random(seed));
            var activations = Enumerable.Range(100, 21).Select(course.Activation).ToList();
            Assert.Equal((0, 1), (activations[0], activations[8]));
            Assert.Equal(activations[..9].Order(), activations[..9]);
            Assert.Equal(activations[8..].OrderDescending(), activations[8..]);
            Assert.InRange(activations[^1], 0, 0.25);
        }
    }

    [Fact]
    public void The_difference_to_the_onset_is_largest_at_the_apex_despite_drift_and_noise()
    {
        var larger = 0;
        var clips = SyntheticSet.Truth(DatasetId.CasmeII, SyntheticOptions.Small)
            .Where(c => c.Apex < c.Offset - 3).Take(6).ToList();
        var root = Directory.CreateTempSubdirectory("synthetic").FullName;
        using (var studio = new Studio(DatasetId.CasmeII, SyntheticOptions.Small, root))
            foreach (var clip in clips)
            {
                studio.Film(clip, default);
                double Change(int frame)
                {
                    using var a = Small(clip.Onset);
                    using var b = Small(frame);
                    return Cv2.Norm(a, b);
                }
                Mat Small(int frame)
                {
                    using var image = Cv2.ImRead(Path.Combine(root, "Cropped", "sub" + clip.Subject, clip.Name,
                        $"reg_img{frame}.jpg"));
                    return image.Resize(new Size(56, 56), 0, 0, InterpolationFlags.Area);
                }
                if (Change(clip.Apex) > 1.2 * Change(clip.Onset + 1)) larger++;
            }
        Directory.Delete(root, recursive: true);
        Assert.Equal(6, larger);
    }

    static Mat Flow(Mat from, Mat to)
    {
        using Mat a = from.CvtColor(ColorConversionCodes.BGR2GRAY), b = to.CvtColor(ColorConversionCodes.BGR2GRAY);
        var flow = new Mat();
        Cv2.CalcOpticalFlowFarneback(a, b, flow, 0.5, 3, 15, 5, 7, 1.5, OpticalFlowFlags.None);
        return flow;
    }

    static Vector2 MeanFlow(Mat flow, Vector2 place, int radius)
    {
        using var patch = new Mat(flow,
            new Rect((int)place.X - radius, (int)place.Y - radius, 2 * radius + 1, 2 * radius + 1));
        var mean = patch.Mean();
        return new((float)mean.Val0, (float)mean.Val1);
    }
}
