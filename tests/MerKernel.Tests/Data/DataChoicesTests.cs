using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Tests.Data;

/// <summary>What is chosen once and followed everywhere, and which data sets are worked on.</summary>
public sealed class DataChoicesTests : IDisposable
{
    private readonly TemporaryFolder root = new();
    private readonly string frames;

    public DataChoicesTests() => frames = ClipFiles.Write(root);

    public void Dispose() => root.Dispose();

    [Fact]
    public void Choices_are_kept_for_one_set_and_read_back_and_what_is_new_replaces_what_was()
    {
        var first = new DataChoices
        {
            Unusable = "drop", Exclude = ["01/EP03_02"],
            Sheet = Path.Combine(root, "CASME2", "CASME2-coding-20190701.xlsx")
        };
        first.Keep(root, DatasetId.CasmeII);
        Assert.Equal("--sheet CASME2/CASME2-coding-20190701.xlsx --unusable drop --exclude 01/EP03_02",
            DataChoices.Kept(root, DatasetId.CasmeII).ToString());
        Assert.Equal("", DataChoices.Kept(root, DatasetId.Samm).ToString());
        new DataChoices { NoFace = "centre-crop" }.Keep(root, DatasetId.Samm);
        new DataChoices { Exclude = ["none"], Sheet = "auto", Clips = "paper" }
            .Over(DataChoices.Kept(root, DatasetId.CasmeII)).Keep(root, DatasetId.CasmeII);
        Assert.Equal("--unusable drop --clips paper", DataChoices.Kept(root, DatasetId.CasmeII).ToString());
        Assert.Equal("--no-face centre-crop", DataChoices.Kept(root, DatasetId.Samm).ToString());
        new DataChoices { Unusable = "fail", Clips = "all" }.Keep(root, DatasetId.CasmeII);
        Assert.Equal("", DataChoices.Kept(root, DatasetId.CasmeII).ToString());
    }

    [Fact]
    public void Choices_that_are_kept_at_once_are_all_kept()
    {
        DatasetId[] sets = [DatasetId.CasmeII, DatasetId.Samm, DatasetId.Smic, DatasetId.Mmew, DatasetId.Dfme];
        for (var round = 0; round < 20; round++)
        {
            Parallel.ForEach(sets, new() { MaxDegreeOfParallelism = sets.Length },
                set => new DataChoices { Unusable = "drop" }.Keep(root, set));
            Assert.All(sets, set => Assert.Equal("--unusable drop", DataChoices.Kept(root, set).ToString()));
            File.Delete(DataChoices.PathIn(root));
        }
        // Of one set, each command adds what it was given.
        Parallel.Invoke(() => new DataChoices { Unusable = "drop" }.Add(root, DatasetId.CasmeII),
            () => new DataChoices { NoFace = "drop" }.Add(root, DatasetId.CasmeII),
            () => new DataChoices { Exclude = ["01/EP03_02"] }.Add(root, DatasetId.CasmeII));
        Assert.Equal("--no-face drop --unusable drop --exclude 01/EP03_02",
            DataChoices.Kept(root, DatasetId.CasmeII).ToString());
        new DataChoices { Unusable = "fail", Exclude = ["none"] }.Add(root, DatasetId.CasmeII);
        Assert.Equal("--no-face drop", DataChoices.Kept(root, DatasetId.CasmeII).ToString());
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("Cropped")]
    [InlineData("any")]
    public void A_folder_that_is_called_as_a_kind_of_frames_stays_a_folder(string name)
    {
        new DataChoices { Frames = Path.Combine(root, name) }.Keep(root, DatasetId.CasmeII);
        var source = DataChoices.Kept(root, DatasetId.CasmeII).Source(root, DatasetId.CasmeII);
        Assert.Equal((Path.Combine(root, name), FrameKind.Any), (source.FramesFolder, source.Frames));
    }

    [Fact]
    public void Nothing_chosen_writes_no_file()
    {
        new DataChoices { Unusable = "fail", Frames = "any" }.Keep(root, DatasetId.CasmeII);
        Assert.False(File.Exists(DataChoices.PathIn(root)));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"schema":2}""")]
    [InlineData("""{"schema":1,"casme2":{"unuseable":"drop"}}""")]
    [InlineData("""{"schema":1,"casme2":{"exclude":"01/EP03_02"}}""")]
    [InlineData("""{"schema":1,"casme2":{"unusable":"drop","unusable":"fail"}}""")]
    [InlineData("""{"schema":1,"casme2":{"frames":"a\u0000b"}}""")]
    [InlineData("""{"schema":1,"others":{"smic":{"sheet":"a\u0000b"}}}""")]
    [InlineData("null")]
    public void A_damaged_or_misspelt_file_is_named(string text)
    {
        File.WriteAllText(DataChoices.PathIn(root), text);
        Assert.Contains($"{DataChoices.PathIn(root)}, which keeps the choices of mer data prepare, cannot be read",
            Assert.Throws<UserErrorException>(() => DataChoices.Kept(root, DatasetId.CasmeII)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_values_are_refused_with_those_that_there_are()
    {
        string Refused(DataChoices choices) =>
            Assert.Throws<UserErrorException>(() =>
                choices.Preparation(DatasetDescription.Of(DatasetId.CasmeII), new())).Message;
        Assert.Equal("--unusable skip is not known; use fail, drop.", Refused(new() { Unusable = "skip" }));
        Assert.Equal("--no-face 1 is not known; use fail, centrecrop, drop.", Refused(new() { NoFace = "1" }));
        Assert.Contains("use five, own, megc3 or all", Refused(new() { Classes = "seven" }), StringComparison.Ordinal);
        Assert.Contains("write it like 07/EP06_01=56-89-116", Refused(new() { Reading = ["07/EP06_01"] }),
            StringComparison.Ordinal);
        Assert.Equal("--reading gives the clip 01/EP91_01f twice: 01/EP91_01f=11-15-19 and 01/ep91_01F=12-14-19; " +
            "give one of them.", Refused(new() { Reading = ["01/EP91_01f=11-15-19", "01/ep91_01F=12-14-19"] }));
        Assert.Single(new DataChoices { Reading = ["01/EP91_01f=11-15-19", "01/EP91_01f=11-15-19"] }
            .Preparation(DatasetDescription.Of(DatasetId.CasmeII), new()).Readings);
        Assert.Contains("no onset before its apex", Refused(new() { Reading = ["07/EP06_01=89-56-116"] }),
            StringComparison.Ordinal);
        Assert.Contains("There is no folder",
            Assert.Throws<UserErrorException>(() =>
                FrameLayout.Find(new DataChoices { Frames = "cropt" }.Source(root, DatasetId.CasmeII))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_workbench_follows_what_is_kept_and_says_so()
    {
        File.Delete(Path.Combine(frames, "sub01", "EP03_02", "reg_img10.png"));
        using (var bench = Bench(out _))
            Assert.Contains("--dataset casme2 --unusable drop",
                Assert.Throws<UserErrorException>(() => bench.Load(DatasetId.CasmeII)).Message,
                StringComparison.Ordinal);
        new DataChoices { Unusable = "drop", Reading = ["01/EP02_01f=10-30-60"] }.Keep(root, DatasetId.CasmeII);
        using var chosen = Bench(out var said);
        var data = chosen.Load(DatasetId.CasmeII);
        Assert.Equal(["01/EP02_01f", "03/EP07_04"], data.Clips.Select(c => c.Id));
        Assert.Equal(30, data.Clips[0].Apex);
        Assert.Contains("CASME II: 2 clips of 2 subjects, CASME2-coding-20190701.xlsx, frames in Cropped; chosen " +
            "with mer data prepare: --unusable drop --reading 01/EP02_01f=10-30-60", said);
        // What shows results finds the same prepared set, and says the same of it.
        Directory.CreateDirectory(chosen.Store.Folder);
        using var shown = Bench(out var again);
        shown.LoadPrepared(DatasetId.CasmeII);
        Assert.Equal((data.Fingerprint, 30),
            (shown.Dataset(DatasetId.CasmeII).Fingerprint, shown.Dataset(DatasetId.CasmeII).Clips[0].Apex));
        Assert.Contains(said[^1], again);
    }

    [Fact]
    public void The_papers_clips_are_left_out_where_the_sheet_has_them()
    {
        SheetFiles.Xlsx(Path.Combine(root, "CASME2"), "CASME2-coding-20190701.xlsx",
            [.. ClipFiles.Rows, SheetFiles.Casme("07", "EP06_01", 5, 10, 20, "4", "disgust")]);
        for (var n = 5; n <= 20; n++) ClipFiles.Frame(Path.Combine(frames, "sub07", "EP06_01", $"reg_img{n}.png"), n);
        int Clips()
        {
            using var bench = Bench(out _);
            return bench.Load(DatasetId.CasmeII).Clips.Length;
        }

        Assert.Equal(4, Clips());
        new DataChoices { Clips = "paper" }.Keep(root, DatasetId.CasmeII);
        Assert.Equal(3, Clips());
        File.Delete(Path.Combine(root, "CASME2", "CASME2-coding-20190701.xlsx"));
        SheetFiles.Xlsx(Path.Combine(root, "CASME2"), "CASME2-coding-20190701.xlsx", ClipFiles.Rows);
        Assert.Equal(3, Clips());
    }

    [Fact]
    public void One_data_set_is_enough_and_the_other_is_named()
    {
        using (var bench = Bench(out var said))
        {
            Assert.Equal([DatasetId.CasmeII], bench.Datasets.AsEnumerable());
            Assert.Equal($"SAMM: nothing of it is in {root.Path}, so its tables are left out.", Assert.Single(said));
        }
        // An empty folder is nothing; one that holds something is there and must be sound.
        Directory.CreateDirectory(Path.Combine(root, "SAMM"));
        using (var bench = Bench(out _)) Assert.Equal([DatasetId.CasmeII], bench.Datasets.AsEnumerable());
        File.WriteAllText(Path.Combine(root, "SAMM", "readme.txt"), "");
        using (var bench = Bench(out _))
        {
            Assert.Equal([DatasetId.CasmeII, DatasetId.Samm], bench.Datasets.AsEnumerable());
            Assert.Contains("holds no frames of SAMM: found readme.txt",
                Assert.Throws<UserErrorException>(() => bench.Load(DatasetId.Samm)).Message, StringComparison.Ordinal);
        }
        using (var bench = Bench(out _, DatasetId.Samm)) Assert.Equal([DatasetId.Samm], bench.Datasets.AsEnumerable());
    }

    [Fact]
    public void Clips_of_one_subject_make_no_fold()
    {
        SheetFiles.Xlsx(Path.Combine(root, "CASME2"), "CASME2-coding-20190701.xlsx", ClipFiles.Rows[..3]);
        using var bench = Bench(out _);
        Assert.Equal("All 2 clips of CASME II are of subject 01; leave-one-subject-out needs two subjects.",
            Assert.Throws<UserErrorException>(() => bench.Load(DatasetId.CasmeII)).Message);
    }

    [Fact]
    public void Clips_of_which_the_choices_leave_one_subject_make_no_fold()
    {
        // 02's only clip is fear, which the five classes leave out.
        new DataChoices { Exclude = ["03/EP07_04"] }.Keep(root, DatasetId.CasmeII);
        using var bench = Bench(out _);
        Assert.Equal("All 2 clips of CASME II are of subject 01; leave-one-subject-out needs two subjects.",
            Assert.Throws<UserErrorException>(() => bench.Load(DatasetId.CasmeII)).Message);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("01")]
    [InlineData("sub01")]
    [InlineData("s1")]
    [InlineData("SUB1")]
    public void A_subject_may_be_written_as_people_do(string text)
    {
        using var data = TinyDataset.Create();
        Assert.Equal("01", data.Subject(text));
        Assert.Contains("Subject '9' has no clip in this data set; its subjects are 01, 02, 03",
            Assert.Throws<UserErrorException>(() => data.Subject("9")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(15, 68, Severity.Note, "fit 15 49 68 and not 56 89 116")]
    [InlineData(56, 116, Severity.Warning,
        "fit the reading 56 89 116 of other copies and not 15 49 68; to use it (with others in one command): mer " +
        "data prepare --data ROOT --dataset casme2 --reading 07/EP06_01=56-89-116")]
    [InlineData(1, 200, Severity.Note, "do not tell 15 49 68 from 56 89 116")]
    public void The_frames_on_disk_say_which_reading_of_a_doubtful_clip_they_fit(int first, int last, Severity severity,
        string text)
    {
        // The two whole clips that independent copies move are known by the frames that the sheets print for them.
        SheetFiles.Xlsx(Path.Combine(root, "CASME2"), "CASME2-coding-20190701.xlsx",
            [.. ClipFiles.Rows, SheetFiles.Casme("07", "EP06_01", 15, 49, 68, "4", "disgust")]);
        for (var n = first; n <= last; n++)
            ClipFiles.Frame(Path.Combine(frames, "sub07", "EP06_01", $"reg_img{n}.png"), n);
        var found = DatasetCheck.Run(new DatasetSource(root, DatasetId.CasmeII)).Findings
            .Single(f => f.Clip == "07/EP06_01" && f.Text.StartsWith("the frames on disk", StringComparison.Ordinal));
        Assert.Equal(severity, found.Severity);
        Assert.Contains(text.Replace("ROOT", root), found.Text, StringComparison.Ordinal);
        var chosen = new PreparationOptions { Readings = [Reading.Parse("07/EP06_01=56-89-116")] };
        Assert.DoesNotContain(DatasetCheck.Run(new DatasetSource(root, DatasetId.CasmeII), chosen).Findings,
            f => f.Text.StartsWith("the frames on disk", StringComparison.Ordinal));
    }

    private Workbench Bench(out List<string> said, DatasetId? only = null)
    {
        var sentences = said = [];
        return new Workbench
        {
            Profile = Profile.Tiny, DataFolder = root, StoreFolder = Path.Combine(root, "runs"),
            CacheFolder = Path.Combine(root, "cache"), Say = sentences.Add,
            Only = only is { } id ? [id] : null,
        };
    }
}
