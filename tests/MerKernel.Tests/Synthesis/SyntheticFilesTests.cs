using System.Security.Cryptography;
using MerKernel.Data;
using MerKernel.Synthetic;
using OpenCvSharp;

namespace MerKernel.Tests.Synthesis;

public sealed class SyntheticFilesTests : IDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("synthetic").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_readers_read_back_what_was_drawn()
    {
        foreach (var dataset in DatasetNames.Paper)
        {
            var truth = SyntheticSet.Truth(dataset, SyntheticOptions.Full);
            var path = Path.Combine(_root, Sheets.NameOf(dataset));
            Sheets.Write(dataset, truth, path);
            var read = CodingSheet.Read(path, Errata.Known).Clips;
            Assert.Equal(truth.Select(c => (c.Id, c.Onset, c.Apex, c.Emotion.ToLowerInvariant())),
                read.Select(c => (c.Id, c.Onset, c.Apex, c.Emotion)));
            Assert.All(truth.Zip(read), pair =>
                Assert.Equal(pair.First.CodedUnits.Order(), pair.Second.ActionUnits.Select(a => a.Number).Order()));
        }
    }

    [Fact]
    public void A_stopped_run_goes_on_where_it_stopped_and_a_finished_one_costs_nothing()
    {
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            SyntheticSet.Write(DatasetId.CasmeII, SyntheticOptions.Small, _root, (done, _) =>
            {
                if (done == 6) stop.Cancel();
            }, stop.Token));
        Assert.True(File.Exists(Path.Combine(_root, "CASME2", "synthetic.json")));

        var resumed = SyntheticSet.Write(DatasetId.CasmeII, SyntheticOptions.Small, _root);

        Assert.InRange(resumed.Rendered, 1, resumed.Clips - 6);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root, "*.partial", SearchOption.AllDirectories));
        Assert.Equal(resumed.Frames, Directory.EnumerateFiles(Path.Combine(_root, "CASME2", "Cropped"), "*.jpg",
            SearchOption.AllDirectories).Count());
        Assert.Equal(0, SyntheticSet.Write(DatasetId.CasmeII, SyntheticOptions.Small, _root).Rendered);
        using var frame = Cv2.ImRead(Path.Combine(_root, "CASME2", "Cropped", "sub01", "EP02_01f", "reg_img46.jpg"));
        Assert.Equal((280, 340, 3), (frame.Width, frame.Height, frame.Channels()));
        Assert.Throws<UserErrorException>(() =>
            SyntheticSet.Write(DatasetId.CasmeII, SyntheticOptions.Small with { Seed = 2 }, _root));
    }

    [Fact]
    public void A_clip_has_the_same_bytes_whatever_was_rendered_before_or_beside_it()
    {
        var clips = SyntheticSet.Truth(DatasetId.CasmeII, SyntheticOptions.Small).Take(4).ToList();
        string one = Path.Combine(_root, "one"), two = Path.Combine(_root, "two");
        using (var studio = new Studio(DatasetId.CasmeII, SyntheticOptions.Small, one))
            foreach (var clip in clips) studio.Film(clip, default);
        using (var studio = new Studio(DatasetId.CasmeII, SyntheticOptions.Small with { RawFrames = true }, two))
            Parallel.ForEach(clips.AsEnumerable().Reverse(), new ParallelOptions { MaxDegreeOfParallelism = 3 },
                clip => studio.Film(clip, default));
        foreach (var folder in (ReadOnlySpan<string>)[one, two])
            Sheets.Write(DatasetId.CasmeII, clips, Path.Combine(folder, "Cropped", "sheet.xlsx"));
        Assert.Equal(Digest(Path.Combine(one, "Cropped")), Digest(Path.Combine(two, "Cropped")));
        using var raw = Cv2.ImRead(Path.Combine(two, "CASME2_RAW_selected", "sub01", clips[0].Name,
            $"img{clips[0].Onset}.jpg"));
        Assert.Equal((640, 480), (raw.Width, raw.Height));
    }

    [Fact]
    public void A_folder_with_other_files_is_left_alone()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, "SAMM")).FullName;
        File.WriteAllText(Path.Combine(folder, "SAMM_Micro_FACS_Codes_v2.xlsx"), "real");
        Assert.Throws<UserErrorException>(() => SyntheticSet.Write(DatasetId.Samm, SyntheticOptions.Small, _root));
        Assert.Single(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public void A_SAMM_frame_is_grey_2040_by_1088_and_named_by_its_padded_number()
    {
        var clip = SyntheticSet.Truth(DatasetId.Samm, SyntheticOptions.Small).Single(c => c.Name == "006_1_2");
        using (var studio = new Studio(DatasetId.Samm, SyntheticOptions.Small, _root))
        {
            Assert.True(studio.Film(clip, default));
            Assert.False(studio.Film(clip, default));
        }
        var files = Directory.GetFiles(Path.Combine(_root, "006", "006_1_2"));
        Assert.Equal(clip.FrameCount, files.Length);
        using var frame = Cv2.ImRead(Path.Combine(_root, "006", "006_1_2", "006_05562.jpg"), ImreadModes.Unchanged);
        Assert.Equal((2040, 1088, 1), (frame.Width, frame.Height, frame.Channels()));
    }

    static string Digest(string folder) =>
        string.Join('\n', Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f =>
                $"{Path.GetRelativePath(folder, f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}")
            .Order(StringComparer.Ordinal));
}
