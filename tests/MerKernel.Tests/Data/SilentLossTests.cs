using System.IO.Compression;
using System.Text.RegularExpressions;
using MerKernel.Cli;
using MerKernel.Cli.Commands;
using MerKernel.Baselines;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Weights;
using static MerKernel.Tests.Data.SheetFiles;

namespace MerKernel.Tests.Data;

/// <summary>
/// Faults of sheets, folders and choices that once changed a data set without a word. Every row is invented.
/// </summary>
public sealed class SilentLossTests : IDisposable
{
    private const string Header = "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Action Units,Estimated Emotion";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    // Nothing closes it; the quote of a later cell does; a doubled quote is none.
    [InlineData(3, "1,EP91_01f,11,15,19,12,happiness\n2,\"EP93_01,71,75,79,1,surprise\n3,EP95_01,31,35,39,15,others")]
    [InlineData(2, "1,\"EP91_01f,11,15,19,12,happiness\n2,EP93_01,71,75,79,\"1,2\",surprise")]
    [InlineData(2, "1,\"EP91_01f,11,15,19,12,happiness\n2,EP93_01,71,75,79,\"\",surprise")]
    [InlineData(3, "1,EP91_01f,11,15,19,\"a\nb\",happiness\r\n2, \"EP93_01,71,75,79,1,surprise\r\n")]
    public void A_quote_that_is_never_closed_is_refused_with_its_row(int row, string rows)
    {
        var path = Csv(rows);
        Assert.StartsWith($"{path}, row {row}: a quote is opened and never closed, so that the rows below it",
            Assert.Throws<UserErrorException>(() => CodingSheet.Read(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,EP91_01f,11,15,19,\"4,7\",happiness\n2,EP93_01,71,75,79,\"1+2\" ,\"surprise\"")]
    [InlineData("\"1\",\"EP91_01f\",11,15,19,\"4\n+7\",happiness\n2,EP93_01,71,75,79,1,surprise,5\" of \"tape")]
    [InlineData("1,EP91_01f,11,15,19,4,happiness,\"he said \"\"no\"\"\"\r\n2,EP93_01,71,75,79,1,surprise,\"\"")]
    [InlineData("1,EP91_01f,11,15,19,4,happiness,\"lips\" part\n2,EP93_01,71,75,79,1,surprise,a;\"b")]
    public void Quotes_that_have_their_partners_are_read(string rows)
    {
        var path = folder.File("a.csv");
        File.WriteAllText(path, $"{Header},Notes\n{rows}\n");
        Assert.Equal(2, CodingSheet.Read(path).Clips.Length);
    }

    [Fact]
    public void Preparation_says_which_rows_were_passed_over()
    {
        ClipFiles.Write(folder);
        Xlsx(folder.File("CASME2"), "CASME2-coding-20190701.xlsx",
            [.. ClipFiles.Rows, [null], [null, "4 clips in all"]]);
        using var data = DatasetLoader.Load(new(folder, DatasetId.CasmeII), Options);
        Assert.Equal("CASME2-coding-20190701.xlsx: row 7 holds no clip and was passed over: '4 clips in all'",
            DataPrepareCommand.Findings(data).First());
    }

    [Fact]
    public void A_sheet_that_is_shown_counts_before_a_hidden_one_with_more_rows()
    {
        var path = Xlsx(folder, "a.xlsx", ("mine", ClipFiles.Rows[..3]), ("old", ClipFiles.Rows));
        Assert.Equal(4, CodingSheet.Read(path).Clips.Length);
        Edit(path, "xl/workbook.xml", x => Hidden(x, "old"));
        var sheet = CodingSheet.Read(path);
        Assert.Equal(2, sheet.Clips.Length);
        Assert.Equal("hidden sheet 'old' has a table of 4 clips too, which is not read; sheet 'mine' with 2 is",
            Assert.Single(sheet.Remarks));
        // Where no other fits, it is read.
        path = Xlsx(folder, "b.xlsx", ("legend", [["clips of three people"]]), ("old", ClipFiles.Rows));
        Edit(path, "xl/workbook.xml", x => Hidden(x, "old"));
        sheet = CodingSheet.Read(path);
        Assert.Equal(4, sheet.Clips.Length);
        Assert.Equal("sheet 'old', which is hidden, is read: no sheet that is shown has a table of clips",
            Assert.Single(sheet.Remarks));

        // By its name it is the list of clips, shown or not.
        path = Xlsx(folder, "c.xlsx", ("mine", ClipFiles.Rows[..3]), ("MICRO_ONLY", ClipFiles.Rows));
        Edit(path, "xl/workbook.xml", x => Hidden(x, "MICRO_ONLY"));
        sheet = CodingSheet.Read(path);
        Assert.Equal(4, sheet.Clips.Length);
        Assert.Contains("sheet 'MICRO_ONLY', which is hidden, is read: it is called as the list of clips is",
            sheet.Remarks);

        static string Hidden(string workbook, string name) =>
            Regex.Replace(workbook, $"<[^<]*sheet [^>]*name=\"{name}\"[^>]*>",
                m => m.Value.Replace(" state=\"visible\"", "").Replace(" name=", " state=\"hidden\" name="));
    }

    [Fact]
    public void Rows_that_a_filter_hides_are_read_and_named()
    {
        var path = Xlsx(folder, "a.xlsx", ClipFiles.Rows);
        Edit(path, "xl/worksheets/sheet1.xml", x => Regex.Replace(x, "row r=\"([34])\"", "row r=\"$1\" hidden=\"1\""));
        var sheet = CodingSheet.Read(path);
        Assert.Equal(4, sheet.Clips.Length);
        Assert.Equal("2 hidden rows are read like the others: 3, 4; delete those that are not to count",
            Assert.Single(sheet.Remarks));
    }

    [Theory]
    [InlineData("img11.png", "img11.png and reg_img11.png are both frame 11; take one away")]
    [InlineData("reg_img011.png", "reg_img011.png and reg_img11.png are both frame 11; take one away")]
    public void Two_files_of_one_frame_make_a_clip_unusable(string other, string message)
    {
        var clip = Path.Combine(ClipFiles.Write(folder), "sub01", "EP02_01f");
        ClipFiles.Frame(Path.Combine(clip, "img2.png"), 2);
        ClipFiles.Frame(Path.Combine(clip, "img02.png"), 2);
        var source = new DatasetSource(folder, DatasetId.CasmeII);
        Assert.Contains(DatasetCheck.Run(source, Options).Findings, f => f.Severity == Severity.Warning
            && f.Text == "img02.png and img2.png are both frame 2, which is outside the clip");
        ClipFiles.Frame(Path.Combine(clip, other), 99);
        Assert.Contains(DatasetCheck.Run(source, Options).Findings, f => f.Clip == "01/EP02_01f"
            && f.Severity == Severity.Unusable && f.Text == $"{clip}: {message}");
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => DatasetLoader.Load(source, Options)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<c r=\"H3\"><f>+4+7</f><v>11</v></c>", "11", "+4+7")]
    [InlineData("<c r=\"H3\" t=\"n\"><f aca=\"false\">+L4+R7</f><v>0</v></c>", "0", "+L4+R7")]
    [InlineData("<c r=\"H3\" t=\"e\"><f>4+AU7</f><v>#NAME?</v></c>", "", "4+AU7")]
    public void Units_that_became_a_formula_are_a_bad_row(string cell, string value, string formula)
    {
        var path = Units(cell);
        var dropped = Assert.Single(CodingSheet.Read(path).Dropped);
        Assert.Equal((3, "01/EP03_02"), (dropped.Row, dropped.Clip));
        Assert.Equal($"has action units '{value}', the value of the formula ={formula}, which a spreadsheet program " +
            "makes of units that begin with a sign; write them as text, like 4+7+10", dropped.Reason);
    }

    [Fact]
    public void Units_that_a_formula_writes_as_text_are_read() => Assert.Equal([4, 7],
        CodingSheet.Read(Units("<c r=\"H3\" t=\"str\"><f>\"4+\"&amp;7</f><v>4+7</v></c>")).Clips
            .Single(c => c.Id == "01/EP03_02").ActionUnits.Select(u => u.Number));

    [Fact]
    public void Units_that_are_taken_from_another_cell_are_read() => Assert.Equal([12],
        CodingSheet.Read(Units("<c r=\"H3\"><f>Sheet2!H3</f><v>12</v></c>")).Clips
            .Single(c => c.Id == "01/EP03_02").ActionUnits.Select(u => u.Number));

    [Fact]
    public void Units_that_networks_are_not_given_are_counted()
    {
        ClipFiles.Write(folder);
        var source = new DatasetSource(folder, DatasetId.CasmeII);
        Assert.DoesNotContain(DatasetCheck.Run(source, Options).Findings, f => f.Text.Contains("not given"));
        Xlsx(folder.File("CASME2"), "CASME2-coding-20190701.xlsx", [.. ClipFiles.Rows[..2],
            Casme("01", "EP03_02", 5, 10, 20, "8+47", "disgust"),
            Casme("03", "EP07_04", 7, 60, 100, "12+47", "others")]);
        Assert.Contains(DatasetCheck.Run(source, Options).Findings, f => f.Severity == Severity.Note && f.Text ==
            "action units that networks are not given, with the number of clips: 8 (1), 47 (2); 1 of 3 clips with " +
            "units have no other");
    }

    // The sheet of ClipFiles, with another cell for the units of row 3.
    private string Units(string cell)
    {
        var path = Xlsx(folder, "units.xlsx", ClipFiles.Rows);
        Edit(path, "xl/worksheets/sheet1.xml",
            x => Regex.Replace(x, "<(x:)?c r=\"H3\".*?</(x:)?c>",
                m => Regex.Replace(cell, "<(/?)([cfv])\\b", $"<$1{m.Groups[1].Value}$2")));
        return path;
    }

    [Theory]
    [InlineData("train --dataset casme2 --fold 01 --save-weights clips.csv", "--save-weights", ".safetensors")]
    [InlineData("fit --dataset casme2 --out clips.xlsx", "--out", ".safetensors")]
    [InlineData("model export --out clips.csv", "--out", ".safetensors")]
    [InlineData("predict clip.mp4 --weights w.safetensors --page clips.csv", "--page", ".html")]
    [InlineData("folds --dataset casme2 --frames clips.csv", "--frames", ".npy")]
    [InlineData("data show 01/EP02_01f --dataset casme2 --out clips.xls", "--out", ".png")]
    public void What_a_command_writes_takes_no_sheets_place(string line, string option, string ending)
    {
        var sheet = folder.File(line.Split(' ')[^1]);
        File.WriteAllText(sheet, "a sheet");
        var arguments = line.Replace(Path.GetFileName(sheet), sheet, StringComparison.Ordinal);
        var data = line.StartsWith("predict") || line.StartsWith("model") ? "" : $" --data {folder.Path}";
        var error = Assert.Throws<UserErrorException>(() => RootCommands.Create().Parse(arguments + data)
            .Invoke(new() { EnableDefaultExceptionHandler = false }));
        Assert.Equal($"{option} {sheet} is no {ending} file; name one.", error.Message);
        Assert.Equal("a sheet", File.ReadAllText(sheet));
    }

    [Fact]
    public void A_picture_takes_no_frames_place()
    {
        var frame = Path.Combine(ClipFiles.Write(folder), "sub01", "EP02_01f", "reg_img15.png");
        var source = new DatasetSource(folder, DatasetId.CasmeII);
        Assert.Equal($"--out {frame} is a frame of the data set; name another file.",
            Assert.Throws<UserErrorException>(() => OutputFile.DemandNoFrame("--out", frame, source)).Message);
        OutputFile.DemandNoFrame("--out", Path.Combine(Path.GetDirectoryName(frame)!, "reg_img999.png"), source);
        OutputFile.DemandNoFrame("--out", frame, source with { Root = folder.File("elsewhere") });
        // Frames may lie outside the data folder.
        Assert.Throws<UserErrorException>(() => OutputFile.DemandNoFrame("--out", frame,
            source with { Root = folder.File("elsewhere"), FramesFolder = folder.File("CASME2/Cropped") }));
    }

    [Fact]
    public void A_device_is_no_file()
    {
        const string message = "/dev/zero is a device or a pipe; write its data to a file, and name that.";
        using var data = TinyDataset.Create();
        Assert.All<Action>([() => Predictions.Read("/dev/zero", data), () => FittedModel.Load("/dev/zero"),
            () => Safetensors.Read("/dev/zero"), () => PretrainedStart.File("/dev/zero")],
            read => Assert.Equal(message, Assert.Throws<UserErrorException>(read).Message));
        foreach (var name in new[] { "mer-data.json", "dataset.json" })
            File.CreateSymbolicLink(folder.File(name), "/dev/zero");
        Assert.Contains("mer-data.json is a device", Assert.Throws<UserErrorException>(() =>
            DataChoices.Kept(folder, DatasetId.Samm)).Message, StringComparison.Ordinal);
        Assert.Contains("dataset.json is a device", Assert.Throws<UserErrorException>(() =>
            DatasetDescription.In(folder, DatasetId.Own)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("img_011.jpg", "holds no frames: 2 files such as img_011.jpg, while frames are named like img46.jpg,")]
    [InlineData("img (11).jpg", "holds no frames: 2 files such as img (11).jpg, while")]
    [InlineData("EP03_02_11.tif", "holds no frames: 2 files such as EP03_02_11.tif, while")]
    [InlineData("a.avi", "holds the video a.avi and no frames; make frames of it, and check that the sheet counts")]
    [InlineData(".DS_Store", "holds no frames; frames are named like img46.jpg")]
    public void A_folder_without_frames_says_what_it_holds(string name, string message)
    {
        var clip = Path.Combine(ClipFiles.Write(folder), "sub01", "EP03_02");
        Directory.Delete(clip, recursive: true);
        Directory.CreateDirectory(clip);
        foreach (var file in new[] { name, ".hidden" }) File.WriteAllText(Path.Combine(clip, file), "");
        Assert.Contains($"{clip} {message}", Unusable("01/EP03_02"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_video_in_the_place_of_a_clips_folder_is_named_with_the_command_that_makes_frames()
    {
        var clip = Path.Combine(ClipFiles.Write(folder), "sub01", "EP03_02");
        Directory.Delete(clip, recursive: true);
        Directory.CreateDirectory(folder.File("CASME2/Cropped/sub03"));
        File.WriteAllText(folder.File("CASME2/Cropped/sub03/EP03_02.avi"), "another person's");
        Assert.EndsWith("has no folder for clip 01/EP03_02", Unusable("01/EP03_02"), StringComparison.Ordinal);
        File.WriteAllText(clip + ".avi", "");
        Assert.EndsWith($"has no folder for clip 01/EP03_02, but the video {clip}.avi: make frames of it, and check " +
            $"that the sheet counts from 1 as they do: mkdir -p {clip} && ffmpeg -i {clip}.avi {clip}/img%d.png",
            Unusable("01/EP03_02"), StringComparison.Ordinal);
    }

    private string Unusable(string clip) => DatasetCheck.Run(new(folder, DatasetId.CasmeII), Options).Findings
        .Single(f => f.Clip == clip && f.Severity == Severity.Unusable).Text;

    [Theory]
    [InlineData("loso --dataset casme2 --weights /nonexistent", "There is no folder /nonexistent; name with --weights")]
    [InlineData("data prepare --data FOLDER --workers 0", "--workers 0 prepares nothing; name 1 or more.")]
    [InlineData("data check --data FOLDER --workers -3", "--workers -3 prepares nothing; name 1 or more.")]
    [InlineData("data synthesize --out FOLDER --workers 0", "--workers 0 renders nothing; name 1 or more.")]
    public void An_option_without_effect_is_refused(string line, string message)
    {
        ClipFiles.Write(folder);
        Assert.StartsWith(message, Assert.Throws<UserErrorException>(() => RootCommands.Create()
            .Parse(line.Replace("FOLDER", folder.Path, StringComparison.Ordinal))
            .Invoke(new() { EnableDefaultExceptionHandler = false })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("120fps", null)]
    [InlineData("0", null)]
    [InlineData("-3", null)]
    [InlineData("500", 500.0)]
    [InlineData("", null)]
    public void A_frame_rate_that_is_none_is_noted(string cell, double? rate)
    {
        var path = folder.File("dfme.csv");
        File.WriteAllText(path, "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Emotion,Fps,AU\n" +
            $"sub0001,sub0001_01,0,12,26,anger,{cell},4\n");
        var clip = CodingSheet.Read(path, asked: DatasetDescription.Of(DatasetId.Dfme)).Clips.Single();
        Assert.Equal(rate, clip.FrameRate);
        Assert.Equal(rate is null && cell.Length > 0 ? [$"'{cell}' is no number of frames per second; none is taken"]
            : Array.Empty<string>(), clip.Notes.AsEnumerable());
    }

    private PreparationOptions Options =>
        new() { Size = 16, CacheFolder = folder.File("cache"), Alignment = FaceAlignment.None };

    // What a spreadsheet program does to a workbook, and MiniExcel cannot.
    private static void Edit(string workbook, string part, Func<string, string> change)
    {
        using var archive = ZipFile.Open(workbook, ZipArchiveMode.Update);
        var entry = archive.Entries.Single(e => e.FullName == part);
        using var stream = entry.Open();
        using var reader = new StreamReader(stream);
        var before = reader.ReadToEnd();
        var after = change(before);
        Assert.NotEqual(before, after);
        stream.SetLength(0);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(after));
    }

    private string Csv(string rows)
    {
        var path = folder.File("sheet.csv");
        File.WriteAllText(path, $"{Header}\n{rows}\n");
        return path;
    }
}
