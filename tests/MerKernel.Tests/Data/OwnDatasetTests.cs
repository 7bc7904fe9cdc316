using System.Text.RegularExpressions;
using MerKernel.Cli.Commands;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Tests.Data;

/// <summary>A set of the user's own, as data/README.md describes it: the page's own description and sheet are what is read.</summary>
public sealed partial class OwnDatasetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public OwnDatasetTests()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "data", "README.md"));
        File.WriteAllText(folder.File("dataset.json"), Block().Matches(page).Single(m => m.Groups[1].Value == "json").Groups[2].Value);
        File.WriteAllText(folder.File("clips.csv"), Block().Matches(page).Single(m => m.Groups[1].Value == "csv").Groups[2].Value);
        foreach (var row in File.ReadLines(folder.File("clips.csv")).Skip(1).Select(l => l.Split(',')))
            for (var n = int.Parse(row[2]); n <= int.Parse(row[4]); n++) ClipFiles.Frame(folder.File($"frames/{row[0]}/{row[1]}/{n}.png"), 10 * n);
    }

    public void Dispose() => folder.Dispose();

    private DatasetSource Source => new(folder, DatasetId.Own);

    private PreparationOptions Options => new() { Size = 16, CacheFolder = folder.File("cache"), Alignment = FaceAlignment.None };

    [Fact]
    public void The_ten_clips_of_the_page_become_nine_of_three_classes()
    {
        using var data = DatasetLoader.Load(Source, Options);
        Assert.Equal("Ten clips", data.Title);
        Assert.Equal(["joy", "disgust", "surprise"], data.Classes.AsEnumerable());
        Assert.Equal(["ann", "ben", "cleo"], data.Subjects.AsEnumerable());
        Assert.Equal([0, 1, 2, 0, 1, 2, 0, 1, 2], data.Labels.AsEnumerable());
        // ann's first clip: onset 1, apex 4 of 7; red is ten times the number.
        Assert.Equal([10, 40], new[] { data.OnsetFrames[0][0], data.ApexFrames[0][0] }.Select(row => (int)data.Frames[row, 0, 8, 8].item<byte>()));
        Assert.Equal(25, data.Clips[0].ApexMilliseconds);
        Assert.Equal(new ActionUnit(14, FaceSide.Right), data.Clips[4].ActionUnits.Single());
        Assert.Contains(data.Manifest!.Dropped, d => d.Clip == "cleo/04" && d.Reason.Contains("boredom", StringComparison.Ordinal));
        var report = DatasetCheck.Run(Source, Options);
        Assert.True(report.Complete);
        Assert.Null(report.Published);
        Assert.Equal(9, report.Subjects.Values.Sum());
    }

    [Fact]
    public void Its_runs_are_compared_and_exported_under_the_names_of_its_classes()
    {
        var run = new Experiment { Dataset = DatasetId.Own, DatasetFingerprint = "", Model = new MerNetOptions { Classes = 3 } };
        Assert.Equal(["joy", "disgust", "surprise"], RunsCommands.ClassesOf(run, folder).AsEnumerable());
        // As they were prepared.
        new DataChoices { Classes = "megc3" }.Keep(folder, DatasetId.Own);
        Assert.Equal(["negative", "positive", "surprise"], RunsCommands.ClassesOf(run, folder).AsEnumerable());
        Assert.Contains("has 3 classes and the run has 5", Assert.Throws<UserErrorException>(() => RunsCommands.ClassesOf(run with { Model = new MerNetOptions { Classes = 5 } }, folder)).Message);
        Assert.Equal(5, RunsCommands.ClassesOf(run with { Dataset = DatasetId.Samm, Model = new MerNetOptions { Classes = 5 } }, null).Length);
        Assert.Equal(["negative", "positive", "surprise"], RunsCommands.ClassesOf(run with { Dataset = DatasetId.Composite }, null).AsEnumerable());
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
            using var data = DatasetLoader.Load(new(root, DatasetId.Own), Options with { CacheFolder = Path.Combine(root, "cache") });
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
    [InlineData("\"subject\": \"person\"", "\"subjekt\": \"person\"", "has a column for 'subjekt', which is not known")]
    [InlineData("\"subject\": \"person\", ", "", "does not say under 'columns' which column is the 'subject'")]
    [InlineData("\"offset\": \"last\"", "\"offset\": \"first\"", "gives the column 'first' two meanings (onset and offset)")]
    [InlineData("\"name\": \"Ten clips\"", "\"name\": \"\"", "gives the data set no 'name'")]
    [InlineData("\"sheet\": \"clips.csv\"", "\"sheet\": \"../clips.csv\"", "does not name the 'sheet' next to it")]
    [InlineData("\"framesPerSecond\": 120", "\"fps\": 120", "cannot be read")]
    [InlineData("{subject}/{clip}", "{subject}/{klip}", "The folder '{klip}' in the path of frames")]
    [InlineData("{subject}/{clip}", "{subject}", "must name {clip} once")]
    [InlineData("\"surprise\": \"surprise\" }\n}", "\"surprise\": \"wonder\" }\n}", "puts an emotion into 'wonder'")]
    [InlineData("\"name\"", "\"name", "cannot be read")]
    public void A_description_that_is_wrong_says_what_is(string text, string instead, string message)
    {
        Change(text, instead);
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => Source.Description).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_sheet_and_the_folder_lack_is_said()
    {
        Change("\"onset\": \"first\"", "\"onset\": \"begin\"");
        Assert.Contains("the header lacks the column begin; restore the header of the original sheet of Ten clips", Assert.Throws<UserErrorException>(() => DatasetLoader.Load(Source, Options)).Message, StringComparison.Ordinal);
        File.Delete(folder.File("dataset.json"));
        Assert.Contains("has no dataset.json, which describes a data set of your own", Assert.Throws<UserErrorException>(() => DatasetLoader.Load(Source, Options)).Message, StringComparison.Ordinal);
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
