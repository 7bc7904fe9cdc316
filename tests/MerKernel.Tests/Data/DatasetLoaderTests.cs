using MerKernel.Data;
using MerKernel.Tests.Faces;
using OpenCvSharp;

namespace MerKernel.Tests.Data;

public sealed class DatasetLoaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DatasetSource source;
    private readonly PreparationOptions options;
    private readonly string frames;

    public DatasetLoaderTests()
    {
        frames = ClipFiles.Write(folder);
        source = new DatasetSource(folder, DatasetId.CasmeII);
        options = new PreparationOptions { Size = 16, CacheFolder = Path.Combine(folder, "cache") };
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Classes_may_be_written_as_a_sheet_writes_its_emotions_and_each_must_be_one()
    {
        using var data = DatasetLoader.Load(source,
            options with { Classes = ClassSet.Of("mine", "Happiness", "Others") });
        Assert.Equal(["Happiness", "Others"], data.Classes.AsEnumerable());
        Assert.Contains(0, data.Labels);
        string Refused(ClassSet classes) => Assert.Throws<UserErrorException>(
            () => DatasetLoader.Load(source, options with { Classes = classes })).Message;
        Assert.Equal("The class 'hapiness' of 'mine' has no emotion of CASME II; did you mean 'happiness'?",
            Refused(ClassSet.Of("mine", "hapiness", "others")));
        Assert.Equal("The classes 'one' count 'happiness' as 'happiness', which is none of pos.",
            Refused(ClassSet.Of("one", "happiness") with { Classes = ["pos"] }));
    }

    [Fact]
    public void Frames_whose_reading_failed_are_read_again_when_they_are_asked_for_again()
    {
        var reads = 0;
        using var frames = new FramesOnDemand(() =>
            ++reads == 1 ? throw new UserErrorException("not yet") : TorchSharp.torch.zeros(1));
        Assert.Throws<UserErrorException>(() => frames.Value);
        Assert.Same(frames.Value, frames.Value);
        Assert.Equal(2, reads);
    }

    [Fact]
    public void Loads_clips_labels_and_the_frames_that_training_may_draw()
    {
        using var data = DatasetLoader.Load(source, options);
        Assert.Equal(["01/EP02_01f", "01/EP03_02", "03/EP07_04"], data.Clips.Select(c => c.Id));
        Assert.Equal([0, 2, 4], data.Labels.AsEnumerable());
        // d = int(0.15 * (apex - onset) / 4) by hand: int(1.125) = 1, int(0.1875) = 0, int(1.9875) = 1.
        Assert.Equal([[10, 11], [5], [7, 8]], data.OnsetFrames.Select(rows => rows.Select(r => Red(data, r))));
        Assert.Equal([[40, 39], [10], [60, 59]], data.ApexFrames.Select(rows => rows.Select(r => Red(data, r))));
        Assert.Equal([10, 3, 16, 16], data.Frames.shape);
        // Planes in the order red, green, blue.
        Assert.Equal([10, 20, 207], new[] { 0, 1, 2 }.Select(c => (int)data.Frames[0, c, 8, 8].item<byte>()));
        Assert.False(data.Synthetic);
        Assert.Contains(data.Manifest!.Dropped,
            d => d.Clip == "02/EP01_11f" && d.Reason.Contains("fear", StringComparison.Ordinal) && d.IsOfNoClass);
    }

    [Fact]
    public void A_second_load_reads_the_cache_and_gives_the_same()
    {
        using var first = DatasetLoader.Load(source, options);
        // Clips that are prepared again are counted one by one.
        var counted = new List<(int Done, int Of)>();
        using var second = DatasetLoader.Load(source, options, (done, of) => counted.Add((done, of)));
        Assert.Equal([(3, 3)], counted);
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.Equal(first.Frames.bytes.ToArray(), second.Frames.bytes.ToArray());
        Assert.Equal(first.Manifest!.ToJson(), second.Manifest!.ToJson());
        Assert.Equal(first.Manifest.Dropped.AsEnumerable(), second.Manifest.Dropped);
    }

    [Fact]
    public void Frames_that_swap_their_names_are_read_again()
    {
        // Of one length and one time, as an archive leaves uncompressed ones.
        var clip = Path.Combine(frames, "sub01", "EP03_02");
        Directory.Delete(clip, recursive: true);
        for (var n = 5; n <= 20; n++) ClipFiles.Frame(Path.Combine(clip, $"reg_img{n}.bmp"), n);
        foreach (var file in Directory.EnumerateFiles(clip)) File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 2));
        using var first = DatasetLoader.Load(source, options);
        Assert.Equal((5, 10), (Red(first, first.OnsetFrames[1][0]), Red(first, first.ApexFrames[1][0])));
        string Named(int n) => Path.Combine(clip, $"reg_img{n}.bmp");
        File.Move(Named(5), Named(99));
        File.Move(Named(10), Named(5));
        File.Move(Named(99), Named(10));
        using var second = DatasetLoader.Load(source, options);
        Assert.Equal((10, 5), (Red(second, second.OnsetFrames[1][0]), Red(second, second.ApexFrames[1][0])));
    }

    [Fact]
    public void The_fingerprint_follows_contents_and_options_but_not_place_time_or_workers()
    {
        string Print(PreparationOptions o, string? root = null)
        {
            using var data = DatasetLoader.Load(source with { Root = root ?? source.Root }, o);
            return data.Fingerprint;
        }

        var one = Print(options);
        Assert.Equal(one, Print(options with { Workers = 1, CacheFolder = Path.Combine(folder, "other cache") }));
        using var elsewhere = new TemporaryFolder();
        ClipFiles.Write(elsewhere);
        File.Copy(Path.Combine(folder, "CASME2", "CASME2-coding-20190701.xlsx"),
            Path.Combine(elsewhere, "CASME2", "CASME2-coding-20190701.xlsx"), overwrite: true);
        Assert.Equal(one, Print(options, elsewhere));
        Assert.NotEqual(one, Print(options with { Size = 24 }));
        Assert.NotEqual(one, Print(options with { Classes = ClassSet.MegcThree }));
        Assert.NotEqual(one, Print(options with { Exclude = ["01/EP03_02"] }));
        ClipFiles.Frame(Path.Combine(frames, "sub01", "EP03_02", "reg_img10.png"), 90);
        Assert.NotEqual(one, Print(options));
    }

    [Fact]
    public void A_folder_marked_synthetic_gives_a_synthetic_data_set_with_its_own_fingerprint()
    {
        using var real = DatasetLoader.Load(source, options);
        File.WriteAllText(Path.Combine(folder, "CASME2", "synthetic.json"), """{"synthetic":true}""");
        using var synthetic = DatasetLoader.Load(source, options);
        Assert.True(synthetic.Synthetic);
        Assert.NotEqual(real.Fingerprint, synthetic.Fingerprint);
    }

    [Fact]
    public void Missing_or_damaged_frames_end_with_a_sentence_or_drop_the_clip_by_choice()
    {
        var apex = Path.Combine(frames, "sub01", "EP03_02", "reg_img10.png");
        foreach (var bytes in new byte[]?[] { null, [], [1, 2, 3], File.ReadAllBytes(apex)[..60] })
        {
            File.Delete(apex);
            if (bytes is not null) File.WriteAllBytes(apex, bytes);
            var error = Assert.Throws<UserErrorException>(() => DatasetLoader.Load(source, options));
            Assert.Contains("EP03_02", error.Message, StringComparison.Ordinal);
            using var data = DatasetLoader.Load(source, options with { Unusable = UnusableClipPolicy.Drop });
            Assert.Equal(2, data.Clips.Length);
            Assert.Contains(data.Manifest!.Dropped, d => d.Clip == "01/EP03_02");
        }
    }

    [Fact]
    public void Odd_images_are_read_by_content_or_named()
    {
        void Both(Func<string, byte[]> bytes)
        {
            foreach (var number in new[] { 5, 10 })
            {
                var path = Path.Combine(frames, "sub01", "EP03_02", $"reg_img{number}.png");
                File.WriteAllBytes(path, bytes(path));
            }
        }

        // A JPEG called .png, CMYK, 16 bits: all give three 8-bit planes.
        foreach (var image in new[]
        {
            FrameImageTests.Encode(".jpg", MatType.CV_8UC3), FrameImageTests.CmykJpeg(),
            FrameImageTests.Encode(".png", MatType.CV_16UC3), FrameImageTests.Encode(".png", MatType.CV_8UC1)
        })
        {
            Both(_ => image);
            using var data = DatasetLoader.Load(source, options);
            Assert.Equal(3, data.Clips.Length);
        }
        using var dot = new Mat(1, 1, MatType.CV_8UC3, Scalar.All(9));
        Both(_ => dot.ImEncode(".png"));
        Assert.Contains("is 1 x 1 pixels",
            Assert.Throws<UserErrorException>(() => DatasetLoader.Load(source, options)).Message,
            StringComparison.Ordinal);
        // An apex of another size than its onset is no frame of the same recording.
        ClipFiles.Frame(Path.Combine(frames, "sub01", "EP03_02", "reg_img5.png"), 5);
        Both(path => path.EndsWith("10.png", StringComparison.Ordinal)
            ? FrameImageTests.Encode(".png", MatType.CV_8UC3)
            : File.ReadAllBytes(path));
        Assert.Contains("is 24 x 20 pixels, the onset 32 x 40",
            Assert.Throws<UserErrorException>(() => DatasetLoader.Load(source, options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_without_a_face_fail_or_are_cropped_by_choice()
    {
        var aligned = options with { Alignment = FaceAlignment.Landmarks };
        var error = Assert.Throws<UserErrorException>(() => DatasetLoader.Load(source, aligned));
        Assert.Contains("3 of 3 clips cannot be used: ", error.Message, StringComparison.Ordinal);
        using var cropped = DatasetLoader.Load(source, aligned with { NoFace = NoFacePolicy.CentreCrop });
        Assert.All(cropped.Clips,
            c => Assert.Contains("no face found", Assert.Single(c.Notes), StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_neighbour_is_noted_and_not_drawn()
    {
        File.WriteAllText(Path.Combine(frames, "sub01", "EP02_01f", "reg_img11.png"), "no image");
        using var data = DatasetLoader.Load(source, options);
        Assert.Equal([10], data.OnsetFrames[0].Select(r => Red(data, r)));
        Assert.Contains("frame 11", Assert.Single(data.Clips[0].Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_preparation_continues_where_it_stopped()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            DatasetLoader.Load(source, options with { Workers = 1 }, (_, _) => stop.Cancel(), stop.Token));
        Assert.Single(Directory.EnumerateFiles(options.CacheFolder, "*.clip", SearchOption.AllDirectories));
        using var data = DatasetLoader.Load(source, options);
        Assert.Equal(3, data.Clips.Length);
        Assert.Empty(Directory.EnumerateFiles(options.CacheFolder, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_damaged_cache_file_is_made_again()
    {
        using var first = DatasetLoader.Load(source, options);
        foreach (var file in Directory.EnumerateFiles(options.CacheFolder, "*.clip", SearchOption.AllDirectories))
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^5]);
        using var second = DatasetLoader.Load(source, options);
        Assert.Equal(first.Frames.bytes.ToArray(), second.Frames.bytes.ToArray());
    }

    [Fact]
    public void A_prepared_clip_with_one_changed_bit_is_set_aside_and_made_again()
    {
        using var first = DatasetLoader.Load(source, options);
        var file = Directory.EnumerateFiles(options.CacheFolder, "*.clip", SearchOption.AllDirectories).First();
        var whole = File.ReadAllBytes(file);
        foreach (var at in new[] { 0, 8, 50, whole.Length / 2, whole.Length - 1 })
        {
            var changed = whole.ToArray();
            changed[at] ^= 1;
            File.WriteAllBytes(file, changed);
            var warnings = new List<string>();
            using var second = DatasetLoader.Load(source, options with { Warn = warnings.Add });
            Assert.Equal(first.Frames.bytes.ToArray(), second.Frames.bytes.ToArray());
            Assert.Equal(whole, File.ReadAllBytes(file));
            // A damaged beginning is like a file of another version: not there.
            if (at >= whole.Length / 2) Assert.Contains("checksum", Assert.Single(warnings), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_changed_manifest_or_index_is_made_again()
    {
        using var first = DatasetLoader.Load(source, options);
        foreach (var file in Directory.EnumerateFiles(options.CacheFolder, "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".clip", StringComparison.Ordinal)).ToArray())
        {
            var whole = File.ReadAllText(file);
            foreach (var damaged in new[]
            {
                whole[..(whole.Length / 2)], "", whole.Replace("EP02", "EP99", StringComparison.Ordinal),
                "../../../etc/passwd"
            })
            {
                File.WriteAllText(file, damaged);
                using var second = DatasetLoader.Load(source, options);
                Assert.Equal(first.Manifest!.ToJson(), second.Manifest!.ToJson());
                Assert.Equal(whole, File.ReadAllText(file));
            }
        }
    }

    private static int Red(MerDataset data, int row) => data.Frames[row, 0, 8, 8].item<byte>();
}
