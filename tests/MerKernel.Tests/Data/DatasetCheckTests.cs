using MerKernel.Data;

namespace MerKernel.Tests.Data;

public sealed class DatasetCheckTests : IDisposable
{
    private readonly TemporaryFolder root = new();
    private readonly string frames;

    public DatasetCheckTests() => frames = ClipFiles.Write(root);

    public void Dispose() => root.Dispose();

    [Fact]
    public void A_complete_set_has_no_unusable_clip_and_is_counted()
    {
        var report = DatasetCheck.Run(new DatasetSource(root, DatasetId.CasmeII));
        Assert.True(report.Complete);
        Assert.Empty(report.Findings);
        Assert.Equal(["01 2", "03 1"], report.Subjects.Select(s => $"{s.Key} {s.Value}"));
        Assert.Equal(["disgust 1", "happiness 1", "others 1"], report.Classes.Select(s => $"{s.Key} {s.Value}"));
    }

    [Fact]
    public void Every_kind_of_defect_is_named_with_its_clip()
    {
        Directory.Delete(Path.Combine(frames, "sub03", "EP07_04"), recursive: true);
        File.Delete(Path.Combine(frames, "sub01", "EP02_01f", "reg_img40.png"));
        File.Delete(Path.Combine(frames, "sub01", "EP02_01f", "reg_img20.png"));
        File.Delete(Path.Combine(frames, "sub01", "EP03_02", "reg_img20.png"));
        File.WriteAllText(Path.Combine(frames, "sub01", "EP03_02", "reg_img10.png"), "text");
        File.WriteAllText(Path.Combine(frames, "sub01", "EP03_02", "readme.txt"), "text");
        Directory.CreateDirectory(Path.Combine(frames, "sub09", "EP01_01"));
        SheetFiles.Xlsx(Path.Combine(root, "CASME2"), "CASME2-coding-20190701.xlsx",
            [.. ClipFiles.Rows, SheetFiles.Casme("01", "EP02_01f", 1, 2, 3, "4", "disgust"),
                SheetFiles.Casme("02", "EP01_12", 1, 2, 3, "4", "joy")]);
        var report = DatasetCheck.Run(new DatasetSource(root, DatasetId.CasmeII));
        Assert.False(report.Complete);
        void Has(string clip, Severity severity, string part) =>
            Assert.Contains(report.Findings,
                f => f.Clip == clip && f.Severity == severity && f.Text.Contains(part, StringComparison.Ordinal));
        Has("03/EP07_04", Severity.Unusable, "has no folder for clip 03/EP07_04");
        Has("01/EP02_01f", Severity.Unusable, "lacks the apex frame 40 (it has 10 to 60)");
        Has("01/EP02_01f", Severity.Warning, "between 19 and 21, 39 and 41");
        Has("01/EP03_02", Severity.Warning, "offset 20 lies past the last frame 19");
        Has("01/EP03_02", Severity.Unusable, "reg_img10.png cannot be opened or is no whole image");
        Has("01/EP03_02", Severity.Note, "readme.txt");
        Has("01/EP02_01f", Severity.Unusable, "row 2 already has this clip");
        Has("02/EP01_12", Severity.Unusable, "'joy', which is none of disgust, fear");
        Has("09/ep01_01", Severity.Note, "no row in the sheet");
        Assert.Empty(report.Subjects);
    }

    [Fact]
    public void Clips_are_counted_in_the_classes_that_are_chosen_and_a_misspelt_choice_is_refused()
    {
        var source = new DatasetSource(root, DatasetId.CasmeII);
        var all = DatasetCheck.Run(source,
            new PreparationOptions { Classes = DatasetDescription.Of(DatasetId.CasmeII).AllEmotions });
        Assert.Equal(["disgust 1", "fear 1", "happiness 1", "others 1"],
            all.Classes.Select(s => $"{s.Key} {s.Value}"));
        // Those that are published are of the five.
        Assert.Null(all.Published);
        Assert.Contains("'01/EP03_20' to be left out is not in", Assert.Throws<UserErrorException>(() =>
            DatasetCheck.Run(source, new PreparationOptions { Exclude = ["01/EP03_20"] })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_whose_apex_is_its_onset_is_warned_of()
    {
        SheetFiles.Xlsx(Path.Combine(root, "CASME2"), "CASME2-coding-20190701.xlsx",
            [.. ClipFiles.Rows[..2], SheetFiles.Casme("01", "EP03_02", 5, 5, 20, "12", "disgust"),
                .. ClipFiles.Rows[3..]]);
        var finding = Assert.Single(DatasetCheck.Run(new DatasetSource(root, DatasetId.CasmeII)).Findings);
        Assert.Equal(("01/EP03_02", Severity.Warning), (finding.Clip, finding.Severity));
        Assert.StartsWith("the apex is the onset, so the clip shows no motion", finding.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_published_counts_add_up()
    {
        Assert.Equal((246, 26, 246), (PublishedCounts.CasmeII2014.Total, PublishedCounts.CasmeII2014.Subjects.Count,
            PublishedCounts.CasmeII2014.Classes.Values.Sum()));
        Assert.Equal((249, 26), (PublishedCounts.CasmeII2019.Total, PublishedCounts.CasmeII2019.Subjects.Count));
        Assert.Equal((136, 27, 136), (PublishedCounts.Samm.Total, PublishedCounts.Samm.Subjects.Count,
            PublishedCounts.Samm.Classes.Values.Sum()));
    }
}
