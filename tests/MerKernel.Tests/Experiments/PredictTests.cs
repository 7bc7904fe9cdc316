using MerKernel.Cli.Commands;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Faces;
using MerKernel.Models;
using MerKernel.Reports;
using MerKernel.Synthetic;
using MerKernel.Tests.Data;
using OpenCvSharp;
using TorchSharp;

using Scalar = OpenCvSharp.Scalar;

namespace MerKernel.Tests.Experiments;

/// <summary>
/// New clips: read, aligned as in training, spotted, classified; and what is said of those that cannot be.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class PredictTests(PredictTests.TinySets sets) : IClassFixture<PredictTests.TinySets>
{
    /// <summary>
    /// Both tiny sets with the networks of a fold that needs units, one that finds them, and one that sees none.
    /// </summary>
    public sealed class TinySets : IDisposable
    {
        readonly TemporaryFolder _folder = new();

        public TinySets()
        {
            foreach (var id in DatasetNames.Paper) new SyntheticData().Write(id, "tiny", Root, null, default);
            Bench = new Workbench
            {
                Profile = Profile.Tiny, DataFolder = Root, StoreFolder = _folder.File("store"),
                CacheFolder = _folder.File("cache")
            };
            foreach (var id in DatasetNames.Paper) Bench.Load(id);
        }

        public Workbench Bench { get; }

        public string Root => _folder.File("data");

        public string File(string name) => _folder.File(name);

        /// <summary>The files of a clip's frames, from the first on.</summary>
        public string[] Frames(Clip clip) =>
            [.. FrameFolder.Read(FrameLayout.Find(Bench.Source(clip.Dataset)).FolderOf(clip)!).Files.Values
                .Select(f => f.FullName)];

        public string Frame(Clip clip, int number) =>
            FrameFolder.Read(FrameLayout.Find(Bench.Source(clip.Dataset)).FolderOf(clip)!).Files[number].FullName;

        public void Dispose()
        {
            Bench.Dispose();
            _folder.Dispose();
        }
    }

    [Theory]
    [InlineData(DatasetId.CasmeII, "no-au", false), InlineData(DatasetId.Samm, "no-au", true),
        InlineData(DatasetId.Samm, "au-predicted", true)]
    public void A_folds_clips_read_from_their_pictures_have_the_trainers_logits(DatasetId id, string variant,
        bool aligned)
    {
        var data = sets.Bench.Dataset(id);
        var experiment = sets.Bench.Experiment(Tables.Named(variant), id);
        var (subject, path) = (data.Subjects[0], sets.File($"{id}-{variant}.safetensors"));
        var fold = FoldRun.Train(experiment, data, subject, torch.CPU, finished: (network, detector) =>
        {
            using var model = FittedModel.Of(experiment, data, network, detector,
                FoldRun.Split(experiment, data, subject).Train);
            model.Save(path);
        });

        using var read = FittedModel.Load(path);
        Assert.Equal((aligned, true, data.Subjects.Length - 1),
            (read.Origin.Aligned, read.Origin.Synthetic, read.Origin.Subjects.Length));
        Assert.Equal(data.Classes.AsEnumerable(), read.Origin.Classes);
        for (var i = 0; i < fold.Clips.Length; i++)
        {
            var clip = data.Clips.Single(c => c.Id == fold.Clips[i]);
            using var prepared = NewClip.Prepare(
                Recording.Of(sets.Frame(clip, clip.Onset), sets.Frame(clip, clip.Apex)), data.Size, aligned,
                data.Classes, out var spotting);
            var (logits, units) = read.Predict(prepared);
            Assert.Null(spotting);
            // One clip instead of a batch: the same but for the order of sums.
            Assert.All(logits.Zip(fold.Logits[^1][i]),
                p => Assert.Equal(p.Second, p.First, 1e-4f * (1 + Math.Abs(p.Second))));
            if (fold.ActionUnits is { } found) Assert.Equal(found[i].AsEnumerable(), units);
        }
    }

    [Fact]
    public void A_fit_on_all_subjects_classifies_a_folder_and_makes_a_page_that_needs_nothing_else()
    {
        var data = sets.Bench.Dataset(DatasetId.Samm);
        using var model = FoldRun.Fit(sets.Bench.Experiment(Tables.WithoutActionUnits, DatasetId.Samm), data,
            torch.CPU);
        Assert.Equal((data.Clips.Length, data.Subjects.Length), (model.Origin.Clips, model.Origin.Subjects.Length));
        var folder = Path.GetDirectoryName(sets.Frames(data.Clips[0])[0])!;
        // From an archive of a Mac.
        var stray = Path.Combine(folder, "._" + Path.GetFileName(sets.Frames(data.Clips[0])[0]));
        File.WriteAllText(stray, "no picture");
        var recording = Recording.Open(folder + "/");
        Assert.Equal(Path.GetFileName(folder), Path.GetFileName(recording.Path));
        File.Delete(stray);
        using var clip = NewClip.Prepare(recording, data.Size, align: true, data.Classes,
            out var spotting);
        var prediction = new ClipPrediction(folder, model, clip, spotting, model.Predict(clip).Logits, []);
        Assert.Equal(1, prediction.Scores.Sum(), 9);
        Assert.Contains(prediction.Remarks,
            r => r.Contains("Spotted in") && r.EndsWith("add --onset and --apex with names of files in the folder."));
        var names = sets.Frames(data.Clips[0]).Select(Path.GetFileName).ToList();
        Assert.Contains(prediction.Remarks,
            r => r == $"The spotted onset is {names[spotting!.Onset]}, the apex {names[spotting.Apex]}.");
        // What the advice says works.
        Assert.Equal(2, PredictCommand.Input(folder, names[spotting!.Onset], names[spotting.Apex]).Count);
        var html = prediction.ToHtml();
        Assert.Equal(5, html.Split("<img src=\"data:image/png").Length - 1);
        Assert.DoesNotContain("http", html.Replace("http-equiv", ""));
        Assert.Contains("which are drawn faces, not people, and knows", html);
        Assert.Throws<UserErrorException>(() => model.Predict(clip, [4]));
    }

    [Fact]
    public void Onset_and_apex_are_two_files_and_named_together()
    {
        var (one, two) = (sets.Frames(sets.Bench.Dataset(DatasetId.Samm).Clips[0])[0],
            sets.Frames(sets.Bench.Dataset(DatasetId.Samm).Clips[0])[1]);
        string Refused(string? path, string? onset, string? apex) =>
            Assert.Throws<UserErrorException>(() => PredictCommand.Input(path, onset, apex)).Message;
        Assert.Contains("name two pictures", Refused(null, one, one));
        Assert.Contains("name two pictures", Refused(Path.GetDirectoryName(one), one, Path.GetFileName(one)));
        Assert.Contains("both --onset and --apex", Refused(null, one, null));
        Assert.Contains("both --onset and --apex", Refused(Path.GetDirectoryName(one), null, two));
        Assert.Contains("both --onset and --apex", Refused(null, null, null));
        Assert.Contains("is no folder of frames", Refused("clip.mp4", one, two));
        Assert.Equal(2, PredictCommand.Input(null, one, two).Count);
        var folder = Path.GetDirectoryName(one);
        Assert.Equal($"There is no file 999 in {folder}; name two of its pictures with --onset and --apex.",
            Refused(folder, Path.GetFileName(one), "999"));
        // A picture elsewhere may be named next to a folder.
        Assert.Equal(2, PredictCommand.Input(Path.GetDirectoryName(folder), one, two).Count);
    }

    [Fact]
    public void Action_units_may_have_their_prefix()
    {
        Assert.Equal([4, 12], PredictCommand.Units("AU4+12").AsEnumerable());
        Assert.Equal([4, 7], PredictCommand.Units("4, au7").AsEnumerable());
        Assert.Contains("'AU99' is none",
            Assert.Throws<UserErrorException>(() => PredictCommand.Units("AU99")).Message);
    }

    [Fact]
    public void Validation_subjects_are_not_among_those_that_a_network_was_trained_on()
    {
        var data = sets.Bench.Dataset(DatasetId.Samm);
        var experiment = sets.Bench.Experiment(Tables.Full, DatasetId.Samm) with { HeldOutSubjects = 1 };
        using var network = experiment.Model.Create(1, true);
        using var model = FittedModel.Of(experiment, data, network, null,
            FoldRun.Split(experiment, data, data.Subjects[0]).Train);
        Assert.Equal(data.Subjects.Length - 2, model.Origin.Subjects.Length);
        Assert.DoesNotContain(data.Subjects[0], model.Origin.Subjects);
        Assert.Equal(data.Clips.Count(c => model.Origin.Subjects.Contains(c.Subject)), model.Origin.Clips);
    }

    [Fact]
    public void Data_are_planned_without_being_made_with_the_counts_that_they_will_have()
    {
        using var folder = new TemporaryFolder();
        var said = new List<string>();
        using var bench = new Workbench
        {
            Root = folder.Path, Profile = Profile.Tiny, Synthetic = new SyntheticData(), Say = said.Add
        };
        bench.LoadCounts([.. DatasetNames.Paper, DatasetId.Composite]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        Assert.Contains("SAMM: not prepared yet, so every fold counts as missing", said);
        Assert.All(DatasetNames.Paper, id =>
        {
            var (planned, there) = (bench.Dataset(id), sets.Bench.Dataset(id));
            Assert.Equal(there.Clips.CountBy(c => c.Subject).ToDictionary(),
                planned.Clips.CountBy(c => c.Subject).ToDictionary());
            Assert.Equal(there.FrameCount, planned.FrameCount);
            Assert.Equal((there.Classes.Length, there.HasActionUnits),
                (planned.Classes.Length, planned.HasActionUnits));
        });
        Assert.Equal(3, bench.Dataset(DatasetId.Composite).Classes.Length);

        // Data of one's own that were not prepared.
        using var own = new Workbench
        {
            Root = folder.Path, Profile = Profile.Tiny, DataFolder = sets.Root, Say = said.Add,
        };
        own.LoadCounts(DatasetNames.Paper);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        Assert.Equal(sets.Bench.Dataset(DatasetId.Samm).Clips.Select(c => c.Id),
            own.Dataset(DatasetId.Samm).Clips.Select(c => c.Id));

        // What was prepared is the set itself, whose stored folds count.
        using var prepared = new Workbench
        {
            Root = folder.Path, Profile = Profile.Tiny, DataFolder = sets.Root, CacheFolder = sets.File("cache"),
        };
        prepared.LoadCounts(DatasetId.Samm);
        Assert.Equal(sets.Bench.Dataset(DatasetId.Samm).Fingerprint, prepared.Dataset(DatasetId.Samm).Fingerprint);
    }

    [Fact]
    public void Frames_that_were_not_aligned_are_not_taken_for_aligned_where_the_landmark_model_is_missing()
    {
        using var folder = new TemporaryFolder();
        ClipFiles.Write(folder);
        var options = new PreparationOptions
        {
            Size = 16, CacheFolder = folder.File("cache"), Alignment = FaceAlignment.None
        };
        DatasetLoader.Load(new DatasetSource(folder, DatasetId.CasmeII), options).Dispose();
        var before = Environment.GetEnvironmentVariable("MER_LANDMARKS");
        Environment.SetEnvironmentVariable("MER_LANDMARKS", folder.File("none"));
        try
        {
            Assert.StartsWith("The landmark model", Assert.Throws<UserErrorException>(() => DatasetLoader.Load(
                new DatasetSource(folder, DatasetId.CasmeII), options with { Alignment = FaceAlignment.Landmarks }))
                .Message);
        }
        finally
        {
            Environment.SetEnvironmentVariable("MER_LANDMARKS", before);
        }
    }

    [Theory]
    // Of 1088 rows and 2040 columns the centred square begins at column 476.
    [InlineData(476, 0, true, 0, 0), InlineData(1020, 544, true, 112, 112), InlineData(1564, 1088, true, 224, 224)]
    [InlineData(0, 0, false, 0, 0), InlineData(1020, 544, false, 112, 112), InlineData(2040, 1088, false, 224, 224)]
    public void A_point_of_a_frame_without_a_face_is_where_the_prepared_frame_has_it(float x, float y, bool align,
        float preparedX, float preparedY) =>
            Assert.Equal([preparedX, preparedY], FileClipSource.Prepared(x, y, 1088, 2040, align, 224));

    [Fact]
    public void A_recording_that_returns_to_its_first_frame_is_spotted_like_any_other()
    {
        using Mat still = new(Spotter.Side, Spotter.Side, MatType.CV_8UC1, Scalar.All(90)), other = still.Clone();
        Cv2.Circle(other, new Point(Spotter.Side / 2, Spotter.Side / 2), Spotter.Side / 5, Scalar.All(220), -1);
        var spotted = Spotter.Of([still, other, still, still]);
        Assert.InRange(spotted.Onset, 0, spotted.Apex - 1);
    }

    [Fact]
    public void A_network_that_needs_the_coders_units_says_so()
    {
        var data = sets.Bench.Dataset(DatasetId.Samm);
        using var network = new MerNetOptions { InputSize = 32, WidthDivisor = 32, WindowSize = 4 }.Create(1, true);
        using var model = FittedModel.Of(sets.Bench.Experiment(Tables.Full, DatasetId.Samm), data, network, null,
            [0]);
        using var clip = NewClip.Prepare(Recording.Of([.. sets.Frames(data.Clips[0])[..2]]), data.Size, true,
            data.Classes, out _);
        Assert.Contains("--action-units", Assert.Throws<UserErrorException>(() => model.Predict(clip)).Message);
        Assert.Equal([4, 7], model.Predict(clip, [7, 4]).Units.AsEnumerable());
        var prediction = new ClipPrediction("clip", model, clip, null, [0, 1], []);
        Assert.Contains("Action units given to the network: none.", prediction.Remarks);
        Assert.Contains("Action units that the network's detector found: none.",
            (prediction with { AreUnitsDetected = true }).Remarks);
    }

    [Fact]
    public void A_file_that_does_not_say_what_it_holds_is_refused()
    {
        var path = sets.File("bare.safetensors");
        MerKernel.Weights.Safetensors.Write(path, new Dictionary<string, torch.Tensor> { ["a"] = torch.ones(1) });
        Assert.Contains("mer fit", Assert.Throws<UserErrorException>(() => FittedModel.Load(path)).Message);
        File.WriteAllText(path, "no weights");
        Assert.Contains(path, Assert.Throws<UserErrorException>(() => FittedModel.Load(path)).Message);
    }

    [Fact]
    public void A_video_is_its_frames()
    {
        var frames = sets.Frames(sets.Bench.Dataset(DatasetId.Samm).Clips[0]);
        var path = sets.File("clip.avi");
        using (var first = Cv2.ImRead(frames[0]))
        using (var writer = new VideoWriter(path, FourCC.MJPG, 200, first.Size()))
            foreach (var frame in frames)
            {
                using var image = Cv2.ImRead(frame);
                writer.Write(image);
            }
        var recording = Recording.Open(path);
        Assert.Equal(frames.Length, recording.Count);
        Assert.Empty(recording.Remarks);
        // JPEG again: within a few grey levels.
        foreach (var (frame, file) in recording.Frames().Zip(frames))
        {
            using Mat here = FrameImage.Decode(frame.Bytes)!, there = Cv2.ImRead(file), difference = new();
            Cv2.Absdiff(here, there, difference);
            Assert.True(difference.Mean().Val1 < 3, $"{difference.Mean()}");
        }
        using var clip = NewClip.Prepare(recording, 32, true, ["a", "b"], out var spotting);
        Assert.Equal(frames.Length, spotting!.Motion.Length);
    }

    [Fact]
    public void Pictures_and_videos_that_will_not_do_are_refused_with_a_cure_and_odd_ones_noted()
    {
        using var nothing = new Mat(480, 640, MatType.CV_8UC3, new Scalar(90, 120, 100));
        var (blank, face) = (sets.File("blank.png"), sets.Frames(sets.Bench.Dataset(DatasetId.Samm).Clips[0])[0]);
        nothing.SaveImage(blank);
        string Refused(Recording recording) =>
            Assert.Throws<UserErrorException>(() => NewClip.Prepare(recording, 32, true, ["a", "b"], out _)).Message;
        Assert.Contains("blank.png shows no face", Refused(Recording.Of(blank, blank)));
        Assert.Contains("blank.png shows no face", Refused(Recording.Of(blank, face, face)));

        using (Mat one = Cv2.ImRead(face), two = new())
        {
            Cv2.HConcat([one, one], two);
            two.SaveImage(sets.File("two.png"));
        }
        using var clip = NewClip.Prepare(Recording.Of(sets.File("two.png"), sets.File("two.png")), 32, true, ["a", "b"],
            out _);
        Assert.Contains(clip.Clips[0].Notes, n => n.Contains("2 faces found in frame 0; the largest is used"));

        Assert.Contains("no video or folder",
            Assert.Throws<UserErrorException>(() => Recording.Open(sets.File("none.mp4"))).Message);
        File.WriteAllText(sets.File("text.mp4"), "no video");
        Assert.Contains("ffmpeg -i",
            Assert.Throws<UserErrorException>(() => Recording.Open(sets.File("text.mp4"))).Message);
        Directory.CreateDirectory(sets.File("empty"));
        File.Copy(face, sets.File("empty/only.png"));
        Assert.Contains("holds 1 picture (",
            Assert.Throws<UserErrorException>(() => Recording.Open(sets.File("empty"))).Message);
    }

    [Fact]
    public void Large_slow_and_uneven_videos_are_noted()
    {
        double[] Every(double ms, int frames) => [.. Enumerable.Range(0, frames).Select(i => i * ms)];
        Assert.Empty(Recording.Oddities([.. Every(5, 20)], new Size(640, 480)));
        Assert.Contains("3840 x 2160", Assert.Single(Recording.Oddities([.. Every(5, 20)], new Size(3840, 2160))));
        Assert.Contains("30 frames per second",
            Assert.Single(Recording.Oddities([.. Every(100 / 3.0, 20)], new Size(640, 480))));
        Assert.Contains("5 to 50 ms apart, mostly 5",
            Assert.Single(Recording.Oddities([.. Every(5, 20), 145, 150], new Size(640, 480))));
    }

    [Fact]
    public void Frames_are_in_the_order_of_their_numbers()
    {
        var folder = Directory.CreateDirectory(sets.File("numbers")).FullName;
        foreach (var name in new[] { "img10.png", "img9.png", "img100.png" })
            File.WriteAllText(Path.Combine(folder, name), name);
        Assert.Equal(["img9.png", "img10.png", "img100.png"],
            Recording.Open(folder).Frames().Select(f => Path.GetFileName(f.Name)));
    }

    [Fact]
    public void A_planted_movement_of_the_mouth_is_spotted_where_it_is()
    {
        // A texture whose mouth moves up by as much as a triangle says: none until frame 5, most in frame 12, and
        // a head that drifts all the time.
        using Mat noise = new(Spotter.Side, Spotter.Side, MatType.CV_8UC1), texture = new();
        new Random(1).NextBytes(noise.AsSpan<byte>());
        Cv2.GaussianBlur(noise, texture, new Size(0, 0), 3);
        Cv2.Normalize(texture, texture, 0, 255, NormTypes.MinMax);
        var mouth = new Rect(30, 95, 68, 30);
        List<Mat> frames = [.. Enumerable.Range(0, 20).Select(t =>
        {
            var strength = Math.Max(0, 1 - Math.Abs(t - 12) / 7.0) * 3;
            var frame = Shifted(texture, 0.03 * t, 0);
            using var moved = Shifted(texture, 0.03 * t, -strength);
            using Mat from = new(moved, mouth), to = new(frame, mouth);
            from.CopyTo(to);
            return frame;
        })];
        var spotted = Spotter.Of(frames);
        frames.ForEach(f => f.Dispose());
        Assert.InRange(spotted.Apex, 11, 13);
        Assert.InRange(spotted.Onset, 3, 7);
    }

    static Mat Shifted(Mat image, double x, double y)
    {
        using var map = Mat.FromArray(new double[,] { { 1, 0, x }, { 0, 1, y } });
        var shifted = new Mat();
        Cv2.WarpAffine(image, shifted, map, image.Size(), InterpolationFlags.Cubic, BorderTypes.Reflect);
        return shifted;
    }

    [Fact]
    public void On_synthetic_clips_spotting_is_nearer_to_the_apex_than_the_middle_of_the_clip()
    {
        foreach (var id in DatasetNames.Paper)
        {
            var errors = SpottingErrors.Of(sets.Bench.Source(id), sets.Bench.Preparation(id));
            Assert.True(errors.Clips.Average(c => c.Spotted) <= errors.Clips.Average(c => c.Middle),
                ClipPrediction.Of(errors).ToMarkdown());
        }
    }
}
