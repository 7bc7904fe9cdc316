using System.Text.RegularExpressions;
using MerKernel.Cli.Commands;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Tests.Data;

/// <summary>
/// A set of the user's own, as data/README.md describes it: the page's own description and sheet are what is read.
/// </summary>
public sealed partial class OwnDatasetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public OwnDatasetTests()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "data", "README.md"));
        File.WriteAllText(folder.File("dataset.json"),
            Block().Matches(page).Single(m => m.Groups[1].Value == "json").Groups[2].Value);
        File.WriteAllText(folder.File("clips.csv"),
            Block().Matches(page).Single(m => m.Groups[1].Value == "csv").Groups[2].Value);
        foreach (var row in File.ReadLines(folder.File("clips.csv")).Skip(1).Select(l => l.Split(',')))
            for (var n = int.Parse(row[2]); n <= int.Parse(row[4]); n++)
                ClipFiles.Frame(folder.File($"frames/{row[0]}/{row[1]}/{n}.png"), 10 * n);
    }

    public void Dispose() => folder.Dispose();

    private DatasetSource Source => new(folder, DatasetId.Own);

    private PreparationOptions Options =>
        new() { Size = 16, CacheFolder = folder.File("cache"), Alignment = FaceAlignment.None };

    [Fact]
    public void The_ten_clips_of_the_page_become_nine_of_three_classes()
    {
        using var data = DatasetLoader.Load(Source, Options);
        Assert.Equal("Ten clips", data.Title);
        Assert.Equal(["joy", "disgust", "surprise"], data.Classes.AsEnumerable());
        Assert.Equal(["ann", "ben", "cleo"], data.Subjects.AsEnumerable());
        Assert.Equal([0, 1, 2, 0, 1, 2, 0, 1, 2], data.Labels.AsEnumerable());
        // ann's first clip: onset 1, apex 4 of 7; red is ten times the number.
        Assert.Equal([10, 40], new[] { data.OnsetFrames[0][0], data.ApexFrames[0][0] }
            .Select(row => (int)data.Frames[row, 0, 8, 8].item<byte>()));
        Assert.Equal(25, data.Clips[0].ApexMilliseconds);
        Assert.Equal(new ActionUnit(14, FaceSide.Right), data.Clips[4].ActionUnits.Single());
        Assert.Contains(data.Manifest!.Dropped,
            d => d.Clip == "cleo/04" && d.Reason.Contains("boredom", StringComparison.Ordinal));
        var report = DatasetCheck.Run(Source, Options);
        Assert.True(report.Complete);
        Assert.Null(report.Published);
        Assert.Equal(9, report.Subjects.Values.Sum());
    }

    [Fact]
    public void Headings_and_emotions_may_be_written_in_full_width_letters()
    {
        // The sheet's cells are read as plain text, and so is what the description says of them.
        foreach (var file in new[] { "dataset.json", "clips.csv" })
            File.WriteAllText(folder.File(file), File.ReadAllText(folder.File(file))
                .Replace("label", "label（main）", StringComparison.Ordinal));
        Assert.Contains("（main）", File.ReadAllText(folder.File("dataset.json")), StringComparison.Ordinal);
        using var data = DatasetLoader.Load(Source, Options);
        Assert.Equal(9, data.Clips.Length);
    }

    [Fact]
    public void An_emotion_that_is_a_number_can_be_left_out_of_the_classes()
    {
        var rows = File.ReadAllText(folder.File("clips.csv"));
        File.WriteAllText(folder.File("clips.csv"), rows.Replace("boredom", "7", StringComparison.Ordinal));
        using var data = DatasetLoader.Load(Source, Options);
        Assert.Equal(9, data.Clips.Length);
        Assert.Contains(data.Manifest!.Dropped,
            d => d.Clip == "cleo/04" && d.Reason.Contains("'7' is outside the class set", StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_without_a_clips_name_is_a_bad_row_where_emotions_are_numbers_too()
    {
        var rows = File.ReadAllText(folder.File("clips.csv"));
        Change("\"joy\": \"joy\"", "\"1\": \"joy\"");
        // The last is a sum.
        File.WriteAllText(folder.File("clips.csv"), rows.Replace(",joy", ",1", StringComparison.Ordinal)
            .Replace("ben,01,", "ben,,", StringComparison.Ordinal).TrimEnd() + "\nclips,,,,,,10\n");
        Assert.Contains("row 5 (ben/) has no clip name", Assert.Throws<UserErrorException>(() =>
            DatasetLoader.Load(Source, Options)).Message, StringComparison.Ordinal);
        Assert.Contains("row 12 holds no clip and was passed over: 'clips'", DatasetCheck.Run(Source, Options)
            .Findings.Select(f => f.Text));
    }

    [Fact]
    public void A_person_in_two_spellings_is_one_person()
    {
        // Their folders are one, whatever its case; two folds would train on the person that they leave out.
        var rows = File.ReadAllText(folder.File("clips.csv"));
        Assert.Contains("ben,02,", rows, StringComparison.Ordinal);
        File.WriteAllText(folder.File("clips.csv"), rows.Replace("ben,02,", "Ben,02,", StringComparison.Ordinal));
        using var data = DatasetLoader.Load(Source, Options);
        Assert.Equal(["ann", "ben", "cleo"], data.Subjects.AsEnumerable());
        Assert.Contains("the subject 'Ben' is read as 'ben'", data.Clips.Single(c => c.Id == "ben/02").Notes);
    }

    [Theory]
    [InlineData("J\u00FCrgen", "Ju\u0308rgen")]
    [InlineData("\u91D1 \uAE40", "\u91D1 \u1100\u1175\u11B7")]
    [InlineData("Nguy\u1EC5n", "Nguye\u0302\u0303n")]
    [InlineData("ben b", "ben  b")]
    public void A_name_that_a_Mac_or_a_second_blank_spells_otherwise_is_one_person(string name, string other)
    {
        var rows = File.ReadAllText(folder.File("clips.csv"));
        File.WriteAllText(folder.File("clips.csv"), rows.Replace("ben,02,", $"{other},02,", StringComparison.Ordinal)
            .Replace("ben,", $"{name},", StringComparison.Ordinal));
        // The folder may have either spelling.
        Directory.Move(folder.File("frames/ben"), folder.File($"frames/{other}"));
        using var data = DatasetLoader.Load(Source, Options);
        Assert.Equal(new[] { "ann", "cleo", name }.Order(StringComparer.Ordinal),
            data.Subjects.Order(StringComparer.Ordinal));
        Assert.Equal(9, data.Clips.Length);
    }

    [Fact]
    public void Numbers_that_differ_only_in_zeros_are_no_two_people()
    {
        var rows = File.ReadAllText(folder.File("clips.csv"));
        File.WriteAllText(folder.File("clips.csv"), rows.Replace("ann,", "1,", StringComparison.Ordinal)
            .Replace("ben,", "01,", StringComparison.Ordinal).Replace("cleo,", "p10,", StringComparison.Ordinal));
        Directory.Move(folder.File("frames/ann"), folder.File("frames/1"));
        Directory.Move(folder.File("frames/ben"), folder.File("frames/01"));
        Directory.Move(folder.File("frames/cleo"), folder.File("frames/p10"));
        Assert.Contains("row 5 (01/01) is of subject '01', and row 2 of '1': one person would be in two folds; write " +
            "both alike", Assert.Throws<UserErrorException>(() => DatasetLoader.Load(Source, Options)).Message,
            StringComparison.Ordinal);
        using var data = DatasetLoader.Load(Source, Options with { Unusable = UnusableClipPolicy.Drop });
        Assert.Equal(["1", "p10"], data.Subjects.AsEnumerable());
    }

    [Fact]
    public void Its_runs_are_compared_and_exported_under_the_names_of_its_classes()
    {
        var run = new Experiment
        {
            Dataset = DatasetId.Own, DatasetFingerprint = "", Model = new MerNetOptions { Classes = 3 }
        };
        Assert.Equal(["joy", "disgust", "surprise"], RunsCommands.ClassesOf(run, folder).AsEnumerable());
        // As they were prepared.
        new DataChoices { Classes = "megc3" }.Keep(folder, DatasetId.Own);
        Assert.Equal(["negative", "positive", "surprise"], RunsCommands.ClassesOf(run, folder).AsEnumerable());
        Assert.Contains("has 3 classes and the run has 5", Assert.Throws<UserErrorException>(() =>
            RunsCommands.ClassesOf(run with { Model = new MerNetOptions { Classes = 5 } }, folder)).Message);
        Assert.Equal(5, RunsCommands.ClassesOf(
            run with { Dataset = DatasetId.Samm, Model = new MerNetOptions { Classes = 5 } }, null).Length);
        Assert.Equal(["negative", "positive", "surprise"],
            RunsCommands.ClassesOf(run with { Dataset = DatasetId.Composite }, null).AsEnumerable());
    }

    [Fact]
    public void A_sheet_that_is_named_and_not_there_is_not_replaced_by_another()
    {
        Change("\"sheet\": \"clips.csv\"", "\"sheet\": \"clip.csv\"");
        var said = Assert.Throws<UserErrorException>(() => DatasetCheck.Run(Source, Options)).Message;
        Assert.Contains("dataset.json names the sheet clip.csv, which is not there: found ", said);
        Assert.Contains("clips.csv", said);
    }

    [Fact]
    public void Its_emotions_fall_into_the_three_classes_as_it_says()
    {
        using var data = DatasetLoader.Load(Source, Options with { Classes = Source.Description.Three });
        Assert.Equal([1, 0, 2, 1, 0, 2, 1, 0, 2], data.Labels.AsEnumerable());
    }

    [Fact]
    public void Apex_and_units_may_be_missing_and_the_folder_may_lie_one_below()
    {
        Change("\"apex\": \"peak\", ", "");
        Change("\"actionUnits\": \"units\", ", "");
        var root = Directory.CreateTempSubdirectory("mer-own-").FullName;
        try
        {
            Directory.Move(folder, Path.Combine(root, "mine"));
            using var data = DatasetLoader.Load(new(root, DatasetId.Own),
                Options with { CacheFolder = Path.Combine(root, "cache") });
            Assert.False(data.HasActionUnits);
            // The middle of 1 and 6.
            Assert.Equal(3, data.Clips.Single(c => c.Id == "cleo/01").Apex);
        }
        finally
        {
            Directory.Move(Path.Combine(root, "mine"), folder);
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory]
    [InlineData("\"subject\": \"person\"", "\"subjekt\": \"person\"",
        "has a column for 'subjekt', which is not known; did you mean 'subject'?")]
    [InlineData("\"subject\": \"person\", ", "", "does not say under 'columns' which column is the 'subject'")]
    [InlineData("\"offset\": \"last\"", "\"offset\": \"first\"",
        "gives the column 'first' two meanings (onset and offset)")]
    [InlineData("\"name\": \"Ten clips\"", "\"name\": \"\"", "gives the data set no 'name'")]
    [InlineData("\"sheet\": \"clips.csv\"", "\"sheet\": \"../clips.csv\"", "does not name the 'sheet' next to it")]
    [InlineData("\"sheet\": \"clips.csv\"", "\"sheet\": \"clips\\u0000.csv\"", "does not name the 'sheet' next to it")]
    [InlineData("\"framesPerSecond\": 120", "\"framePerSecond\": 120",
        "has a field 'framePerSecond', which is not known; did you mean 'framesPerSecond'? Known are name, sheet, " +
        "columns, frames, framesPerSecond, classes, three")]
    [InlineData("\"framesPerSecond\": 120", "\"fps\": 120", "has a field 'fps', which is not known; known are name")]
    [InlineData("\"framesPerSecond\": 120", "\"framesPerSecond\": \"fast\"",
        "line 6: 'framesPerSecond' is of another kind")]
    [InlineData("\"sheet\": \"clips.csv\",", "\"sheet\": \"clips.csv\"",
        "cannot be read, line 4: '\"' is invalid after a value")]
    [InlineData("{subject}/{clip}", "{subject}/{klip}", "The folder '{klip}' in the path of frames")]
    [InlineData("{subject}/{clip}", "{subject}", "must name {clip} once")]
    [InlineData("\"classes\": {", "\"classes\": { \"awe\": \" \",", "gives the emotion 'awe' a class without a name")]
    [InlineData("\"surprise\": \"surprise\" }\n}", "\"surprise\": \"wonder\" }\n}",
        "puts the emotion 'surprise' into 'wonder' under 'three'")]
    [InlineData("\"surprise\": \"surprise\" }\n}", "\"surprise\": null }\n}", "puts the emotion 'surprise' into ''")]
    [InlineData("{subject}/{clip}", "{emotion}/{clip}", "has a path of frames '{emotion}/{clip}' without {subject}")]
    [InlineData("\"name\"", "\"name", "cannot be read")]
    [InlineData("\"apex\": \"peak\"", "\"apex\": null", "gives 'apex' no column")]
    [InlineData("\"classes\": {", "\"classes\": { \"Joy\": \"joy\",", "has an emotion in two spellings (Joy, joy)")]
    [InlineData("\"classes\": {", "\"classes\": { \"ｊoy\": \"joy\",", "has an emotion in two spellings (ｊoy, joy)")]
    [InlineData("\"classes\": {", "\"classes\": { \"joy\": \"glee\",", "joy' twice")]
    [InlineData("\"name\": \"Ten clips\"", "\"name\": \"Ten\", \"name\": \"Ten clips\"", "it has 'name' twice")]
    public void A_description_that_is_wrong_says_what_is(string text, string instead, string message)
    {
        Change(text, instead);
        var said = Assert.Throws<UserErrorException>(() => Source.Description).Message;
        Assert.Contains(message, said, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\.NET|System\.|MerKernel\.|LineNumber|BytePosition", said);
    }

    [Theory]
    [InlineData("ben,01,7,4,1,12,joy", "has onset 7, apex 4 and offset 1, which run backwards")]
    [InlineData("ben,01,4,1,7,12,joy", "has onset 4, apex 1 and offset 7, which run backwards")]
    [InlineData("ben,01,7,8,1,12,joy", "has onset 7, apex 8 and offset 1, which run backwards")]
    public void A_clip_that_runs_backwards_is_unusable(string row, string reason)
    {
        File.WriteAllText(folder.File("clips.csv"),
            File.ReadAllText(folder.File("clips.csv")).Replace("ben,01,1,4,7,12,joy", row, StringComparison.Ordinal));
        var report = DatasetCheck.Run(Source, Options);
        Assert.False(report.Complete);
        Assert.Contains(report.Findings, f =>
            f.Clip == "ben/01" && f.Severity == Severity.Unusable && f.Text.Contains(reason, StringComparison.Ordinal));
        Assert.Contains($"row 5 (ben/01) {reason}",
            Assert.Throws<UserErrorException>(() => DatasetLoader.Load(Source, Options)).Message,
            StringComparison.Ordinal);
        using var data = DatasetLoader.Load(Source, Options with { Unusable = UnusableClipPolicy.Drop });
        Assert.Equal(8, data.Clips.Length);
    }

    [Fact]
    public void Another_column_of_emotions_or_units_makes_other_data()
    {
        // Sheet, classes and frames are the same; folds of the old labels must not be taken for the new ones.
        var rows = File.ReadAllLines(folder.File("clips.csv"));
        string Added(int row) => row switch
        {
            0 => "second,face",
            1 => "disgust,4",
            _ => $"{rows[row].Split(',')[6]},{rows[row].Split(',')[5]}",
        };
        File.WriteAllLines(folder.File("clips.csv"), rows.Select((row, i) => $"{row},{Added(i)}"));
        using var first = DatasetLoader.Load(Source, Options);
        Change("\"emotion\": \"label\"", "\"emotion\": \"second\"");
        using var second = DatasetLoader.Load(Source, Options);
        Assert.Equal((0, 1), (first.Labels[0], second.Labels[0]));
        Change("\"actionUnits\": \"units\"", "\"actionUnits\": \"face\"");
        using var third = DatasetLoader.Load(Source, Options);
        Assert.Equal([4], third.Clips[0].ActionUnits.Select(u => u.Number));
        Assert.Equal(3, new[] { first, second, third }.Select(d => d.Fingerprint).Distinct().Count());
    }

    [Fact]
    public void Two_columns_of_one_heading_that_differ_are_refused()
    {
        File.WriteAllLines(folder.File("clips.csv"), File.ReadAllLines(folder.File("clips.csv"))
            .Select((row, i) => row + (i == 0 ? ",label" : i == 3 ? ",joy" : "," + row.Split(',')[6])));
        Assert.Contains("row 1: columns G and H are both called 'label' and differ",
            Assert.Throws<UserErrorException>(() => DatasetCheck.Run(Source, Options)).Message);
    }

    [Fact]
    public void A_misspelt_emotion_is_refused_with_the_right_one()
    {
        Change("\"surprise\": \"surprise\" },", "\"suprise\": \"surprise\" },");
        Assert.EndsWith("the emotion 'suprise' under 'classes' occurs in no row of clips.csv; did you mean 'surprise'?",
            Assert.Throws<UserErrorException>(() => DatasetCheck.Run(Source, Options)).Message,
            StringComparison.Ordinal);
        Change("\"suprise\": \"surprise\" },", "\"surprise\": \"surprise\" },");
        Change("\"contempt\": \"negative\"", "\"contmpt\": \"negative\"");
        Assert.EndsWith("the emotion 'contmpt' under 'three' occurs in no row of clips.csv; did you mean 'contempt'?",
            Assert.Throws<UserErrorException>(() => DatasetCheck.Run(Source, Options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_without_a_clip_is_said()
    {
        Change("\"surprise\": \"surprise\" },", "\"surprise\": \"surprise\", \"fear\": \"fear\" },");
        var findings = DatasetCheck.Run(Source, Options).Findings;
        Assert.Contains(findings,
            f => f.Severity == Severity.Warning && f.Text == "the class 'fear' has no usable clip");
        Assert.Contains(findings, f => f.Text == "dataset.json's emotion 'fear' occurs in no row");
    }

    [Fact]
    public void What_the_sheet_and_the_folder_lack_is_said()
    {
        Change("\"onset\": \"first\"", "\"onset\": \"begin\"");
        Assert.Contains("row 1: dataset.json names under 'columns' 'begin' as the onset, which the sheet has not; " +
            "its columns are person, take, first, peak, last, units, label.",
            Assert.Throws<UserErrorException>(() => DatasetLoader.Load(Source, Options)).Message,
            StringComparison.Ordinal);
        Change("\"onset\": \"begin\"", "\"onset\": \"first\", \"framesPerSecond\": \"rate\"");
        Assert.Contains("'rate' as the framesPerSecond, which the sheet has not",
            Assert.Throws<UserErrorException>(() => DatasetLoader.Load(Source, Options)).Message,
            StringComparison.Ordinal);
        File.Delete(folder.File("dataset.json"));
        Assert.Contains("has no dataset.json, which describes a data set of your own",
            Assert.Throws<UserErrorException>(() => DatasetLoader.Load(Source, Options)).Message,
            StringComparison.Ordinal);
        Assert.False(FrameLayout.IsThere(Source));
    }

    private void Change(string text, string instead)
    {
        var json = File.ReadAllText(folder.File("dataset.json"));
        Assert.Contains(text, json, StringComparison.Ordinal);
        File.WriteAllText(folder.File("dataset.json"), json.Replace(text, instead, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"```(json|csv)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
