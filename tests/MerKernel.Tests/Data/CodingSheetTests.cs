using MerKernel.Data;
using static MerKernel.Tests.Data.SheetFiles;

namespace MerKernel.Tests.Data;

public sealed class CodingSheetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Reads_a_CASME_II_row()
    {
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader,
            Casme("01", "EP02_01f", 46, 59, 86, "4+L10", "Happiness ")));
        var clip = Assert.Single(sheet.Clips);
        Assert.Equal(DatasetId.CasmeII, sheet.Dataset);
        Assert.Equal(("01", "EP02_01f", 46, 59, 86, "happiness"),
            (clip.Subject, clip.Name, clip.Onset, clip.Apex, clip.Offset, clip.Emotion));
        Assert.Equal([new ActionUnit(4), new ActionUnit(10, FaceSide.Left)], clip.ActionUnits.AsEnumerable());
        Assert.Empty(clip.Notes);
    }

    [Fact]
    public void A_misspelt_emotion_is_a_bad_row_and_not_a_class_of_its_own()
    {
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader,
            Casme("01", "EP02_01f", 46, 59, 86, "4", "disgust"),
            Casme("02", "EP02_01f", 46, 59, 86, "12", "happines")));
        Assert.Equal("01/EP02_01f", Assert.Single(sheet.Clips).Id);
        var row = Assert.Single(sheet.Dropped);
        Assert.Equal((3, "has the emotion 'happines'; did you mean 'happiness'?", false),
            (row.Row, row.Reason, row.IsExpected));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(13)]
    public void Reads_SAMM_with_and_without_its_preamble(int preamble)
    {
        var rows = Enumerable.Range(0, preamble).Select(i => new object?[] { i % 2 == 0 ? "About the data set" : null })
            .Append(SammHeader).Append(Samm("006", "006_1_2", 5562, 5588, 5632, "12 ", "Happiness")).ToArray();
        var sheet = CodingSheet.Read(Xlsx(folder, "s.xlsx", "MICRO_ONLY", rows));
        var clip = Assert.Single(sheet.Clips);
        Assert.Equal(DatasetId.Samm, sheet.Dataset);
        Assert.Equal(("006/006_1_2", 5562, 5588, 5632, "happiness"),
            (clip.Id, clip.Onset, clip.Apex, clip.Offset, clip.Emotion));
    }

    [Fact]
    public void The_same_rows_read_the_same_from_xlsx_and_csv_and_with_subjects_as_numbers()
    {
        object?[][] text = [CasmeHeader, Casme("01", "EP02_01f", 46, 59, 86, "4+L10", "others"),
            Casme("12", "EP09_02", 1, 2, 3, 12, "disgust")];
        object?[][] numbers = [CasmeHeader, Casme(1, "EP02_01f", 46.0, 59.0, 86.0, "4+L10", "others"),
            Casme(12, "EP09_02", 1, 2, 3, 12.0, "disgust"), [null, " ", null]];
        var expected = Lines(Xlsx(folder, "a.xlsx", text));
        Assert.Equal(expected, Lines(Xlsx(folder, "b.xlsx", numbers)));
        Assert.Equal(expected, Lines(Csv(folder, "c.csv", ',', numbers)));
        Assert.Equal(expected, Lines(Csv(folder, "d.csv", ';', text)));
        // An export that kept its old extension.
        Assert.Equal(expected, Lines(Csv(folder, "e.xls", ',', text)));
    }

    [Fact]
    public void Repairs_the_known_errata_and_says_so()
    {
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader,
            Casme("04", "EP12_01f", 21, "/", 45, "4", "disgust"),
            Casme("05", "EP09_05f", 30, 30, 70, "4", "disgust"),
            Casme("05", "EP16_04f", 30, 70, 70, "4", "disgust"),
            Casme("16", "EP01_08", 41, 72, 110, "4", "disgust")));
        Assert.Equal([(21, 33, 45), (30, 50, 70), (30, 70, 70), (41, 72, 96)],
            sheet.Clips.Select(c => (c.Onset, c.Apex, c.Offset)));
        Assert.All(sheet.Clips,
            c => Assert.StartsWith("erratum casme2-", Assert.Single(c.Notes), StringComparison.Ordinal));
        var samm = CodingSheet.Read(Xlsx(folder, "s.xlsx", SammHeader,
            Samm("028", "028_4_1", 1100, 1143, 1134, "4", "Anger"),
            Samm("032", "032_3_1", 4900, 1930, 4960, "4", "Anger")));
        Assert.Equal([(1134, 1143), (4930, 4960)], samm.Clips.Select(c => (c.Apex, c.Offset)));
    }

    [Fact]
    public void An_erratum_that_the_sheet_no_longer_shows_changes_nothing()
    {
        var clip = Assert.Single(CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader,
            Casme("04", "EP12_01f", 21, 40, 45, "4", "disgust"))).Clips);
        Assert.Equal(40, clip.Apex);
        Assert.Empty(clip.Notes);
    }

    [Fact]
    public void A_switched_off_erratum_leaves_the_row_as_printed_or_drops_it_with_the_reason()
    {
        var path = Xlsx(folder, "a.xlsx", CasmeHeader,
            Casme("04", "EP12_01f", 21, "/", 45, "4", "disgust"), Casme("16", "EP01_08", 41, 72, 110, "4", "disgust"));
        var sheet = CodingSheet.Read(path, Errata.Except(["casme2-04-EP12_01f", "casme2-16-EP01_08"]));
        Assert.Equal(110, Assert.Single(sheet.Clips).Offset);
        var dropped = Assert.Single(sheet.Dropped);
        Assert.Equal((2, "04/EP12_01f"), (dropped.Row, dropped.Clip));
        Assert.Contains("switched off", dropped.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_row_of_a_duplicate_is_dropped_with_the_reason()
    {
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader,
            Casme("01", "EP02_01f", 46, 59, 86, "4", "disgust"), Casme(1, "ep02_01F", 1, 2, 3, "12", "happiness")));
        Assert.Equal(46, Assert.Single(sheet.Clips).Onset);
        Assert.Contains("row 2", Assert.Single(sheet.Dropped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_footnote_is_named_and_is_no_clip()
    {
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader,
            Casme("01", "EP02_01f", 46, 59, 86, "4", "disgust"), ["Coded by two coders"]));
        Assert.Single(sheet.Clips);
        Assert.Contains("Coded by two coders", Assert.Single(sheet.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void A_footnote_that_is_merged_across_the_table_is_one_too()
    {
        var note = Enumerable.Repeat((object)"Coded by two coders", CasmeHeader.Length).ToArray();
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader,
            Casme("01", "EP02_01f", 46, 59, 86, "4", "disgust"), note));
        Assert.Single(sheet.Clips);
        Assert.Empty(sheet.Dropped);
        Assert.Contains("Coded by two coders", Assert.Single(sheet.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_cannot_be_understood_are_all_named_and_the_others_read()
    {
        var path = Xlsx(folder, "a.xlsx", CasmeHeader, Casme("01", "EP02_01f", 46, 59, 86, "4", "disgust"),
            Casme("02", "EP01_11f", 46, "x9", 91, "5", "happiness"), Casme("", "EP01_12", 1, 2, 3, "5", "happiness"));
        var sheet = CodingSheet.Read(path);
        Assert.Equal("01/EP02_01f", Assert.Single(sheet.Clips).Id);
        Assert.Equal(
            ["row 3 (02/EP01_11f) has apex 'x9', which is no frame number; fill the cell from the original sheet",
                "row 4 (/EP01_12) has subject '', which is no subject number; fill the cell from the original sheet"],
            sheet.Dropped.Select(d => $"row {d.Row} ({d.Clip}) {d.Reason}"));
        Assert.All(sheet.Dropped, d => Assert.False(d.IsExpected));
        var none = Xlsx(folder, "b.xlsx", CasmeHeader, Casme("02", "EP01_11f", 46, "x9", 91, "5", "happiness"));
        Assert.Equal($"{none} has no row that can be read: row 2 (02/EP01_11f) has apex 'x9', which is no frame " +
            "number; fill the cell from the original sheet; take the sheet as the data set's authors ship it.",
            Assert.Throws<UserErrorException>(() => CodingSheet.Read(none)).Message);
    }

    [Fact]
    public void A_spreadsheet_without_the_header_says_what_was_expected()
    {
        var error = Assert.Throws<UserErrorException>(() =>
            CodingSheet.Read(Xlsx(folder, "a.xlsx", ["x", "y"], [1, 2])));
        Assert.Contains("no coding sheet", error.Message, StringComparison.Ordinal);
        var lacking = Assert.Throws<UserErrorException>(() => CodingSheet.Read(Xlsx(folder, "b.xlsx",
            ["Subject", "Filename", "OnsetFrame", "Action Units", "Estimated Emotion"], [1, 2])));
        Assert.Contains("lacks the columns ApexFrame, OffsetFrame", lacking.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_is_one_line_of_JSON()
    {
        var clip = Assert.Single(CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader,
            Casme("04", "EP12_01f", 21, "/", 45, "R6A+12?", "Disgust"))).Clips);
        Assert.Equal(
            """{"dataset":"casme2","subject":"04","clip":"EP12_01f","onset":21,"apex":33,"offset":45,"actionUnits":[6,12],"emotion":"disgust","notes":["erratum casme2-04-EP12_01f: apex is '/' in the sheets of 2014 and 2019; the midpoint of onset and offset stands in"]}""",
            ClipJson.Line(clip));
    }

    [Fact]
    public void Class_sets_number_the_labels_in_the_stated_order()
    {
        Assert.Equal(["happiness", "repression", "disgust", "surprise", "others"],
            ClassSet.Five(DatasetId.CasmeII).Classes.AsEnumerable());
        Assert.Equal(["happiness", "anger", "contempt", "surprise", "other"],
            ClassSet.Five(DatasetId.Samm).Classes.AsEnumerable());
        Assert.Equal(2, ClassSet.Five(DatasetId.CasmeII).LabelOf("disgust"));
        Assert.Null(ClassSet.Five(DatasetId.CasmeII).LabelOf("fear"));
        Assert.Equal(0, ClassSet.MegcThree.LabelOf("repression"));
        Assert.Null(ClassSet.MegcThree.LabelOf("others"));
    }

    private static IEnumerable<string> Lines(string path) =>
        CodingSheet.Read(path).Clips
            .Select(c => $"{c.Id} {c.Onset} {c.Apex} {c.Offset} {string.Join('+', c.ActionUnits)} {c.Emotion}");
}
