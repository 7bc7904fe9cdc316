using MerKernel.Data;
using MerKernel.Faces;
using MerKernel.Synthetic;
using OpenCvSharp;

namespace MerKernel.Tests.Data;

/// <summary>The synthetic sets through the path of the real data: raw frames, dlib, warp, cache.</summary>
public class SyntheticPreparationTests(FilmedSyntheticSet films) : IClassFixture<FilmedSyntheticSet>
{
    [Theory]
    [InlineData(DatasetId.CasmeII)]
    [InlineData(DatasetId.Samm)]
    public void Every_face_is_found_and_stands_in_its_canonical_place(DatasetId dataset)
    {
        var options = new PreparationOptions { CacheFolder = films.Cache };
        using var data = DatasetLoader.Load(new DatasetSource(films.Root, dataset) { Frames = FrameKind.Raw }, options);
        Assert.True(data.Synthetic);
        Assert.Equal(8, data.Clips.Length);
        Assert.Equal(data.Subjects.Length, data.Clips.Length);
        Assert.All(data.Clips, c => Assert.DoesNotContain(c.Notes, n => n.Contains("face", StringComparison.Ordinal)));
        using var finder = new FaceFinder(films.Model);
        for (var i = 0; i < data.Clips.Length; i++)
        {
            // Found anew in the crop, at another scale than in the frame.
            using var crop = Image(data, data.OnsetFrames[i][0]);
            var points = finder.Find(crop)!.Points;
            var (left, right) = (Mean(points[36..42]), Mean(points[42..48]));
            Assert.InRange(right.X - left.X, 60, 72);
            Assert.InRange((left.X + right.X) / 2, 108, 116);
            Assert.InRange(left.Y, 62, 73);
            Assert.InRange(right.Y - left.Y, -4, 4);
            Assert.All(points, p => Assert.InRange(p.Y, 15, 222));
        }
    }

    [Fact]
    public void Onset_and_apex_share_one_transform_so_what_stands_still_stays_still()
    {
        var options = new PreparationOptions { CacheFolder = films.Cache };
        using var data = DatasetLoader.Load(new DatasetSource(films.Root, DatasetId.CasmeII) { Frames = FrameKind.Raw },
            options);
        for (var i = 0; i < data.Clips.Length; i++)
        {
            using Mat onset = Image(data, data.OnsetFrames[i][0]), apex = Image(data, data.ApexFrames[i][0]),
                difference = new();
            Cv2.Absdiff(onset, apex, difference);
            // The wall in the upper corners does not move; only sensor noise and the change of light remain there.
            foreach (var corner in new[] { new Rect(0, 0, 12, 12), new Rect(212, 0, 12, 12) })
            {
                using var wall = new Mat(difference, corner);
                Assert.InRange(Cv2.Mean(wall).ToDouble(), 0, 6);
            }
        }
    }

    [Fact]
    public void Key_frames_begin_at_the_onset_and_hold_the_apex()
    {
        var options = new PreparationOptions { CacheFolder = films.Cache };
        using var data = DatasetLoader.Load(
            new DatasetSource(films.Root, DatasetId.CasmeII) { Frames = FrameKind.Cropped }, options);
        using var frames = data.Source!.KeyFrames(8);
        using var ends = data.Source.Sequence(2);
        Assert.Equal([data.Clips.Length, 11, 3, data.Size, data.Size], frames.shape);
        using var scope = TorchSharp.torch.NewDisposeScope();
        for (var i = 0; i < data.Clips.Length; i++)
        {
            Assert.True(frames[i, 0].equal(data.Frames[data.OnsetFrames[i][0]]).all().item<bool>());
            Assert.True(frames[i, 10].equal(ends[i, 1]).all().item<bool>());
            var apex = ClipFrames.Key(data.Clips[i], 8).IndexOf(data.Clips[i].Apex);
            Assert.True(frames[i, apex].equal(data.Frames[data.ApexFrames[i][0]]).all().item<bool>());
        }
    }

    [Theory]
    [InlineData(DatasetId.CasmeII, FrameKind.Cropped)] // only resized
    [InlineData(DatasetId.Samm, FrameKind.Raw)] // found by dlib and aligned
    public void Optical_flow_finds_movement_where_the_true_motion_is(DatasetId dataset, FrameKind frames)
    {
        const int Size = 224;
        var options = SyntheticOptions.Small with { RawFrames = true };
        using var data = DatasetLoader.Load(new DatasetSource(films.Root, dataset) { Frames = frames },
            new PreparationOptions { Size = Size, CacheFolder = films.Cache });
        var truth = SyntheticSet.Truth(dataset, options).ToDictionary(c => c.Id);
        var stronger = 0;
        for (var i = 0; i < data.Clips.Length; i++)
        {
            using Mat onset = Image(data, data.OnsetFrames[i][0]), apex = Image(data, data.ApexFrames[i][0]),
                flow = InspectionSheet.Flow(onset, apex);
            var motion = TrueMotion.Of(dataset, options, truth[data.Clips[i].Id], Size);
            var most = motion.Cast<float>().Max();
            double Mean(Func<float, bool> chosen)
            {
                var lengths = from y in Enumerable.Range(40, 144)
                              from x in Enumerable.Range(40, 144)
                              where chosen(motion[y, x])
                              select flow.At<Vec2f>(y, x) into v
                              select Math.Sqrt(v.Item0 * v.Item0 + v.Item1 * v.Item1);
                return lengths.DefaultIfEmpty().Average();
            }

            if (Mean(m => m > 0.5 * most) > 2 * Mean(m => m < 0.05 * most)) stronger++;
        }

        // Drift of the head moves the rest of the face too, in a clip of a weak movement as much as the movement.
        Assert.InRange(stronger, data.Clips.Length - 2, data.Clips.Length);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    public void Of_several_faces_the_largest_is_taken_at_any_size_of_the_frame(double scale)
    {
        var file = Directory.EnumerateFiles(Path.Combine(films.Root, "CASME2", "CASME2_RAW_selected", "sub01"), "*.jpg",
            SearchOption.AllDirectories).First();
        using Mat frame = new(file), image = new(480, 1100, MatType.CV_8UC3, Scalar.All(120)),
            small = frame.Resize(new Size(448, 336), 0, 0, InterpolationFlags.Area);
        using (Mat left = new(image, new Rect(0, 100, 448, 336)), right = new(image, new Rect(460, 0, 640, 480)))
        {
            small.CopyTo(left);
            frame.CopyTo(right);
        }
        using var shown = image.Resize(default, scale, scale, InterpolationFlags.Area);
        using var finder = new FaceFinder(films.Model);
        var face = finder.Find(shown)!;
        Assert.Equal(2, face.Faces);
        Assert.All(face.Points, p => Assert.True(p.X > 460 * scale));
    }

    [Fact]
    public void A_clip_can_be_drawn_with_its_landmarks()
    {
        using var view = ClipView.Open(new DatasetSource(films.Root, DatasetId.Samm), "006_1_2",
            new PreparationOptions());
        Assert.Equal(68, view.Landmarks.Length);
        Assert.True(view.Synthetic);
        using var sheet = InspectionSheet.Draw(view);
        // Six panels below a head: wider than three crops, and the last panel holds colour.
        Assert.True(sheet.Cols > 3 * 224 && sheet.Rows > 2 * 224);
        using var last = new Mat(sheet, new Rect(sheet.Cols - 250, sheet.Rows - 280, 200, 200));
        Assert.True(Cv2.Mean(last).Val0 < 254);
        Assert.Contains("has no clip '006_9_9'",
            Assert.Throws<UserErrorException>(() => ClipView.Open(new DatasetSource(films.Root, DatasetId.Samm),
                "006_9_9", new PreparationOptions())).Message,
            StringComparison.Ordinal);
    }

    private static Mat Image(MerDataset data, int row)
    {
        var planes = data.Frames[row].bytes.ToArray();
        var plane = data.Size * data.Size;
        var image = new Mat(data.Size, data.Size, MatType.CV_8UC3);
        var pixels = image.AsSpan<Vec3b>();
        for (var i = 0; i < plane; i++) pixels[i] = new Vec3b(planes[2 * plane + i], planes[plane + i], planes[i]);
        return image;
    }

    private static Point2d Mean(IEnumerable<Point2f> points) => new(points.Average(p => p.X), points.Average(p => p.Y));
}
