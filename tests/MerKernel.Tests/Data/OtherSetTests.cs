using MerKernel.Data;
using static MerKernel.Tests.Data.SheetFiles;

namespace MerKernel.Tests.Data;

/// <summary>
/// The sets besides the paper's two: sheets rebuilt with invented rows and the published counts, folders as they are
/// published.
/// </summary>
public sealed class OtherSetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // Subjects of the high-speed camera, and clips of each; the last eight have those of the slow ones too.
    private static readonly int[] SmicPeople = [1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 14, 15, 18, 19, 20];

    private static object?[][] SmicRows(int[] people, bool labelled,
        params (string Code, string Emotion, int Clips)[] classes)
    {
        var all = classes.SelectMany(c => Enumerable.Range(0, c.Clips).Select(i => (c.Code, c.Emotion, Index: i)))
            .ToList();
        return [SmicHeader, .. all.Select((c, i) => (object?[])[people[i % people.Length],
            $"s{people[i % people.Length]}_{c.Code}_{c.Index:00}", 1000 + i, 1021 + i, null, null, null, null, 1000 + i,
            1021 + i, 22, 22,
            labelled || c.Emotion != "surprise" || c.Index > 1 ? c.Emotion : null]),
            .. Enumerable.Repeat<object?[]>([null], 6)];
    }

    private static readonly object?[] SmicHeader = ["Subject", "Filename", "OnsetF", "OffsetF", "Onset2F", "Offset2F",
        "Onset3F", "Offset3F", "FirstF", "LastF", "TotalMF1", "TotalVL", "Emotion"];

    private string Smic() => Xlsx(folder, "SMIC-HS-E_annotation.xlsx",
        ("HS", SmicRows(SmicPeople, labelled: false, ("ne", "negative", 70), ("po", "positive", 51),
            ("sur", "surprise", 43))),
        ("VIS", SmicRows(SmicPeople[8..], labelled: true, ("po", "positive", 28), ("ne", "negative", 24),
            ("sur", "surprise", 19))));

    [Fact]
    public void SMIC_has_a_table_for_each_camera_and_neither_apexes_nor_units()
    {
        var path = Smic();
        var sheet = Reads(path, DatasetId.Smic, 164, 16, ("negative", 70), ("positive", 51), ("surprise", 43));
        // 1000 to 1021: the middle frame is 1010. Two clips have no label; their names say surprise.
        Assert.Equal((1000, 1010, 1021), (sheet.Clips[0].Onset, sheet.Clips[0].Apex, sheet.Clips[0].Offset));
        Assert.Equal(["no apex is coded; the middle of onset and offset is used"], sheet.Clips[0].Notes.AsEnumerable());
        Assert.Equal(2, sheet.Clips.Count(c => c.Notes.Contains("the sheet has no emotion; the name says surprise")));
        Assert.All(sheet.Clips, c => Assert.Empty(c.ActionUnits));
        // 10 frames at 100 per second.
        Assert.Equal(100, sheet.Clips[0].ApexMilliseconds);
        var visible = Reads(path, DatasetId.SmicVis, 71, 8, ("positive", 28), ("negative", 24), ("surprise", 19));
        Assert.Equal(400, visible.Clips[0].ApexMilliseconds);
        var infrared = Reads(path, DatasetId.SmicNir, 71, 8, ("positive", 28), ("negative", 24), ("surprise", 19));
        Assert.Contains("the workbook has no sheet 'NIR'; sheet 'VIS' is used", infrared.Remarks);
    }

    [Fact]
    public void Of_a_clip_that_moves_again_the_first_interval_is_read_and_the_others_are_named()
    {
        var rows = SmicRows([1, 2], labelled: true, ("ne", "negative", 4));
        (rows[1][4], rows[1][5], rows[3][4], rows[3][5]) = (1030, 1042, 1050, 1061);
        var sheet = CodingSheet.Read(Xlsx(folder, "SMIC-HS-E_annotation.xlsx", ("HS", rows)),
            asked: DatasetDescription.Of(DatasetId.Smic));
        Assert.Equal([1021, 1022, 1023, 1024], sheet.Clips.Select(c => c.Offset).Order());
        Assert.Contains("of each clip only the first interval is read; clips with more (columns Onset2F, Offset2F, " +
            "Onset3F, Offset3F): 2", sheet.Remarks);
    }

    [Fact]
    public void SMIC_in_a_list_with_padded_subjects_is_the_same_clip()
    {
        var path = Csv(folder, "coding.csv", ',', ["subject", "filename", "onset", "apex", "offset", "emotion"],
            ["s01", "s01_ne_01", 10, 17, 30, "negative"], ["s20", "s20_po_02", 10, "", 31, "positive"]);
        var clips = CodingSheet.Read(path, asked: DatasetDescription.Of(DatasetId.Smic)).Clips;
        Assert.Equal(["01/s1_ne_01 17", "20/s20_po_02 20"], clips.Select(c => $"{c.Id} {c.Apex}"));
    }

    [Fact]
    public void MMEW_has_300_clips_of_30_people_and_sides_behind_the_number()
    {
        (string Emotion, int Clips)[] classes = [("surprise", 89), ("disgust", 72), ("others", 66), ("happiness", 36),
            ("fear", 16), ("sadness", 13), ("anger", 8)];
        var rows = classes.SelectMany((c, e) =>
            Enumerable.Range(0, c.Clips).Select(i => (c.Emotion, Code: e + 1, Index: i)))
            .Select((c, i) => (object?[])[i % 30 + 1, $"S{i % 30 + 1:00}-{c.Code:00}-{c.Index + 1:000}", 1, 12, 38,
                i % 2 == 0 ? "10R" : "4R+7", c.Emotion, null]);
        var sheet = Reads(Xlsx(folder, "MMEW_Micro_Exp.xlsx", [["Subject", "Filename", "OnsetFrame", "ApexFrame",
            "OffsetFrame", "Action Units", "Estimated Emotion", "remarks"], .. rows]),
            DatasetId.Mmew, 300, 30, classes);
        Assert.Equal(new ActionUnit(4, FaceSide.Right), sheet.Clips[1].ActionUnits[0]);
        Assert.Equal(1000 * 11 / 90.0, sheet.Clips[0].ApexMilliseconds);
        var other = Csv(folder, "moved.csv", ',',
            ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion"],
            [2, "S02-01-001", 1, 2, 3, 4, "fear"], [2, "S01-01-001", 1, 2, 3, 4, "fear"]);
        Assert.Contains("is of subject 02, its name says 01",
            Assert.Single(CodingSheet.Read(other, asked: DatasetDescription.Of(DatasetId.Mmew)).Dropped).Reason,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sheet1", "v1", 921, 275, 199, 166, 91, 67, 63, 60)]
    [InlineData("label", "v2", 860, 250, 187, 161, 86, 64, 57, 55)]
    public void CAS_ME_3_knows_a_clip_by_subject_recording_and_onset(string table, string edition, int clips,
        params int[] counts)
    {
        string[] names = ["disgust", "surprise", "others", "fear", "anger", "sad", "happy"];
        // Three of the others have a capital, every cell is text, a recording holds several clips.
        var rows = names.SelectMany((n, e) => Enumerable.Repeat(n, counts[e]))
            .Select((n, i) => (object?[])[$"spNO.{i % 94 + 1}", $"{(char)('a' + i / 94 % 5)}", $"{10 + i}", $"{20 + i}",
                $"{31 + i}", i % 2 == 0 ? "R12" : "T28+14", "VII",
                n == "others" && i % 55 == 0 ? "Others" : n]);
        var sheet = Reads(Xlsx(folder, "label.xlsx",
            (table, [["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"], .. rows]),
            ("eye blink", [["Subject", "Filename"], ["spNO.1", "a"]])),
            DatasetId.Casme3, clips, 94, [.. names.Zip(counts)]);
        Assert.Equal(edition, sheet.Edition);
        Assert.Equal("001/a_10", sheet.Clips[0].Id);
        // Rows 0 and 470 are of the same recording.
        Assert.Equal(["001/a_10", "001/a_480"],
            sheet.Clips.Where(c => c.Id.StartsWith("001/a_", StringComparison.Ordinal)).Select(c => c.Id));
        Assert.Equal(1000 * 10 / 30.0, sheet.Clips[0].ApexMilliseconds);
    }

    [Fact]
    public void CAS_ME_3_has_a_known_error_and_macro_expressions_that_are_passed_over()
    {
        var path = Csv(folder, "a.csv", ',',
            ["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion", "type"],
            ["spNO.216", "d", 3647, 2668, 2680, 4, "VII", "disgust", "Micro-expression"],
            ["spNO.1", "J", 12, 20, 31, 12, "VII", "happy", "micro"],
            ["spNO.1", "J", 112, 120, 131, 12, "VII", "happy", "Macro-expression"]);
        var sheet = CodingSheet.Read(path, asked: DatasetDescription.Of(DatasetId.Casme3));
        Assert.Equal(["216/d_3647 2647 2668", "001/j_12 12 20"], sheet.Clips.Select(c => $"{c.Id} {c.Onset} {c.Apex}"));
        Assert.Contains(sheet.Remarks, r => r.StartsWith("1 rows of other expressions", StringComparison.Ordinal));
    }

    [Fact]
    public void CAS_ME_3_part_C_numbers_the_clips_of_a_person_and_has_no_apex()
    {
        (string Emotion, int Clips)[] classes = [("negative", 99), ("surprise", 30), ("others", 20), ("positive", 16)];
        var rows = classes.SelectMany(c => Enumerable.Repeat(c.Emotion, c.Clips)).Select((emotion, i) =>
            (object?[])[i % 30 + 1, i / 30 + 1, 100 + 50 * i, 110 + 50 * i, i % 2 == 0 ? "R12" : "4+7", emotion]);
        var path = Xlsx(folder, "CAS(ME)3_part_C_ME.xlsx",
            ("mockCrimeME", [["sub", "count", "onset", "offset", "au", "emotion"], .. rows]));
        var sheet = Reads(path, DatasetId.Casme3C, 165, 30, classes);
        // Row 30 is the second of subject 1: 100 + 50 * 30; the apex is the middle, the recording 'a'.
        Assert.Equal(["01/a_100 105 110", "01/a_1600 1605 1610"],
            sheet.Clips.Where(c => c.Subject == "01").Take(2).Select(c => $"{c.Id} {c.Apex} {c.Offset}"));
        foreach (var asked in new DatasetId?[] { null, DatasetId.Casme3, DatasetId.CasmeII })
            Assert.Contains("CAS(ME)^3, part C (sheet mockCrimeME), which is not read unless it is asked for with " +
                "--dataset casme3-c",
                Assert.Throws<UserErrorException>(() => CodingSheet.Read(path,
                    asked: asked is { } id ? DatasetDescription.Of(id) : null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DFME_says_the_frame_rate_of_each_clip()
    {
        (string Emotion, int Clips)[] classes = [("anger", 161), ("contempt", 100), ("disgust", 548), ("fear", 265),
            ("happiness", 206), ("sadness", 278), ("surprise", 298)];
        var rows = classes.SelectMany((c, e) => Enumerable.Repeat((c.Emotion, Id: e), c.Clips))
            .Select((c, i) => (object?[])[$"sub{i % 176:0000}", $"sub{i % 176:0000}_{i / 176:00}", 0, 12, 26, c.Emotion,
                c.Id, new[] { 500, 300, 200 }[i % 3], i % 2 == 0 ? "4+AD31" : "4+5+10+M58"]);
        var sheet = Reads(Xlsx(folder, "training_full_with_AU.xlsx", [["Subject", "Filename", "OnsetFrame", "ApexFrame",
            "OffsetFrame", "Emotion", "EmotionId", "Fps", "AU"], .. rows]), DatasetId.Dfme, 1856, 176, classes);
        Assert.Equal([24.0, 40, 60], sheet.Clips.Take(3).Select(c => c.ApexMilliseconds!.Value));
        Assert.Equal([4, 31], sheet.Clips[0].ActionUnits.Select(u => u.Number));
        Assert.Equal("0000/sub0000_00", sheet.Clips[0].Id);
    }

    [Fact]
    public void An_emotion_that_contradicts_the_name_or_the_number_is_a_bad_row()
    {
        var smic = Csv(folder, "smic.csv", ',', ["subject", "filename", "onset", "offset", "emotion"],
            [1, "s1_ne_01", 10, 30, "negative"], [2, "s2_ne_01", 10, 30, "Positive"]);
        Assert.Equal("has the emotion 'Positive', its name says negative; correct the wrong one",
            Assert.Single(CodingSheet.Read(smic, asked: DatasetDescription.Of(DatasetId.Smic)).Dropped).Reason);
        var dfme = Csv(folder, "dfme.csv", ',',
            ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Emotion", "EmotionId", "Fps", "AU"],
            ["sub0001", "sub0001_01", 0, 12, 26, "anger", 0, 500, 4],
            ["sub0001", "sub0001_02", 0, 12, 26, "anger", 0, 500, 4],
            ["sub0002", "sub0002_01", 0, 12, 26, "fear", 4, 500, 4],
            ["sub0002", "sub0002_02", 0, 12, 26, "anger", 4, 500, 4],
            ["sub0002", "sub0002_03", 0, 12, 26, "fear", 4, 500, 4]);
        var dropped = Assert.Single(CodingSheet.Read(dfme, asked: DatasetDescription.Of(DatasetId.Dfme)).Dropped);
        Assert.Equal(5, dropped.Row);
        Assert.Equal("has the emotion 'anger' and the number 4, which other rows have for fear; correct the wrong one",
            dropped.Reason);
    }

    [Theory]
    [InlineData("disgust", null)]
    [InlineData("happiness", "lies in the folder of happiness, the sheet says disgust; correct the wrong one")]
    // One class, as the set's web page and its sheet call it otherwise.
    [InlineData("repression", "lies in the folder of repression, the sheet says disgust")]
    public void An_emotion_that_contradicts_the_folder_makes_a_clip_unusable(string place, string? message)
    {
        for (var n = 1; n <= 3; n++) ClipFiles.Frame(folder.File($"MMEW/S01/{place}/S01-01-001/{n}.png"), n);
        ClipFiles.Frame(folder.File("MMEW/S02/repression/S02-01-001/1.png"), 1);
        ClipFiles.Frame(folder.File("MMEW/S02/repression/S02-01-001/2.png"), 2);
        Csv(folder.File("MMEW"), "MMEW_Micro_Exp.csv", ',',
            ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion"],
            [1, "S01-01-001", 1, 2, 3, 4, "disgust"], [2, "S02-01-001", 1, 2, 2, 4, "others"]);
        var found = DatasetCheck.Run(new(folder, DatasetId.Mmew), new() { Alignment = FaceAlignment.None }).Findings
            .Where(f => f.Severity == Severity.Unusable).ToList();
        if (message is null) Assert.Empty(found);
        else Assert.Contains(message, Assert.Single(found).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_that_was_not_asked_for_passes_for_no_other()
    {
        var mmew = Csv(folder, "m.csv", ',',
            ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion"],
            [1, "S01-01-001", 1, 12, 26, "10R", "disgust"]);
        foreach (var asked in new DatasetId?[]
        {
            null, DatasetId.CasmeII, DatasetId.Samm, DatasetId.Smic, DatasetId.Dfme
        })
            Assert.Contains(
                "is a sheet of MMEW (S01-01-001), which is not read unless it is asked for with --dataset mmew",
                Assert.Throws<UserErrorException>(() => CodingSheet.Read(mmew,
                    asked: asked is { } id ? DatasetDescription.Of(id) : null)).Message, StringComparison.Ordinal);
        var casme = Xlsx(folder, "c.xlsx", CasmeHeader, Casme("01", "EP02_01f", 10, 40, 60, "4", "happiness"));
        Assert.Contains("codes CASME II, not SMIC",
            Assert.Throws<UserErrorException>(() =>
                CodingSheet.Read(casme, asked: DatasetDescription.Of(DatasetId.Smic)).MustBe(DatasetId.Smic)).Message,
            StringComparison.Ordinal);
        var mixed = Csv(folder, "x.csv", ',',
            ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion"],
            [1, "S01-01-001", 1, 12, 26, "10R", "disgust"], [1, "S01-01-002", 1, 12, 26, "10R", "disgust"],
            [1, "EP02_01f", 1, 12, 26, "4", "disgust"], [1, "EP02_02f", 1, 12, 26, "4", "disgust"]);
        Assert.Contains("holds clips of two data sets", Assert.Throws<UserErrorException>(() =>
            CodingSheet.Read(mixed, asked: DatasetDescription.Of(DatasetId.Mmew))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DatasetId.Smic, "SMIC/HS/s3/micro/negative/s3_ne_01/reg_image000012.bmp", false)]
    [InlineData(DatasetId.Smic, "SMIC/SMIC_all_cropped/HS/s03/micro/negative/s03_ne_01/reg_image12.bmp", true)]
    [InlineData(DatasetId.Smic, "SMIC/SMIC-HS-E/s3/s3_ne_01/image000012.jpg", false)]
    [InlineData(DatasetId.SmicVis, "SMIC/VIS/s3/micro/negative/s3_ne_01/image12.bmp", false)]
    [InlineData(DatasetId.Mmew, "MMEW/Micro_Expression/disgust/S03-01-001/12.jpg", false)]
    [InlineData(DatasetId.Mmew, "MMEW/S03/disgust/S03-01-001/12.jpg", false)]
    [InlineData(DatasetId.Casme3, "CASME3/part_A/spNO.3/a/color/12.jpg", false)]
    [InlineData(DatasetId.Casme3, "CAS(ME)^3/spNO.3/a/12.jpg", false)]
    [InlineData(DatasetId.Casme3C, "CASME3/part_C/03/a/color/12.jpg", false)]
    [InlineData(DatasetId.Casme3C, "CAS(ME)^3/RGB_Depth/part_C/3/a/color/12.jpg", false)]
    [InlineData(DatasetId.Dfme, "DFME/training/sub0003_01/12.png", false)]
    public void Frames_are_found_where_each_set_has_them(DatasetId id, string frame, bool cropped)
    {
        var (set, sheet) = (DatasetDescription.Of(id), folder.File("sheet.csv"));
        foreach (var path in new[]
        {
            frame, "SMIC/NIR/s3/micro/negative/s3_ne_01/image12.bmp", "CASME2/Cropped/sub03/EP02_01f/reg_img12.jpg"
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(path))!);
            File.WriteAllText(folder.File(path), "");
        }
        var name = id switch
        {
            DatasetId.Mmew => "S03-01-001",
            DatasetId.Casme3 or DatasetId.Casme3C => "a_12",
            DatasetId.Dfme => "sub0003_01",
            _ => "s3_ne_01"
        };
        File.WriteAllText(sheet, "");
        var layout = FrameLayout.Find(new DatasetSource(folder, id) { Sheet = sheet });
        var clip = new Clip
        {
            Dataset = id, Subject = set.SubjectOf("3")!, Name = name, Onset = 12, Apex = 13, Offset = 14,
            ActionUnits = [], Emotion = ""
        };
        Assert.Equal((Path.GetDirectoryName(folder.File(frame)), cropped), (layout.FolderOf(clip), layout.Cropped));
        Assert.Equal([12], FrameFolder.Read(layout.FolderOf(clip)!).Files.Keys);
        Assert.True(FrameLayout.IsThere(new(folder, id)));
    }

    [Fact]
    public void A_folder_that_lacks_the_set_says_what_was_expected_and_where()
    {
        Directory.CreateDirectory(folder.File("CASME2/Cropped/sub03/EP02_01f"));
        Assert.False(FrameLayout.IsThere(new(folder, DatasetId.Smic)));
        var error = Assert.Throws<UserErrorException>(() => FrameLayout.Find(new(folder, DatasetId.Smic))).Message;
        Assert.Contains("holds no frames of SMIC: found CASME2, expected frames like " +
            "SMIC/HS/s1/micro/negative/s1_ne_01/reg_image559740.bmp",
            error, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("SMIC/HS/s1/micro/negative/s1_ne_01"));
        Assert.Contains("holds no coding sheet of SMIC: found HS. Copy SMIC-HS-E_annotation_2019.xlsx there",
            Assert.Throws<UserErrorException>(() => FrameLayout.Find(new(folder, DatasetId.Smic))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Clips_of_one_recording_are_cut_out_of_its_folder_by_their_frames()
    {
        for (var n = 10; n <= 60; n++) ClipFiles.Frame(folder.File($"CASME3/part_A/spNO.7/b/color/{n}.png"), n);
        for (var n = 10; n <= 20; n++) ClipFiles.Frame(folder.File($"CASME3/part_A/spNO.8/a/color/{n}.png"), n);
        Csv(Path.Combine(folder, "CASME3"), "cas(me)3_part_A_ME_label_JpgIndex_v2.csv", ',',
            ["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"],
            ["spNO.7", "b", 10, 13, 20, 4, "III", "disgust"], ["spNO.7", "b", 40, 44, 60, 12, "I", "happy"],
            ["spNO.8", "a", 10, 13, 20, 4, "III", "Others"]);
        using var data = DatasetLoader.Load(new(folder, DatasetId.Casme3),
            new PreparationOptions { Size = 16, CacheFolder = folder.File("cache"), Alignment = FaceAlignment.None });
        Assert.Equal(["007/b_10", "007/b_40", "008/a_10"], data.Clips.Select(c => c.Id));
        Assert.Equal(["disgust", "happy", "others"], data.Labels.Select(l => data.Classes[l]));
        // Red is the frame's number.
        Assert.Equal([(10, 13), (40, 44), (10, 13)],
            data.Clips.Select((_, i) => (Red(data, data.OnsetFrames[i][0]), Red(data, data.ApexFrames[i][0]))));
        Assert.Empty(DatasetCheck.Run(new(folder, DatasetId.Casme3),
            new PreparationOptions { Alignment = FaceAlignment.None }).Findings
            .Where(f => f.Text.Contains("has a folder but no row", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("negative", "positive", "surprise", DatasetId.Smic)]
    [InlineData("disgust", "happiness", "surprise", DatasetId.Mmew)]
    [InlineData("sad", "happy", "surprise", DatasetId.Casme3)]
    [InlineData("negative", "positive", "surprise", DatasetId.Casme3C)]
    [InlineData("contempt", "happiness", "surprise", DatasetId.Dfme)]
    public void Three_classes_take_the_emotions_of_every_set(string negative, string positive, string surprise,
        DatasetId id)
    {
        var three = DatasetDescription.Of(id).Three;
        Assert.Equal(["negative", "positive", "surprise"], three.Classes.AsEnumerable());
        Assert.Equal([0, 1, 2], new[] { negative, positive, surprise }.Select(e => three.LabelOf(e)!.Value));
        Assert.Null(three.LabelOf("others"));
    }

    [Fact]
    public void Choices_of_a_set_are_kept_beside_those_of_the_papers_and_classes_are_its_own()
    {
        var set = DatasetDescription.Of(DatasetId.Smic);
        new DataChoices { Unusable = "drop", Classes = "own" }.Keep(folder, DatasetId.Smic);
        new DataChoices { Exclude = ["07/EP06_01"] }.Keep(folder, DatasetId.CasmeII);
        Assert.Equal("--unusable drop", DataChoices.Kept(folder, DatasetId.Smic).ToString());
        Assert.Equal("--exclude 07/EP06_01", DataChoices.Kept(folder, DatasetId.CasmeII).ToString());
        Assert.Equal("", DataChoices.Kept(folder, DatasetId.Mmew).ToString());
        Assert.Equal("megc3", new DataChoices { Classes = "megc3" }.Preparation(set, new()).Classes!.Name);
        Assert.Contains("SMIC has its own (negative, positive, surprise): use own",
            Assert.Throws<UserErrorException>(() =>
                new DataChoices { Classes = "five" }.Preparation(set, new())).Message,
            StringComparison.Ordinal);
    }

    private static int Red(MerDataset data, int row) => data.Frames[row, 0, 8, 8].item<byte>();

    private static CodingSheetContents Reads(string path, DatasetId id, int clips, int people,
        params (string Emotion, int Clips)[] classes)
    {
        var set = DatasetDescription.Of(id);
        var sheet = CodingSheet.Read(path, asked: set);
        Assert.Empty(sheet.Dropped);
        Assert.Equal((id, clips, people),
            (sheet.Dataset, sheet.Clips.Length, sheet.Clips.Select(c => c.Subject).Distinct().Count()));
        Assert.Equal(classes.Order(),
            sheet.Clips.CountBy(c => set.Classes.Classes[set.Classes.LabelOf(c.Emotion)!.Value])
                .Select(c => (c.Key, c.Value)).Order());
        // The check's counts next to the disk are the same.
        var published = PublishedCounts.Of(sheet)!;
        Assert.Equal(clips, published.Total);
        Assert.Equal(classes.Order(), published.Classes.Select(c => (c.Key, c.Value)).Order());
        return sheet;
    }
}
