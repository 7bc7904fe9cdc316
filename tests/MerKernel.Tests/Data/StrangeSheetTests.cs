using System.Text;
using MerKernel.Data;
using static MerKernel.Tests.Data.SheetFiles;

namespace MerKernel.Tests.Data;

/// <summary>
/// Sheets as people have them: other data sets, copies, exports, hand-made tables. Every row is invented.
/// </summary>
public sealed class StrangeSheetTests : IDisposable
{
    private const string Header = "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Action Units,Estimated Emotion";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // Six clips over three subjects, as the header of 2019 has them.
    private static object?[][] Clips => [CasmeHeader2019, .. Rows];

    private static readonly object?[][] Rows =
    [
        Casme("01", "EP91_01f", 11, 15, 19, "12", "happiness"), Casme("01", "EP92_02", 41, 45, 49, "4", "others"),
        Casme("02", "EP93_01", 71, 75, 79, "1+2", "surprise"),
        Casme("02", "EP94_03f", 21, 25, 29, "9", "disgust"), Casme("03", "EP95_01", 31, 35, 39, "15", "repression"),
        Casme("03", "EP96_02", 51, 55, 59, "4+7", "disgust"),
    ];

    private static readonly object?[][] SammRows =
    [
        Samm("041", "041_1_2", 101, 105, 109, "4", "Anger"), Samm("041", "041_2_1", 201, 205, 209, "12", "Happiness"),
        Samm("042", "042_1_1", 301, 305, 309, "14", "Contempt"),
    ];

    [Theory]
    [InlineData("MMEW", "1,S01-01-001,1,12,26,10R,disgust\n1,S01-02-001,1,12,26,12,happiness")]
    [InlineData("MMEW", "2,S2-1-1,1,12,26,10R,disgust")]
    [InlineData("DFME", "sub0003,sub0003_01,0,12,26,4+AD31,disgust")]
    [InlineData("SMIC", "1,s1_ne_01,10,12,26,4,negative")]
    [InlineData("SMIC", "s20,s20_po_02,10,12,26,4,positive\ns20,s20_sur_02,10,12,26,4,surprise")]
    [InlineData("CAS(ME)^3", "spNO.901,a,12,20,31,R12,happy\nspNO.901,a,340,352,361,4,Others")]
    [InlineData("CAS(ME)^3", "spNO.17,J,12,20,31,T28+14,fear")]
    [InlineData("CAS(ME)^2", "1,anger1_1,12,20,31,4,negative")]
    [InlineData("CASME", "1,EP03_1,12,20,31,4,tense\n1,EP03_2,12,20,31,4,disgust")]
    [InlineData("SAMM long videos", "6,006_1_2,12,20,31,4,Macro\n6,006_1_3,12,20,31,4,Micro - 1/2")]
    [InlineData("MEVIEW", "sub05,sub05-1,12,20,31,4,fear")]
    public void A_sheet_of_another_set_is_called_by_its_name(string title, string rows)
    {
        var error = Refused(Text(Header, rows));
        Assert.Contains($"is a sheet of {title} (", error, StringComparison.Ordinal);
        Assert.Contains("CASME II and SAMM are read: take CASME2-coding-20190701.xlsx", error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DFME", "Subject,Filename,Onset,Emotion,Fps\nsub0003,sub0003_01,0,fear,500")]
    [InlineData("SMIC", "Subject,Filename,OnsetF,OffsetF,Emotion\n1,s1_ne_01,10,26,negative")]
    [InlineData("4DME", "sub_ID,fold_name,Onset,Apex,Offset,AUs,Emotion\n1,x,1,2,3,AU4(k),Negative")]
    [InlineData("CAS(ME)^2",
        "1,anger1_1,557,572,608,4,negative,micro-expression,anger\n2,happy4_2,1,2,3,6,positive,macro-expression,happy")]
    [InlineData("the list of several data sets of the Grand Challenge 2019",
        "dataset,sub,filename_o,label\ncasme2,sub01,EP02_01f,1")]
    [InlineData("SMIC", "/data/SMIC/s03/s3_po_04/image1.jpg 1\n/data/SMIC/s03/s3_po_05/image1.jpg 1")]
    public void So_is_a_list_without_the_usable_header(string title, string text) =>
        Assert.Contains($"is a sheet of {title} (", Refused(Text(text)), StringComparison.Ordinal);

    [Fact]
    public void A_list_of_clips_without_a_header_says_whose_they_are_and_what_is_missing()
    {
        Assert.Contains(
            "has clips named like those of CASME II (EP02_01f), but none of its sheets ('') has a header row",
            Refused(Text("1,EP91_01f,11,15,19,3\n1,EP92_02,41,45,49,1")), StringComparison.Ordinal);
        Assert.Contains("lacks the column Action Units; restore the header of the original sheet of SAMM",
            Refused(Text("Subject,Filename,Onset,Apex,Offset,Emotion\n41,041_1_2,1,2,3,Anger")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Two_sets_in_one_sheet_are_refused_with_their_rows()
    {
        object?[][] renumbered = [Casme("27", "041_1_2", 101, 105, 109, "4", "anger"),
            Casme("27", "041_2_1", 201, 205, 209, "12", "happiness")];
        Assert.Contains("holds clips of two data sets: rows 2 to 7 are of CASME II, rows 8 to 9 of SAMM",
            Refused(Xlsx(folder, "a.xlsx", [.. Clips, .. renumbered])), StringComparison.Ordinal);
        // Shuffled, and with SAMM in the majority.
        Assert.Contains("rows 2, 4, 5 (3 rows) are of SAMM, rows 3, 6 (2 rows) of CASME II",
            Refused(Xlsx(folder, "b.xlsx", CasmeHeader, renumbered[0], Rows[0], renumbered[1],
                Casme("28", "042_1_1", 1, 2, 3, "4", "other"), Rows[1])),
            StringComparison.Ordinal);
        // A single stray row is a bad row, not another set.
        var sheet = CodingSheet.Read(Xlsx(folder, "c.xlsx", [.. Clips, renumbered[0]]));
        Assert.Equal((6, "has a name of SAMM; take the row out of the sheet"),
            (sheet.Clips.Length, Assert.Single(sheet.Dropped).Reason));
    }

    [Fact]
    public void Names_of_SAMM_that_lost_their_zeros_are_restored()
    {
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", SammHeader, Samm(6, "6_1_2", 101, 105, 109, "4", "Anger"),
            Samm("32", "32_3_1", 4900, 1930, 4960, "4", "Anger"), Samm("041", "041_1_2", 1, 2, 3, "4", "Anger")));
        Assert.Equal(DatasetId.Samm, sheet.Dataset);
        Assert.Equal(["006/006_1_2", "032/032_3_1", "041/041_1_2"], sheet.Clips.Select(c => c.Id));
        Assert.Equal(["the name 6_1_2 lost its zeros"], sheet.Clips[0].Notes.AsEnumerable());
        // Its erratum is known again by the restored name.
        Assert.Equal(4930, sheet.Clips[1].Apex);
        Assert.Empty(sheet.Clips[2].Notes);
    }

    [Fact]
    public void The_edition_is_told_by_the_clips_and_else_by_the_column_or_not_at_all()
    {
        string Edition(int ofSubject24, object?[] header) => CodingSheet.Read(Xlsx(folder, "a.xlsx",
            [header, .. Rows,
                .. Enumerable.Range(0, ofSubject24).Select(i => Casme("24", $"EP97_{i:00}", 1, 2, 3, "4", "others")),
                Casme("24", "EP98_01", 1, 2, 3, "4", "fear")])).Edition;
        Assert.Equal(["2019", "2019", "2014", "2014"], new[]
        {
            Edition(10, CasmeHeader), Edition(10, CasmeHeader2019), Edition(7, CasmeHeader), Edition(7, CasmeHeader2019)
        });
        Assert.Equal("2019", Edition(4, CasmeHeader2019));
        Assert.Equal(CodingSheetContents.UnknownEdition, Edition(4, CasmeHeader));
        Assert.Contains("cannot be told",
            PublishedCounts.Of(CodingSheet.Read(Xlsx(folder, "a.xlsx", [CasmeHeader, .. Rows])))!.Source,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_that_a_table_program_wrote_with_a_decimal_are_whole_numbers()
    {
        var sheet = CodingSheet.Read(Text(Header,
            "1,EP91_01f,11.0,15.0,19.0,12,happiness\n2.0,EP93_01,71.00,75,79.0,4.0,surprise\n" +
            "3,EP95_01,31.5,35,39,15,repression"));
        Assert.Equal(["01/EP91_01f 11 15 19 12", "02/EP93_01 71 75 79 4"],
            sheet.Clips.Select(c => $"{c.Id} {c.Onset} {c.Apex} {c.Offset} {c.ActionUnits[0].Number}"));
        Assert.Equal("has onset '31.5', which is no frame number; fill the cell from the original sheet",
            Assert.Single(sheet.Dropped).Reason);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("unknown")]
    [InlineData("99999999999")]
    public void A_row_whose_apex_is_not_known_is_named_and_costs_that_clip_alone(string apex)
    {
        var sheet = CodingSheet.Read(Text(Header,
            $"1,EP91_01f,11,15,19,12,happiness\n1,EP92_02,41,{apex},49,4,others\n2,EP93_01,{apex},75,79,4,surprise"));
        Assert.Equal("01/EP91_01f", Assert.Single(sheet.Clips).Id);
        Assert.Equal([$"3 01/EP92_02 has apex '{apex}'", $"4 02/EP93_01 has onset '{apex}'"],
            sheet.Dropped.Select(d => $"{d.Row} {d.Clip} {d.Reason.Split(',')[0]}"));
        // By the user's choice it has one.
        var read = CodingSheet.Read(Text(Header, $"1,EP92_02,41,{apex},49,4,others"),
            readings: [Reading.Parse("01/EP92_02=41-45-49")]);
        Assert.Equal((45, $"read as 41 45 49 by choice; the sheet has 41 {apex} 49"),
            (read.Clips[0].Apex, Assert.Single(read.Clips[0].Notes)));
    }

    [Fact]
    public void A_row_of_sums_or_means_is_passed_over_with_a_remark()
    {
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", [.. Clips, ["Total", null, null, 226, 250, 274],
            [null, null, null, 37.7, 41.7, 45.7, null, 6, 6], [null, "Sum", null, 226, 250, 274]]));
        Assert.Equal(6, sheet.Clips.Length);
        Assert.Empty(sheet.Dropped);
        Assert.Equal(["row 8 holds no clip and was passed over: 'Total'",
            "row 9 holds no clip and was passed over: '37.7'", "row 10 holds no clip and was passed over: 'Sum'"],
            sheet.Remarks.AsEnumerable());
        // A clip whose name was lost is no sum.
        Assert.Equal("has no file name; fill the cell from the original sheet", Assert.Single(CodingSheet.Read(
            Xlsx(folder, "b.xlsx", [.. Clips, Casme("03", null!, 1, 2, 3, "4", "disgust")])).Dropped).Reason);
    }

    [Theory]
    [InlineData("１２", "12")]
    [InlineData("４，１１", "4 11")]
    [InlineData("Ｒ４＋７？", "R4 7?")]
    [InlineData("١٢", "12")]
    [InlineData("४+७", "4 7")]
    [InlineData("𝟏𝟐", "12")]
    public void Digits_of_every_script_are_digits(string cell, string units)
    {
        var clip = CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader,
            Casme("０1", "EP91_01f", "１１", "15", "1９", cell, "ｈappiness"))).Clips[0];
        Assert.Equal(("01/EP91_01f", 11, 19, "happiness", units), (clip.Id, clip.Onset, clip.Offset, clip.Emotion,
            string.Join(' ', clip.ActionUnits.Select(InspectionSheet.Code))));
    }

    [Theory]
    [InlineData("2010-04-07")]
    [InlineData("2010-04-07 00:00:00")]
    [InlineData("4/7/2010")]
    [InlineData("7-Apr")]
    [InlineData("Apr-10")]
    [InlineData("02-Jan-2012")]
    [InlineData("4:07")]
    [InlineData("4:07:10 AM")]
    [InlineData("4月7日")]
    [InlineData("4.1")]
    [InlineData("4.3E+08")]
    [InlineData("430000000")]
    [InlineData("45754")]
    [InlineData("04. Okt")]
    [InlineData("4-avr.")]
    [InlineData("Dez 10")]
    public void Units_that_a_spreadsheet_program_made_a_date_are_not_read_as_others(string cell)
    {
        var notes = new List<string>();
        Assert.Empty(ActionUnitNotation.Parse(cell, notes));
        Assert.Contains("no unit was read", Assert.Single(notes), StringComparison.Ordinal);
        var dropped = Assert.Single(CodingSheet.Read(Text(Header,
            $"1,EP91_01f,11,15,19,12,happiness\n1,EP92_02,41,45,49,{cell},others")).Dropped);
        Assert.Equal(("01/EP92_02", 3), (dropped.Clip, dropped.Row));
        Assert.Contains("write them again as text, like 4+7+10", dropped.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Dates_and_times_in_the_cells_of_a_workbook_are_known_too()
    {
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader, Rows[0],
            Casme("01", "EP92_02", 41, 45, 49, new DateTime(2010, 4, 7), "others"),
            Casme("02", "EP93_01", 71, 75, 79, new DateTime(1900, 1, 1, 4, 7, 0), "surprise")));
        Assert.Equal(["01/EP92_02", "02/EP93_01"], sheet.Dropped.Select(d => d.Clip));
        Assert.All(sheet.Dropped,
            d => Assert.Contains("a date, a time or a broken number", d.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_two_tables_in_a_workbook_the_one_with_more_clips_counts_and_both_are_named()
    {
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", ("old", [CasmeHeader2019, .. Rows[..2]]),
            ("Sheet1", Clips)));
        Assert.Equal(6, sheet.Clips.Length);
        Assert.Equal(["sheet 'old' has a table of 2 clips too, which is not read; sheet 'Sheet1' with 6 is"],
            sheet.Remarks.AsEnumerable());
        // The same twice is no choice; two that differ are one that cannot be made.
        Assert.Equal(6, CodingSheet.Read(Xlsx(folder, "b.xlsx", ("a", Clips), ("b", Clips))).Clips.Length);
        Assert.Contains("has two sheets of 6 clips, 'a' and 'b', and they differ",
            Refused(Xlsx(folder, "c.xlsx", ("a", Clips),
                ("b", [.. Clips[..6], Casme("03", "EP96_02", 51, 55, 59, "4", "disgust")]))),
            StringComparison.Ordinal);
        // Leftover rows without a header are no table, and SAMM's own sheet goes before a larger one.
        Assert.Equal(6, CodingSheet.Read(Xlsx(folder, "d.xlsx", ("Sheet1", Clips), ("Sheet2", Rows))).Clips.Length);
        Assert.Equal(2, CodingSheet.Read(Xlsx(folder, "e.xlsx", ("all", [SammHeader, .. SammRows]),
            ("MICRO_ONLY", [SammHeader, .. SammRows[..2]]))).Clips.Length);
        // One below the other.
        Assert.Contains("holds two tables, with headers in rows 1 and 5",
            Refused(Xlsx(folder, "f.xlsx", [CasmeHeader, .. Rows[..2], [],
                ["Filename", "Subject", "Onset", "Apex", "Offset", "AU", "Emotion"],
                ["EP95_01", "03", 1, 2, 3, "4", "fear"]])),
            StringComparison.Ordinal);
        Assert.Equal(6, CodingSheet.Read(Xlsx(folder, "g.xlsx",
            [CasmeHeader, .. Rows[..2], CasmeHeader, .. Rows[2..]])).Clips.Length);
    }

    [Fact]
    public void Of_two_columns_for_one_thing_the_published_name_counts_and_the_other_is_named()
    {
        var sheet = CodingSheet.Read(Text(
            "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Action Units,Emotion,Estimated Emotion",
            "1,EP91_01f,11,15,19,12,surprise,happiness"));
        Assert.Equal("happiness", sheet.Clips[0].Emotion);
        Assert.Equal(["column G ('Emotion') is not read: column H ('Estimated Emotion') is the Estimated Emotion"],
            sheet.Remarks.AsEnumerable());
        Assert.Equal(4, CodingSheet.Read(Text("Subject,Filename,Onset,Apex,Offset,au,Action Units,emotion",
            "1,EP91_01f,11,15,19,\"12,1\",4,happiness")).Clips[0].ActionUnits.Single().Number);
        // Of one name: the column of words, the same twice, or none.
        Assert.Equal("happiness", CodingSheet.Read(Text(Header + ",Estimated Emotion",
            "1,EP91_01f,11,15,19,12,3,happiness")).Clips[0].Emotion);
        Assert.Equal("happiness", CodingSheet.Read(Text(Header + ",Estimated Emotion",
            "1,EP91_01f,11,15,19,12,happiness,happiness")).Clips[0].Emotion);
        Assert.Contains("columns C and H are both called 'OnsetFrame' and differ",
            Refused(Text(Header + ",OnsetFrame", "1,EP91_01f,11,15,19,12,happiness,12")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_of_SAMM_under_another_subject_than_its_name_says_is_not_used()
    {
        var sheet = CodingSheet.Read(Xlsx(folder, "a.xlsx", SammHeader, SammRows[0],
            Samm("042", "041_2_1", 201, 205, 209, "12", "Happiness"), SammRows[2],
            Samm("", "042_3_2", 1, 2, 3, "4", "Anger")));
        Assert.Equal(["041/041_1_2", "042/042_1_1", "042/042_3_2"], sheet.Clips.Select(c => c.Id));
        Assert.Equal("is of subject 042, its name says 041: one person would be in two folds; correct the wrong one",
            Assert.Single(sheet.Dropped).Reason);
        // A sheet whose subjects were renumbered has no row left.
        Assert.Contains("has no row that can be read: row 2 (027/041_1_2) is of subject 027, its name says 041",
            Refused(Xlsx(folder, "b.xlsx", SammHeader, Samm("27", "041_1_2", 1, 2, 3, "4", "Anger"),
                Samm("27", "041_1_3", 1, 2, 3, "4", "Anger"))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_whose_cells_have_shifted_are_named()
    {
        var sheet = CodingSheet.Read(Text(Header,
            "1,EP91_01f,11,15,19,4,7,disgust\n2,EP93_01,71,75,79,12,happiness\n2,EP94_03f,21,25,29,disgust\n" +
            "2,EP94_04f,21,25,29,4,7"));
        Assert.Equal("02/EP93_01", Assert.Single(sheet.Clips).Id);
        Assert.Equal(
            ["2 has 8 cells, the header 7: a comma or separator within a cell lacks its quotes",
             "4 has no emotion; fill the cell from the original sheet",
             "5 has emotion '7', which is none: the cells may have shifted; restore the row from the original sheet"],
            sheet.Dropped.Select(d => $"{d.Row} {d.Reason}"));
        // A remark next to the table is none.
        Assert.Equal(2, CodingSheet.Read(Xlsx(folder, "a.xlsx", CasmeHeader, [.. Rows[0], "see the other file"],
            Rows[1])).Clips.Length);
        Assert.Equal(2, CodingSheet.Read(Text(Header + ",,",
            "1,EP91_01f,11,15,19,4,disgust,,checked\n2,EP93_01,71,75,79,12,happiness,,")).Clips.Length);
    }

    [Theory]
    [InlineData("<html><table><tr><td>Subject</td></tr></table></html>", "an HTML page")]
    [InlineData("\uFEFF\n <!DOCTYPE HTML>\n<html></html>", "an HTML page")]
    [InlineData("MIME-Version: 1.0\nX-Document-Type: Workbook", "a web archive")]
    [InlineData("<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>",
        "an XML file")]
    [InlineData("{\"Subject\": 1}\n{\"Subject\": 2}", "a JSON file")]
    [InlineData("%PDF-1.4", "a PDF document")]
    public void What_only_has_the_name_of_a_spreadsheet_is_called_what_it_is(string text, string what)
    {
        File.WriteAllText(folder.File("sheet.xls"), text);
        Assert.Contains($"is {what}, not a spreadsheet; open it in a spreadsheet program and save it as .xlsx",
            Refused(folder.File("sheet.xls")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_that_an_open_spreadsheet_leaves_is_not_the_sheet()
    {
        foreach (var name in new[]
        {
            "~$SAMM_Micro_FACS_Codes_v2.xlsx", ".~lock.CASME2.xlsx#", "._CASME2-coding-20190701.xlsx"
        })
        {
            File.WriteAllBytes(folder.File(name), new byte[165]);
            Assert.Contains("not the sheet", Refused(folder.File(name)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_header_is_looked_for_below_a_legend_and_in_other_sheets()
    {
        object?[] legend = ["Filename", "Onset", "are the columns to read"];
        Assert.Equal(6, CodingSheet.Read(Xlsx(folder, "a.xlsx", [legend, [null], .. Clips])).Clips.Length);
        Assert.Equal(6, CodingSheet.Read(Xlsx(folder, "b.xlsx", ("legend", [legend, ["Subject: the person", "Apex"]]),
            ("data", Clips))).Clips.Length);
        Assert.Contains("lacks the columns Subject, ApexFrame", Refused(Xlsx(folder, "c.xlsx", legend, ["x", 1])),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10R", "R10")]
    [InlineData("4R+7", "R4 7")]
    [InlineData("12L", "L12")]
    [InlineData("12lb?", "L12B?")]
    [InlineData("6BR + 12 r", "R6B R12")]
    [InlineData("10or11", "10? 11?")]
    public void A_side_behind_the_number_is_a_side(string cell, string units)
    {
        var notes = new List<string>();
        Assert.Equal(units, string.Join(' ', ActionUnitNotation.Parse(cell, notes).Select(InspectionSheet.Code)));
        Assert.Empty(notes);
    }

    [Fact]
    public void Two_sides_of_one_unit_are_in_doubt() =>
        Assert.Equal([new ActionUnit(10, Doubtful: true)], ActionUnitNotation.Parse("L10R").AsEnumerable());

    private string Text(params string[] lines) => Text(Encoding.UTF8, lines);

    private string Text(Encoding encoding, params string[] lines)
    {
        var path = folder.File($"{Guid.NewGuid():N}.csv");
        File.WriteAllText(path, string.Join('\n', lines) + "\n", encoding);
        return path;
    }

    private static string Refused(string path)
    {
        var error = Assert.Throws<UserErrorException>(() => CodingSheet.Read(path)).Message;
        Assert.StartsWith(path, error, StringComparison.Ordinal);
        return error;
    }
}
