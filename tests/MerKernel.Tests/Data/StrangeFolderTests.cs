using System.Runtime.InteropServices;
using MerKernel.Data;
using MerKernel.Synthetic;
using OpenCvSharp;
using static MerKernel.Tests.Data.SheetFiles;

namespace MerKernel.Tests.Data;

/// <summary>
/// Data folders as people have them: several sheets, several folders of frames, archives of a Mac, damaged and strange
/// frames.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed partial class StrangeFolderTests : IDisposable
{
    private const string Published = "CASME2-coding-20190701.xlsx";

    private readonly TemporaryFolder root = new();
    private readonly string set, frames;
    private readonly DatasetSource source;

    public StrangeFolderTests()
    {
        frames = ClipFiles.Write(root);
        set = Path.GetDirectoryName(frames)!;
        source = new DatasetSource(root, DatasetId.CasmeII);
    }

    public void Dispose() => root.Dispose();

    [Theory]
    [InlineData("[modified]CASME2-coding-20190701.xlsx")]
    [InlineData("CASME2-coding-20190701 (1).xlsx")]
    [InlineData("CASME2-coding-updated.xlsx")]
    [InlineData("CASME2-coding-20190701 - 副本.xlsx")]
    public void The_published_sheet_counts_before_copies_of_it_and_they_are_named(string copy)
    {
        Xlsx(set, copy, ClipFiles.Rows[..3]);
        var layout = FrameLayout.Find(source);
        Assert.Equal(Published, Path.GetFileName(layout.Sheet));
        Assert.Equal($"{Published} is the sheet; not read: {copy} (another choice: --sheet FILE)",
            Assert.Single(layout.Notes));
        Assert.Contains(DatasetCheck.Run(source).Findings,
            f => f.Severity == Severity.Warning && f.Text.Contains(copy, StringComparison.Ordinal));
        // Without it nothing tells which of two that differ counts; two that say the same are no choice.
        File.Move(Path.Combine(set, Published), Path.Combine(set, "copy.xlsx"));
        Assert.Contains("and they differ", Assert.Throws<UserErrorException>(() => FrameLayout.Find(source)).Message,
            StringComparison.Ordinal);
        Xlsx(set, copy, ClipFiles.Rows);
        Assert.Equal(4, CodingSheet.Read(FrameLayout.Find(source).Sheet).Clips.Length);
    }

    [Theory]
    [InlineData("CASME2.xlsx")]
    [InlineData("labels.xlsx")]
    [InlineData("微表情.xlsx")]
    public void A_sheet_of_any_name_is_found_by_its_contents(string name)
    {
        File.Move(Path.Combine(set, Published), Path.Combine(set, name));
        Xlsx(set, "SAMM.xlsx", SammHeader, Samm("041", "041_1_2", 1, 2, 3, "4", "Anger"));
        Assert.Equal(name, Path.GetFileName(FrameLayout.Find(source).Sheet));
        // Next to the folder of its data set, with the other set's next to it.
        File.Move(Path.Combine(set, name), Path.Combine(root, name));
        File.Move(Path.Combine(set, "SAMM.xlsx"), Path.Combine(root, "SAMM.xlsx"));
        Assert.Equal(Path.Combine(root, name), FrameLayout.Find(source).Sheet);
    }

    [Theory]
    [InlineData("label_encoding.csv", "label,code\nhappiness,0")]
    [InlineData("coding.csv", "")]
    [InlineData("zcoding.xls", "no workbook")]
    public void A_file_that_is_no_coding_sheet_is_passed_over(string name, string text)
    {
        File.WriteAllText(Path.Combine(set, name), text);
        Assert.Equal(Published, Path.GetFileName(FrameLayout.Find(source).Sheet));
        File.Move(Path.Combine(set, Published), Path.Combine(set, "mine.xlsx"));
        var layout = FrameLayout.Find(source);
        Assert.Equal("mine.xlsx", Path.GetFileName(layout.Sheet));
        Assert.Contains($"not read: {name}", Assert.Single(layout.Notes), StringComparison.Ordinal);
        File.Delete(layout.Sheet);
        var error = Assert.Throws<UserErrorException>(() => FrameLayout.Find(source)).Message;
        Assert.Contains($"holds no coding sheet of CASME II: found Cropped, {name}; {name} ", error,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "Copy CASME2-coding-20190701.xlsx there as the data set's authors ship it, or name the sheet with --sheet.",
            error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sheet_of_another_set_is_named_where_the_own_one_is_missing()
    {
        File.Delete(Path.Combine(set, Published));
        Csv(set, "MMEW_Micro_Exp.csv", ',',
            ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion"],
            ["1", "S01-01-001", 1, 12, 26, "10R", "disgust"]);
        Assert.Contains("MMEW_Micro_Exp.csv is a sheet of MMEW (S01-01-001), which is not read",
            Assert.Throws<UserErrorException>(() => FrameLayout.Find(source)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_Mac_packs_beside_the_files_is_passed_over()
    {
        Directory.Move(frames, Path.Combine(set, "cropped"));
        foreach (var below in new[]
        {
            "__MACOSX/cropped/sub01/EP02_01f/._reg_img10.png", ".Trash/sub01/EP02_01f/reg_img10.png",
            "cropped/sub01/EP02_01f/._reg_img10.png", "._" + Published, "__MACOSX/._" + Published,
            "__MACOSX/" + Published
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(set, below))!);
            File.WriteAllBytes(Path.Combine(set, below), [0, 5, 22, 7]);
        }
        var report = DatasetCheck.Run(source);
        Assert.True(report.Complete);
        Assert.Equal(Path.Combine(set, "cropped"), report.Layout.Frames);
        Assert.Equal("files that are no frames are ignored: ._reg_img10.png", Assert.Single(report.Findings).Text);
    }

    [Theory]
    [InlineData("s1")]
    [InlineData("01")]
    [InlineData("sub1")]
    [InlineData("sub０１")]
    public void Two_folders_of_one_clip_are_a_choice_that_nobody_made(string second)
    {
        Copy(Path.Combine(frames, "sub01", "EP02_01f"), Path.Combine(frames, second, "EP02_01f"));
        var report = DatasetCheck.Run(source);
        var finding = Assert.Single(report.Findings, f => f.Severity == Severity.Unusable);
        Assert.Equal("01/EP02_01f", finding.Clip);
        Assert.Contains($"{Path.Combine(frames, second, "EP02_01f")}", finding.Text, StringComparison.Ordinal);
        Assert.Contains("are both folders of clip 01/EP02_01f; take one away", finding.Text, StringComparison.Ordinal);
        // In the order of their names, whatever the file system's is.
        var clip = report.Sheet.Clips.Single(c => c.Id == "01/EP02_01f");
        Assert.Equal(report.Layout.FoldersOf(clip).Order(StringComparer.Ordinal), report.Layout.FoldersOf(clip));
        // The other clip of the subject has one folder.
        Assert.DoesNotContain(report.Findings, f => f.Clip == "01/EP03_02");
    }

    [Fact]
    public void Two_spellings_of_one_clip_are_such_a_choice_too()
    {
        Copy(Path.Combine(frames, "sub01", "EP02_01f"), Path.Combine(frames, "sub01", "ep02_01F"));
        Assert.Contains("are both folders of clip 01/EP02_01f",
            Assert.Single(DatasetCheck.Run(source).Findings, f => f.Severity == Severity.Unusable).Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cropped-updated")]
    [InlineData("A_cropped")]
    public void Of_two_folders_of_frames_the_one_with_more_of_the_clips_counts_and_both_are_named(string other)
    {
        Copy(frames, Path.Combine(set, other));
        // Equal ones are a choice that nobody made.
        Assert.Contains("both hold 4 clips", Assert.Throws<UserErrorException>(() => FrameLayout.Find(source)).Message,
            StringComparison.Ordinal);
        Assert.Equal(Path.Combine(set, other),
            FrameLayout.Find(source with { FramesFolder = Path.Combine(set, other) }).Frames);
        Directory.Delete(Path.Combine(frames, "sub02"), recursive: true);
        Directory.CreateDirectory(Path.Combine(frames, "sub09", "EP01_01"));
        var layout = FrameLayout.Find(source);
        Assert.Equal(Path.Combine(set, other), layout.Frames);
        Assert.Equal($"frames of CASME II are in {frames} too, which is not read; {layout.Frames} is (another " +
            $"choice: --frames {frames})",
            Assert.Single(layout.Notes));
    }

    [Theory]
    [InlineData("CASME2-cropped/faces", true)]
    [InlineData("cropped/casme2/RAW/faces", false)]
    public void Frames_elsewhere_are_cropped_where_a_folder_near_them_says_so(string other, bool cropped)
    {
        using var elsewhere = new TemporaryFolder();
        Copy(frames, Path.Combine(elsewhere, other));
        Assert.Equal(cropped,
            FrameLayout.Find(source with { FramesFolder = Path.Combine(elsewhere, other) }).Cropped);
    }

    [Fact]
    public void Where_only_another_set_is_there_the_message_says_how_to_take_it()
    {
        using var other = new TemporaryFolder();
        SyntheticSet.Write(DatasetId.Smic, SyntheticOptions.Tiny, other);
        Assert.Contains(", or take SMIC, which is there, with --dataset smic", Assert.Throws<UserErrorException>(() =>
            FrameLayout.Find(new(other, DatasetId.CasmeII))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cropped_frames_count_before_raw_ones_and_the_raw_ones_are_named()
    {
        Copy(frames, Path.Combine(set, "CASME2_RAW_selected"));
        var layout = FrameLayout.Find(source);
        Assert.Equal(frames, layout.Frames);
        Assert.EndsWith("(another choice: --frames raw)", Assert.Single(layout.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(280, 340)]
    [InlineData(32, 39)]
    public void Check_and_preparation_say_the_same_of_a_frame_of_another_size(int width, int height)
    {
        var apex = Path.Combine(frames, "sub01", "EP03_02", "reg_img10.png");
        Save(apex, new Mat(height, width, MatType.CV_8UC3, Scalar.All(200)));
        MustSayTheSame($"{apex} is {width} x {height} pixels, the onset 32 x 40");
    }

    [Fact]
    public void Check_and_preparation_say_the_same_of_a_dot()
    {
        var onset = Path.Combine(frames, "sub01", "EP03_02", "reg_img5.png");
        Save(onset, new Mat(1, 1, MatType.CV_8UC3, Scalar.All(200)));
        MustSayTheSame($"{onset} is 1 x 1 pixels");
    }

    [Fact]
    public void Check_and_preparation_say_the_same_of_a_clip_without_a_face()
    {
        var options = new PreparationOptions { Alignment = FaceAlignment.Landmarks };
        var report = DatasetCheck.Run(source, options);
        Assert.Equal(4, report.Findings
            .Count(f => f.Severity == Severity.Unusable && f.Text.EndsWith("shows no face", StringComparison.Ordinal)));
        Assert.True(DatasetCheck.Run(source, options with { NoFace = NoFacePolicy.CentreCrop }).Complete);
    }

    [Theory]
    [InlineData(6000, 4000, ".jpg")]
    [InlineData(4000, 2501, ".png")]
    public void A_frame_of_too_many_pixels_is_called_that(int width, int height, string ending)
    {
        var onset = Path.Combine(frames, "sub01", "EP03_02", "reg_img5.png");
        using (var image = new Mat(height, width, MatType.CV_8UC3, Scalar.All(200)))
            File.WriteAllBytes(onset, image.ImEncode(ending));
        MustSayTheSame($"{onset} is {width} x {height} pixels, more than 10 million; reduce it");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Frames_of_twelve_bits_or_without_light_are_warned_of(bool sixteen)
    {
        foreach (var number in new[] { 5, 10 })
        {
            using Mat grey = new(40, 32, sixteen ? MatType.CV_16UC1 : MatType.CV_8UC1, Scalar.All(sixteen ? 4000 : 15));
            Save(Path.Combine(frames, "sub01", "EP03_02", $"reg_img{number}.png"), grey);
        }
        var report = DatasetCheck.Run(source);
        Assert.True(report.Complete);
        var warnings = report.Findings.Where(f => f is { Clip: "01/EP03_02", Severity: Severity.Warning })
            .Select(f => f.Text).ToList();
        Assert.Equal(2, warnings.Count);
        Assert.StartsWith("frame 5 is nearly black (no value above 15 of 255); " +
            $"{(sixteen ? "it holds 16 bits a value" : "lighten it")}",
            warnings[0], StringComparison.Ordinal);
        using var data = DatasetLoader.Load(source, Options);
        Assert.Contains(data.Clips.Single(c => c.Id == "01/EP03_02").Notes,
            n => n.Contains("nearly black", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sub01/EP03_02")]
    [InlineData("sub01")]
    public void A_folder_that_may_not_be_read_is_named_and_no_subject_looks_absent(string below)
    {
        var folder = Path.Combine(frames, below);
        var mode = File.GetUnixFileMode(folder);
        File.SetUnixFileMode(folder, UnixFileMode.None);
        File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead
            | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        try
        {
            AsNobody(() =>
            {
                if (below == "sub01")
                {
                    Assert.StartsWith($"{folder} may not be read, and its clips would pass for absent; allow it",
                        Assert.Throws<UserErrorException>(() => FrameLayout.Find(source)).Message);
                    return;
                }
                var layout = FrameLayout.Find(source);
                var unusable = Assert.Single(CodingSheet.Read(layout.Sheet).Clips
                    .Select(c => PreparationPlan.Of(c, layout)), e => e.Unusable is not null);
                Assert.Equal(("01/EP03_02", $"{folder} cannot be read; allow reading it"),
                    (unusable.Clip.Id, unusable.Unusable));
            });
        }
        finally
        {
            File.SetUnixFileMode(folder, mode);
            File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void A_row_that_cannot_be_read_stops_the_preparation_until_it_is_left_out()
    {
        Xlsx(set, Published, [.. ClipFiles.Rows, Casme("02", "EP05_01", 5, "-1", 20, "4", "disgust"),
            Casme("02", "EP05_02", "x", 10, 20, "4", "others"), Casme("02", "EP05_03", 5, "?", 20, "4", "fear")]);
        var error = Assert.Throws<UserErrorException>(() => DatasetLoader.Load(source, Options)).Message;
        Assert.StartsWith(
            $"CASME II: 2 of 5 clips cannot be used: {Path.Combine(set, Published)}, row 6 (02/EP05_01) has apex '-1'",
            error, StringComparison.Ordinal);
        Assert.Contains("row 7 (02/EP05_02) has onset 'x'", error, StringComparison.Ordinal);
        Assert.EndsWith($"mer data prepare --data {root.Path} --dataset casme2 --unusable drop", error,
            StringComparison.Ordinal);
        using var dropped = DatasetLoader.Load(source, Options with { Unusable = UnusableClipPolicy.Drop });
        Assert.Equal(3, dropped.Clips.Length);
        using var excluded = DatasetLoader.Load(source, Options with { Exclude = ["02/EP05_01", "02/EP05_02"] });
        Assert.Equal(2, excluded.Manifest!.Dropped.Count(d => d.Reason == "left out by choice"));
        Assert.Equal(3, DatasetCheck.Run(source).Findings
            .Count(f => f.Severity == Severity.Unusable && f.Clip.StartsWith("02/EP05", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(".jpg"), InlineData(".png")]
    public void A_synthetic_frame_says_so_where_the_marker_file_is_lost(string kind)
    {
        Assert.False(FrameLayout.Find(source).Synthetic);
        var frame = Directory.GetFiles(Path.Combine(frames, "sub01", "EP02_01f")).Min(StringComparer.Ordinal)!;
        var image = FrameImageTests.Encode(kind, MatType.CV_8UC3);
        File.WriteAllBytes(frame, MerKernel.Synthetic.Studio.Marked(image));
        Assert.True(FrameLayout.Find(source).Synthetic);
        // Every PNG ends in the empty chunk IEND and its checksum.
        Assert.Equal(0xAE426082, MerKernel.Synthetic.Studio.Crc("IEND"u8));
        // The mark changes no pixel.
        using Mat plain = FrameImage.Decode(image)!, marked = FrameImage.Decode(File.ReadAllBytes(frame))!;
        Assert.Equal(0, Cv2.Norm(plain, marked, NormTypes.INF));
    }

    private PreparationOptions Options => new() { Size = 16, CacheFolder = Path.Combine(root, "cache") };

    private void MustSayTheSame(string reason)
    {
        var finding = Assert.Single(DatasetCheck.Run(source).Findings, f => f.Severity == Severity.Unusable);
        Assert.Equal(("01/EP03_02", reason), (finding.Clip, finding.Text));
        Assert.StartsWith($"CASME II: 1 of 3 clips cannot be used: {reason}. 'mer data check",
            Assert.Throws<UserErrorException>(() => DatasetLoader.Load(source, Options)).Message,
            StringComparison.Ordinal);
        using var rest = DatasetLoader.Load(source, Options with { Unusable = UnusableClipPolicy.Drop });
        Assert.Contains(rest.Manifest!.Dropped, d => d == new DroppedClip("01/EP03_02", reason));
    }

    private static void Save(string path, Mat image)
    {
        using (image) Assert.True(image.SaveImage(path));
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    // Who is root may read everything; the file system asks for the rights of the thread.
    private static void AsNobody(Action check)
    {
        Exception? failed = null;
        var thread = new Thread(() =>
        {
            _ = SetFileSystemUser(65534);
            try { check(); }
            catch (Exception e) { failed = e; }
        });
        thread.Start();
        thread.Join();
        if (failed is not null) throw new InvalidOperationException(failed.Message, failed);
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(int user);
}
