using System.IO.Compression;
using System.Text;
using CsCheck;
using MerKernel.Data;
using MerKernel.Synthetic;

namespace MerKernel.Reliability.Tests.Fuzz;

/// <summary>Coding sheets from strangers.</summary>
public sealed class SheetFuzzTests(ITestOutputHelper log) : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mer-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Text_sheets()
    {
        var csv = string.Join('\n', Rows().Select(r => string.Join(',', r)));
        Fuzzer.Run(Gen.OneOf(Mutations.OfText(csv).Select(Encoding.UTF8.GetBytes),
            Mutations.OfBytes(Encoding.UTF8.GetBytes(csv))),
            bytes => Read(bytes, "csv"), 600, 20, log);
    }

    [Fact]
    public void Workbooks()
    {
        var book = Workbook();
        Fuzzer.Run(Mutations.OfBytes(book), bytes => Read(bytes, "xlsx"), 300, 10, log);
    }

    /// <summary>Excel 97's: bytes anywhere, and only in records, which bytes anywhere seldom hit.</summary>
    [Fact]
    public void Binary_workbooks()
    {
        var book = BinaryWorkbook.Of(Rows());
        var path = Path.Combine(_folder, "sound.xls");
        File.WriteAllBytes(path, book);
        Assert.Equal(SyntheticSet.Truth(DatasetId.CasmeII, SyntheticOptions.Tiny)
            .Select(c => (c.Subject, c.Name, c.Onset, c.Offset)),
            CodingSheet.Read(path).Clips.Select(c => (c.Subject, c.Name, c.Onset, c.Offset)));
        const int Records = 3 * 512;
        var records = Mutations.OfBytes(book[Records..]).Select(changed => (byte[])[.. book[..Records], .. changed]);
        Fuzzer.Run(Gen.OneOf(Mutations.OfBytes(book), records), bytes => Read(bytes, "xls"), 300, 10, log);
    }

    [Fact]
    public void Parts_of_workbooks()
    {
        var book = Parts(Workbook());
        var cases = Gen.OneOf([.. book.Select(part => Mutations.OfText(part.Value).Select(text => (part.Key, text)))]);
        Fuzzer.Run(cases,
            change => Read(Zip(book.Select(p => (p.Key, p.Key == change.Key ? change.text : p.Value))), "xlsx"), 300,
            15, log);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>", "&e;")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY e " +
        "\"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>", "&e;")]
    public void No_entity_is_looked_up(string declaration, string use)
    {
        var parts = Parts(Workbook());
        var text = parts.Keys.Single(k => k.EndsWith("worksheets/sheet1.xml", StringComparison.Ordinal));
        var xml = parts[text].Insert(parts[text].StartsWith("<?xml", StringComparison.Ordinal)
            ? parts[text].IndexOf("?>", StringComparison.Ordinal) + 2
            : 0, declaration).Replace("disgust", use, StringComparison.Ordinal);
        Assert.Contains("cannot be read as a spreadsheet",
            Assert.Throws<UserErrorException>(() =>
                Read(Zip(parts.Select(p => (p.Key, p.Key == text ? xml : p.Value))), "xlsx")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_formula_in_a_text_stays_text_and_a_name_with_a_path_is_no_clip()
    {
        var path = Path.Combine(_folder, "formula.csv");
        File.WriteAllText(path,
            "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Action Units,Estimated Emotion\n" +
            "1,EP01_02,1,5,9,=cmd|' /C calc'!A0,disgust\n1,EP01_03,1,5,9,4,=A1+1\n1,../../../etc,1,5,9,4,disgust\n");
        var sheet = CodingSheet.Read(path);
        Assert.Equal("01/EP01_02", Assert.Single(sheet.Clips).Id);
        Assert.Equal(["has the emotion '=A1+1', which is none", "has the name '../../../etc', which holds a slash"],
            sheet.Dropped.Select(d => d.Reason.Split([" of ", "; "], 0)[0]));
    }

    [Fact]
    public void A_small_archive_that_unpacks_to_gigabytes_is_refused_and_a_cell_far_from_the_table_passed_over()
    {
        var parts = Parts(Workbook());
        var bomb = Zip(
            [.. parts.Select(p => (p.Key, p.Value)), ("xl/sharedStrings2.xml", new string(' ', 50_000_000))]);
        Assert.True(bomb.Length < 200_000);
        Assert.Contains("unpack to over", Assert.Throws<UserErrorException>(() => Read(bomb, "xlsx")).Message,
            StringComparison.Ordinal);
        var sheet = parts.Keys.Single(k => k.EndsWith("worksheets/sheet1.xml", StringComparison.Ordinal));
        string With(params string[] cells) => cells.Aggregate(parts[sheet], (xml, cell) => xml.Replace("</x:sheetData>",
            $"<x:row r=\"{cell.TrimStart("AXFD".ToCharArray())}\"><x:c " +
            $"r=\"{cell}\"><x:v>1</x:v></x:c></x:row></x:sheetData>",
            StringComparison.Ordinal));
        CodingSheetContents Sheet(params string[] cells)
        {
            var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.xlsx");
            File.WriteAllBytes(path, Zip(parts.Select(p => (p.Key, p.Key == sheet ? With(cells) : p.Value))));
            return CodingSheet.Read(path);
        }

        Assert.Contains("row 1048576 holds no clip and was passed over: '1'", Sheet("A1048576").Remarks);
        Assert.Contains("cells as far right as column XFD were passed over", Sheet("XFD2000").Remarks);
        foreach (var corner in new string[][] { ["XFD1048576"], ["XFD30", "A1048576"] })
            Assert.Contains("has a cell in row 1048576 and one in column XFD; delete the rows below the table and " +
                "the columns right of it",
                Assert.Throws<UserErrorException>(() => Sheet(corner)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_device_or_an_endless_file_is_no_sheet_and_no_frame()
    {
        var link = Path.Combine(_folder, "coding.xlsx");
        File.CreateSymbolicLink(link, "/dev/zero");
        Assert.Contains("no coding sheet", Assert.Throws<UserErrorException>(() => CodingSheet.Read(link)).Message,
            StringComparison.Ordinal);
        Assert.Empty(FrameImage.Read(link));
        var frame = Path.Combine(_folder, "img1.jpg");
        File.WriteAllBytes(frame, [1, 2, 3]);
        File.CreateSymbolicLink(frame + ".link", frame);
        Assert.Equal([1, 2, 3], FrameImage.Read(frame + ".link"));
    }

    void Read(byte[] bytes, string ending)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.{ending}");
        File.WriteAllBytes(path, bytes);
        try { CodingSheet.Read(path); }
        catch (UserErrorException e)
        {
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
            throw;
        }
        finally { File.Delete(path); }
    }

    static List<string[]> Rows() =>
    [
        ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion"],
        .. SyntheticSet.Truth(DatasetId.CasmeII, SyntheticOptions.Tiny).Select(c =>
            (string[])[c.Subject, c.Name, $"{c.Onset}", $"{c.SheetApex ?? c.Apex}", $"{c.Offset}", c.Code, c.Emotion]),
    ];

    byte[] Workbook()
    {
        var path = Path.Combine(_folder, "book.xlsx");
        Sheets.Write(DatasetId.CasmeII, SyntheticSet.Truth(DatasetId.CasmeII, SyntheticOptions.Tiny), path);
        return File.ReadAllBytes(path);
    }

    static Dictionary<string, string> Parts(byte[] book)
    {
        using var zip = new ZipArchive(new MemoryStream(book));
        return zip.Entries.ToDictionary(e => e.FullName, e => new StreamReader(e.Open()).ReadToEnd());
    }

    static byte[] Zip(IEnumerable<(string Name, string Text)> parts)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
            foreach (var (name, text) in parts)
            {
                using var part = zip.CreateEntry(name).Open();
                part.Write(Encoding.UTF8.GetBytes(text));
            }
        return stream.ToArray();
    }
}
