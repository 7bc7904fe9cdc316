using System.Text;
using MerKernel.Data;
using static MerKernel.Tests.Data.SheetFiles;

namespace MerKernel.Tests.Data;

/// <summary>
/// The shapes of the coding sheets that public repositories hold (names, header, order, types, oddities), rebuilt with
/// invented rows: each is read rightly, or refused with the data set's name and the cure.
/// </summary>
public sealed class PublicShapeTests : IDisposable
{
    private static readonly string[] Five = ["others", "disgust", "happiness", "repression", "surprise"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_three_official_sheets_give_246_249_and_136_clips()
    {
        Reads(Xlsx(folder, "CASME2-coding-20140508.xlsx", [CasmeHeader, .. Casme2014()]), DatasetId.CasmeII, 255, 246,
            "2014");
        Reads(Xlsx(folder, "CASME2-coding-20190701.xlsx",
            [CasmeHeader2019, .. Casme2019().Select(r => (object?[])[.. r, 3])]),
            DatasetId.CasmeII, 255, 249, "2019");
        Reads(Xlsx(folder, "SAMM_Micro_FACS_Codes_v2.xlsx",
            ("MICRO_ONLY", [.. Enumerable.Repeat<object?[]>(["SAMM"], 13), SammHeader, .. Samm159()])),
            DatasetId.Samm, 159, 136, "v2");
    }

    [Fact]
    public void Copies_of_the_sheets_are_read()
    {
        // 2019 without the column of objective classes, one row deleted; a lock file next to it.
        foreach (var name in new[] { "[modified]CASME2-coding-20190701.xlsx", "CASME2.xlsx" })
            Reads(Xlsx(folder, name, [CasmeHeader, .. Casme2019()[1..]]), DatasetId.CasmeII, 254, 248, "2019");
        // The five classes only, doubtful units replaced, an unnamed tenth column.
        Reads(Xlsx(folder, "five.xlsx", [CasmeHeader, .. Casme2014()[..246]
            .Select((r, i) => (object?[])[.. r[..7], i % 9 == 0 ? "none" : r[7], r[8], i % 5 == 0 ? "x" : null])]),
            DatasetId.CasmeII, 246, 246, "2014");
        // Blank columns deleted.
        Reads(Xlsx(folder, "seven.xlsx",
            [.. Casme2014().Prepend(CasmeHeader).Select(r => r.Where((_, c) => c is not 2 and not 6).ToArray())]),
            DatasetId.CasmeII, 255, 246, "2014");
        // Computed columns.
        Reads(Xlsx(folder, "computed.xlsx", [[.. CasmeHeader, "Duration", "min"],
            .. Casme2014().Select(r => (object?[])[.. r, (int)r[5]! - (int)r[3]! + 1, 0.04])]),
            DatasetId.CasmeII, 255, 246, "2014");
        // Mixed spelling, 'emotion', a second column of units, five rows deleted.
        Reads(Xlsx(folder, "mixed.xlsx",
        [
            ["Subject", "Filename", "Onset Frame", "Apex Frame", "OffsetFrame", "Action Units", "emotion", "au"],
            .. Casme2014()[5..].Select(r => (object?[])[r[0], r[1], r[3], r[4], r[5], r[7], r[8], "4,7"])
        ]),
            DatasetId.CasmeII, 250, 241, null);
        // Text with CRLF, 'Aus', subjects without zeros, another order.
        File.WriteAllText(folder.File("coding.csv"),
            "Subject,Filename,Estimated Emotion,Aus,OnsetFrame,ApexFrame,OffsetFrame\r\n" + string.Concat(Casme2014()
                .Select(r => $"{int.Parse((string)r[0]!)},{r[1]},{r[8]},{r[7]},{r[3]},{r[4]},{r[5]}\r\n")));
        Reads(folder.File("coding.csv"), DatasetId.CasmeII, 255, 246, "2014");
        // Quoted, lower case, a further column, two clips that no sheet has, -1 for what is not known.
        File.WriteAllText(folder.File("annotations.csv"),
            "\"subject\",\"gender\",\"filename\",\"onset\",\"apex\",\"offset\",\"action_units\",\"emotion\"\n"
                + string.Concat(Casme2014().Append(Casme("09", "EP02_02f", 5, -1, 9, "4", "others"))
                    .Append(Casme("24", "EP02_07", 5, 7, 9, "4", "others"))
                    .Select(r =>
                        $"\"{r[0]}\",\"f\",\"{r[1]}\",\"{r[3]}\",\"{r[4]}\",\"{r[5]}\",\"{r[7]}\",\"{r[8]}\"\n")));
        Assert.Equal(["09/EP02_02f"],
            Reads(folder.File("annotations.csv"), DatasetId.CasmeII, 256, 247, null).Dropped.Select(d => d.Clip));
        // SAMM with its header on top, other spelling, the errata still in it; or without a preamble and 'emotion' and
        // a second column of units.
        object?[] header = ["Subject", "Filename", "Inducement Code", "OnsetFrame", "ApexFrame", "OffsetFrame",
            "Duration", "Micro", "Action Units", "Estimated Emotion", "Objective Classes", "Notes"];
        Reads(Xlsx(folder, "SAMM.xlsx", [header, .. Samm159()]), DatasetId.Samm, 159, 136, "v2");
        foreach (var apex in new object[] { 1124, 1103 })
            Assert.Equal(apex,
                Reads(Xlsx(folder, "SAMM.xlsx", [header, .. Samm159(apex)]), DatasetId.Samm, 159, 136, "v2").Clips
                    .Single(c => c.Id == "028/028_4_1").Apex);
        Assert.Equal("has apex '-', which is no frame number; fill the cell from the original sheet",
            Assert.Single(Reads(Xlsx(folder, "SAMM.xlsx", [header, .. Samm159("-")]), DatasetId.Samm, 158, 135,
                "v2").Dropped).Reason);
        Reads(Xlsx(folder, "SAMM.xlsx",
        [
            ["Subject", "Filename", "Onset Frame", "Apex Frame", "Offset Frame", "Action Units", "emotion", "au"],
            .. Samm159().Select(r => (object?[])[r[0], r[1], r[3], r[4], r[5], r[8], r[9], "4,7"])
        ]),
            DatasetId.Samm, 159, 136, "v2");
        // A first sheet without a header, a second with two columns of one name, one of them a formula's numbers, and
        // sums at the end.
        Reads(Xlsx(folder, "label.xlsx", ("Sheet1", Casme2014()), ("Sheet2", [[.. CasmeHeader, "Estimated Emotion"],
            .. Casme2014().Select(r => (object?[])[.. r, 3]), [null, null, null, 7, 8, 9]])),
            DatasetId.CasmeII, 255, 246, "2014");
    }

    // The file's content, and the data set whose name the message must have.
    public static TheoryData<string, string> Refused => new()
    {
        { "Subject,Filename,Objective Class\n1,EP02_01f,3\n1,EP03_02,5", "of CASME II" },
        // Lists without a header, classes as numbers.
        { "1,EP02_01f,46,59,86,1\n1,EP03_02,131,161,188,2", "of CASME II" },
        { "6,006_1_2,562,588,632,1\n6,006_1_3,2,3,4,2", "of SAMM" },
        { "1,s1_ne_01,562,588,632,1\n1,s1_ne_02,2,3,4,1", "of SMIC" },
        { "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Estimated Emotion\n006,006_1_2,1,2,3,Anger", "of SAMM" },
        { "Subject,Filename,OnsetFrame,OffsetFrame,Estimated Emotion\n1,s1_ne_01,1,3,negative", "of SMIC" },
        // The lists of the Grand Challenge and parts of them.
        {
            ",dataset,sub,filename_o,label,apex,onset\n0,smic,s01,s01_ne_01,0,5,1\n1,casme2,sub01,EP02_01f,1,5,1",
            "Grand Challenge 2019"
        },
        { "sub,filename_o,label_n\n006,006_1_2,0", "Grand Challenge 2019" },
        { "subject,clip,apex_path\nsub01,ep02_01f,CASME2/sub01/EP02_01f/reg_img59.jpg", "of CASME II" },
        { "subject,clip,apex_path\ns1,s1_ne_01,SMIC/s1/s1_ne_01/image1.bmp", "of SMIC" },
        {
            "Subject,Filename,OnsetF,OffsetF,Onset2F,Offset2F,Onset3F,Offset3F,FirstF,LastF,TotalMF1,TotalVL,Emotion\n" +
            "1,s1_ne_01,10,26,,,,,1,40,17,40,negative\n,,,,,,,,,,,,",
            "of SMIC"
        },
        { "Subject,Filename,Label\n6,006_1_2,1", "of SAMM" }, { "Subject,Filename,Label\n1,EP02_01f,1", "of CASME II" },
        { "Subject,Filename,Label\n1,s1_ne_01,1", "of SMIC" },
        {
            "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Emotion,EmotionId,Fps,AU\n" +
            "sub0003,sub0003_01,0,12,26,fear,3,500,4+AD31\nsub0003,sub0003_02,0,12,26,happiness,4,300,AD38",
            "of DFME"
        },
        {
            "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Action Units,Estimated Emotion,remarks\n" +
            "1,S01-01-001,1,12,26,10R,disgust,\n1,S01-02-001,1,12,26,4R+7,happiness,",
            "of MMEW"
        },
        {
            "Subject,Filename,Onset,Apex,Offset,AU,Objective class,emotion\nspNO.1,a,12,20,31,R12,VII,happy\n" +
            "spNO.1,a,340,352,361,4,VII,Others",
            "of CAS(ME)^3"
        },
        {
            "Subject,Filename,Onset,Apex,Offset,,,AU,Objective class,emotion\nspNO.2,b,12,20,31,9,9,T28+14,II,sad",
            "of CAS(ME)^3"
        },
        {
            "Subject,Filename,Onset,Apex,Offset,AU,Objective class,emotion,问题,图片(调整前)\n" +
            "spNO.2,b,12,20,31,R12,II,sad,遮挡,",
            "of CAS(ME)^3"
        },
        {
            "sub,count,onset,offset,au,emotion\nspNO.7,1,12,31,\"R4,5\",negative\nspNO.7,2,12,31,4，11,negative",
            "of CAS(ME)^3"
        },
        { "spNO.149,d,112,83,130,4,VII,disgust\nspNO.216,f,3647,2668,x,4,VII", "of CAS(ME)^3" },
        { "###\ns15,15_0101disgustingteeth,557,572,608\ns16,16_0102eatingworms,557,572,608", "of CAS(ME)^2" },
        { "###\n006_1,566.4000000000001,570.2\n006_2,600.6,610.8", "of SAMM" },
        {
            "notes\n\nSubject,Filename,Inducement Code,Onset,Apex,Offset,Duration,Type,Action Units,Notes\n" +
            "6,006_1_1,1,1,2,3,3,Macro,12,\n6,006_1_2,1,1,2,3,3,Micro - 1/2,12,",
            "of SAMM long videos"
        },
        {
            "1,anger1_1,557,572,608,4+7,negative,micro-expression,anger\n" +
            "2,happy4_2,12,0,0,NULL,positive,macro-expression,happy\n" +
            "3,disgust2_1,1,2,3,10or11,negative,macro-expression,x",
            "of CAS(ME)^2"
        },
        { "subject,file,onset,apex,offset,AU,emotion\nsub05,sub05-1,1,2,3,2013-02-01,fear", "of MEVIEW" },
        { "video,start,end\nEP02_01f,0.2,0.4\nEP03_02,0.1,0.3", "of CASME II" },
        { "sub01 EP02_01f 46 59 86 happiness\nsub01 EP03_02 1 2 3 others", "of CASME II" },
        { "/data/CASME2/sub01/EP02_01f/reg_img46.jpg 1\n/data/CASME2/sub01/EP02_01f/reg_img59.jpg 1", "of CASME II" },
        { "sub_ID,fold_name,Onset,Apex,Offset,AUs,Emotion,AU1,AU2\n1,a_b,1,2,3,AU4(k),Negative,0,1", "of 4DME" },
        {
            "Subject,Filename,OnsetF,ApexF1,ApexF2,OffsetF,AU,Emotion\nsub01,EP03_1,46,59,60,86,4,tense\n" +
            "sub01,EP03_2,46,59,60,86,4,disgust",
            "of CASME ("
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Other_sets_and_lists_are_refused_by_name(string text, string set)
    {
        var path = folder.File("sheet.csv");
        File.WriteAllText(path, text, new UTF8Encoding(false));
        var error = Assert.Throws<UserErrorException>(() => CodingSheet.Read(path)).Message;
        Assert.StartsWith(path, error, StringComparison.Ordinal);
        Assert.Contains(set, error, StringComparison.Ordinal);
        Assert.Matches("take |restore |give ", error);
    }

    [Fact]
    public void A_list_as_JSON_lines_and_a_combined_sheet_are_refused()
    {
        File.WriteAllText(folder.File("casme.jsonl"), "{\"video\": \"EP02_01f\"}\n{\"video\": \"EP03_02\"}\n");
        Assert.Contains("is a JSON file",
            Assert.Throws<UserErrorException>(() => CodingSheet.Read(folder.File("casme.jsonl"))).Message,
            StringComparison.Ordinal);
        var combined = Xlsx(folder, "COMBINED.xlsx", [CasmeHeader, .. Casme2014(), .. Samm159()
            .Select(r => Casme("27", (string)r[1]!, r[3]!, r[4]!, r[5]!, r[8]!, ((string)r[9]!).ToLowerInvariant()))]);
        Assert.Contains("holds clips of two data sets: rows 2 to 256 are of CASME II, rows 257 to 415 of SAMM",
            Assert.Throws<UserErrorException>(() => CodingSheet.Read(combined)).Message, StringComparison.Ordinal);
    }

    private static CodingSheetContents Reads(string path, DatasetId dataset, int clips, int five, string? edition)
    {
        var sheet = CodingSheet.Read(path);
        Assert.Equal((dataset, clips, five), (sheet.Dataset, sheet.Clips.Length,
            sheet.Clips.Count(c => ClassSet.Five(dataset).LabelOf(c.Emotion) is not null)));
        if (edition is not null) Assert.Equal(edition, sheet.Edition);
        return sheet;
    }

    // As many clips of each subject as are published, five classes first; nine of others. Frames and units are
    // invented.
    private static object?[][] Casme2014() => Rows(PublishedCounts.CasmeII2014, 9, (s, n, i, five) => Casme(s,
        $"EP{n / 10 + 1:00}_{n:00}f", 10 + i, 20 + i, 30 + i, i % 3 == 0 ? 4 : "4+L10", five ? Five[i % 5] : "fear"));

    private static object?[][] Casme2019() => Rows(PublishedCounts.CasmeII2019, 6, (s, n, i, five) => Casme(s,
        $"EP{n / 10 + 1:00}_{n:00}f", 10 + i, 20 + i, 30 + i, i % 3 == 0 ? 4 : "4+L10", five ? Five[i % 5] : "fear"));

    private static object?[][] Samm159(object? apexOf028 = null)
    {
        string[] classes = ["Anger", "Happiness", "Other", "Surprise", "Contempt"];
        var rows = Rows(PublishedCounts.Samm, 23, (s, n, i, five) => Samm(s, $"{s}_{n / 3 + 1}_{n % 3 + 1}", 10 + i,
            20 + i, 30 + i, i % 3 == 0 ? 4 : "R6A+R12 ", five ? classes[i % 5] : "Disgust"));
        var doubtful = rows.First(r => (string)r[0]! == "028");
        (doubtful[1], doubtful[3], doubtful[4], doubtful[5]) = ("028_4_1", 1100, apexOf028 ?? 1143, 1134);
        return rows;
    }

    private static object?[][] Rows(PublishedCounts counts, int others, Func<string, int, int, bool, object?[]> row)
    {
        var rows = counts.Subjects
            .SelectMany(s => Enumerable.Range(0, s.Value).Select(n => (Subject: s.Key, N: n))).ToList();
        var first = counts.Subjects.First();
        return [.. rows.Select((r, i) => row(r.Subject, r.N, i, true)),
            .. Enumerable.Range(0, others).Select(n => row(first.Key, first.Value + n, rows.Count + n, false))];
    }
}
