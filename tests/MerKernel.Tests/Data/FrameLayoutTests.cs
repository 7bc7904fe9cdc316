using MerKernel.Data;

namespace MerKernel.Tests.Data;

public sealed class FrameLayoutTests : IDisposable
{
    private readonly TemporaryFolder root = new();

    public void Dispose() => root.Dispose();

    [Theory]
    [InlineData("CASME2/Cropped/sub01/EP02_01f/reg_img46.jpg", true)]
    [InlineData("CASME2/Cropped-updated/Cropped/sub01/EP02_01f/reg_img46.jpg", true)]
    [InlineData("CASME2/CASME2_RAW_selected/sub01/EP02_01f/img46.jpg", false)]
    [InlineData("CASME2/CASME2-RAW/sub01/EP02_01f/img46.jpg", false)]
    [InlineData("casme_II/CASME2_RAW_selected/CASME2_RAW_selected/s1/ep02_01F/img046.jpg", false)]
    [InlineData("CASMEII/Cropped/01/EP02_01f/46.png", true)]
    [InlineData("sub01/EP02_01f/img46.jpg", false)]
    [InlineData("Cropped/sub01/EP02_01f/reg_img46.jpg", true)]
    [InlineData("CASME2/uncropped/sub01/EP02_01f/img46.jpg", false)]
    [InlineData("CASME2/not cropped/sub01/EP02_01f/img46.jpg", false)]
    [InlineData("CASME2/Cropped/images/sub01/EP02_01f/reg_img46.jpg", true)]
    [InlineData("CASME2 cropped and raw/CASME2_RAW_selected/sub01/EP02_01f/img46.jpg", false)]
    public void CASME_II_is_found_in_the_folder_names_seen_in_the_wild(string frame, bool cropped)
    {
        Touch(frame, "CASME2-coding-20190701.xlsx");
        var layout = FrameLayout.Find(
            new DatasetSource(root, DatasetId.CasmeII) { Sheet = Path.Combine(root, "CASME2-coding-20190701.xlsx") });
        var folder = layout.FolderOf(Clip(DatasetId.CasmeII, "01", "EP02_01f"));
        Assert.NotNull(folder);
        Assert.Equal(Path.Combine(root, frame), Assert.Single(FrameFolder.Read(folder).Files).Value.FullName);
        Assert.Equal(46, FrameFolder.Read(folder).Files.Keys.Single());
        Assert.Equal(cropped, layout.Cropped);
    }

    [Fact]
    public void A_slash_behind_the_root_changes_nothing()
    {
        Touch("SAMM_cropped/006/006_1_2/006_562.jpg", "SAMM_cropped/SAMM_Micro_FACS_Codes_v2.xlsx");
        Assert.All((string[])["SAMM_cropped", "SAMM_cropped/", "SAMM_cropped//"], folder => Assert.True(
            FrameLayout.Find(new DatasetSource(Path.Combine(root, folder), DatasetId.Samm)).Cropped));
        var runs = Path.Combine(root, "runs");
        Assert.Equal(runs, new MerKernel.Experiments.RunStore(runs + "/").Folder);
    }

    [Theory]
    [InlineData("006_562.jpg", 562)]
    [InlineData("006_5562.jpg", 5562)]
    [InlineData("006_05562.jpg", 5562)]
    public void SAMM_frames_have_3_4_or_5_digits(string name, int number)
    {
        Touch($"SAMM/006/006_1_2/{name}", "SAMM/SAMM_Micro_FACS_Codes_v2.xlsx");
        var layout = FrameLayout.Find(new DatasetSource(root, DatasetId.Samm));
        Assert.Equal(number,
            FrameFolder.Read(layout.FolderOf(Clip(DatasetId.Samm, "006", "006_1_2"))!).Files.Keys.Single());
        Assert.EndsWith("SAMM_Micro_FACS_Codes_v2.xlsx", layout.Sheet, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_are_in_numeric_order_and_stray_files_are_named()
    {
        Touch("c/img2.jpg", "c/img10.jpg", "c/img9.jpg", "c/img0009.jpg", "c/Thumbs.db", "c/notes 3.txt",
            "c/.DS_Store");
        var folder = FrameFolder.Read(Path.Combine(root, "c"));
        Assert.Equal([2, 9, 10], folder.Files.Keys);
        Assert.Equal([".DS_Store", "Thumbs.db", "notes 3.txt"], folder.Stray.AsEnumerable());
        Assert.Equal([(9, "img0009.jpg", "img9.jpg")], folder.Doubled.AsEnumerable());
    }

    [Fact]
    public void A_linked_frame_is_its_target_and_a_link_to_nowhere_is_stray()
    {
        Touch("store/a.jpg", "c/img1.jpg");
        File.WriteAllBytes(Path.Combine(root, "store", "a.jpg"), new byte[77]);
        File.CreateSymbolicLink(Path.Combine(root, "c", "img2.jpg"), Path.Combine(root, "store", "a.jpg"));
        File.CreateSymbolicLink(Path.Combine(root, "c", "img3.jpg"), Path.Combine(root, "store", "gone.jpg"));
        var folder = FrameFolder.Read(Path.Combine(root, "c"));
        Assert.Equal([(1, 0L), (2, 77L)], folder.Files.Select(f => (f.Key, f.Value.Length)));
        Assert.Equal(["img3.jpg"], folder.Stray.AsEnumerable());
    }

    [Fact]
    public void The_newest_sheet_counts_and_the_lock_file_of_an_open_one_does_not()
    {
        Touch("CASME2/Cropped/sub01/EP02_01f/reg_img46.jpg", "CASME2/CASME2-coding-20140508.xlsx",
            "CASME2/CASME2-coding-20190701.xlsx", "CASME2/~$CASME2-coding-20190701.xlsx");
        Assert.Equal("CASME2-coding-20190701.xlsx",
            Path.GetFileName(FrameLayout.Find(new DatasetSource(root, DatasetId.CasmeII)).Sheet));
    }

    [Fact]
    public void A_sheet_beside_the_folder_of_its_data_set_is_found()
    {
        Touch("CASME2/Cropped/sub01/EP02_01f/reg_img46.jpg", "CASME2-coding-20190701.xlsx",
            "SAMM_Micro_FACS_Codes_v2.xlsx");
        Assert.Equal("CASME2-coding-20190701.xlsx",
            Path.GetFileName(FrameLayout.Find(new DatasetSource(root, DatasetId.CasmeII)).Sheet));
    }

    [Fact]
    public void Cropped_frames_come_first_and_raw_ones_by_choice()
    {
        Touch("CASME2/Cropped/sub01/EP02_01f/reg_img46.jpg", "CASME2/CASME2_RAW_selected/sub01/EP02_01f/img46.jpg",
            "CASME2/CASME2-coding-20190701.xlsx");
        var source = new DatasetSource(root, DatasetId.CasmeII);
        Assert.True(FrameLayout.Find(source).Cropped);
        Assert.False(FrameLayout.Find(source with { Frames = FrameKind.Raw }).Cropped);
        Directory.Delete(Path.Combine(root, "CASME2", "Cropped"), recursive: true);
        Assert.Contains("no cropped frames of CASME II", Assert.Throws<UserErrorException>(() =>
            FrameLayout.Find(source with { Frames = FrameKind.Cropped })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_above_the_data_does_not_say_that_frames_are_cropped()
    {
        Touch("crops/CASME2/Cropped/sub01/EP02_01f/reg_img46.jpg",
            "crops/CASME2/CASME2_RAW_selected/sub01/EP02_01f/img46.jpg", "crops/CASME2/CASME2-coding-20190701.xlsx");
        var source = new DatasetSource(Path.Combine(root, "crops"), DatasetId.CasmeII);
        Assert.True(FrameLayout.Find(source).Cropped);
        Assert.EndsWith("CASME2_RAW_selected", FrameLayout.Find(source with { Frames = FrameKind.Raw }).Frames);
    }

    [Theory]
    [InlineData("CASME3/part_A/spNO.1/a/color/355.jpg", DatasetId.Casme3, DatasetId.Casme3C)]
    [InlineData("CASME3/part_C/01/a/color/355.jpg", DatasetId.Casme3C, DatasetId.Casme3)]
    [InlineData("CASME3_part_C/part_C/01/a/color/355.jpg", DatasetId.Casme3C, DatasetId.Casme3)]
    public void One_part_of_a_set_does_not_promise_the_other(string frame, DatasetId there, DatasetId missing)
    {
        Touch(frame);
        Assert.Equal((true, false),
            (FrameLayout.IsThere(new(root, there)), FrameLayout.IsThere(new(root, missing))));
    }

    [Fact]
    public void A_wrong_root_says_what_was_found_and_what_was_expected()
    {
        Touch("holiday/beach.jpg", "letter.txt");
        var error = Assert.Throws<UserErrorException>(() => FrameLayout.Find(new DatasetSource(root, DatasetId.Samm)));
        Assert.Contains("found holiday, letter.txt", error.Message, StringComparison.Ordinal);
        Assert.Contains("expected frames like SAMM/006/006_1_2/006_05562.jpg", error.Message, StringComparison.Ordinal);
        var missing = Assert.Throws<UserErrorException>(() =>
            FrameLayout.Find(new DatasetSource(Path.Combine(root, "nowhere"), DatasetId.Samm)));
        Assert.StartsWith("There is no folder", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_look_alike_below_the_root_does_not_pass_for_the_real_set()
    {
        Touch("synthetic/CASME2/synthetic.json", "synthetic/CASME2/Cropped/sub01/EP02_01f/reg_img46.jpg",
            "synthetic/CASME2/CASME2-coding-20190701.xlsx");
        Assert.Throws<UserErrorException>(() => FrameLayout.Find(new DatasetSource(root, DatasetId.CasmeII)));
        Assert.True(FrameLayout.Find(new DatasetSource(Path.Combine(root, "synthetic"), DatasetId.CasmeII)).Synthetic);
    }

    private static Clip Clip(DatasetId dataset, string subject, string name) =>
        new()
        {
            Dataset = dataset, Subject = subject, Name = name, Onset = 1, Apex = 2, Offset = 3, ActionUnits = [],
            Emotion = "disgust"
        };

    private void Touch(params string[] files)
    {
        foreach (var file in files)
        {
            var path = Path.Combine(root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, []);
        }
    }
}
