using System.IO.Compression;
using System.Text;
using CsCheck;
using MerKernel.Data;
using static MerKernel.Tests.Data.SheetFiles;

namespace MerKernel.Tests.Data;

/// <summary>
/// Damaged and strange sheets: a message or noted clips, never another exception, never a clip lost in silence.
/// </summary>
public sealed class CodingSheetRobustnessTests : IDisposable
{
    private const int Clips = 8;

    private static readonly Gen<string> Cell = Gen.OneOf(
        Gen.String,
        Gen.Int.Select(i => i.ToString()),
        Gen.Double.Select(d => d.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        Gen.String[Gen.Char["0123456789+/?()LRABor, "], 0, 12],
        Gen.OneOf<string>(new[]
        {
            "", " ", "/", "-1", "0", "1e9", "99999999999", "TRUE", "#REF!", "=A1", "2014-05-08", "disgust", "sub01",
            "01", "EP02_01f", "\u00a0", "\"", "\"\"\"", "Subject", "Filename"
        }.Select(s => Gen.Const(s)).ToArray()));

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Thousands_of_mutated_cells_end_in_a_sentence_or_leave_every_row_accounted_for()
    {
        var read = 0;
        Gen.Select(Cell, Gen.Int[1, Clips], Gen.Int[0, 8]).List[1, 3].Sample(mutations =>
        {
            var rows = Rows();
            foreach (var (text, row, column) in mutations) rows[row][column] = text;
            if (MustBeAccountedFor(Path(Guid.NewGuid() + ".csv",
                Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(r => string.Join(',', r.Select(Quoted)))))), rows))
                Interlocked.Increment(ref read);
        }, iter: 3000);
        // A reader that refused every sheet would pass.
        Assert.InRange(read, 300, 3000);
    }

    [Fact]
    public void Mutated_cells_of_a_workbook_are_no_different() =>
        Gen.Select(Gen.OneOf(Cell.Select(c => (object?)c), Gen.Double.Select(d => (object?)d),
            Gen.Bool.Select(b => (object?)b),
            Gen.Int[0, 40000].Select(d => (object?)new DateTime(1950, 1, 1).AddDays(d)), Gen.Const((object?)null)),
            Gen.Int[0, Clips], Gen.Int[0, 8])
            .Sample((value, row, column) =>
            {
                var rows = Rows();
                // Characters that XML cannot hold never come from a spreadsheet program.
                rows[row][column] = value is string text
                    ? string.Concat(text.Where(c => System.Xml.XmlConvert.IsXmlChar(c))) : value;
                MustBeAccountedFor(Xlsx(folder, Guid.NewGuid() + ".xlsx", rows), rows);
            }, iter: 300);

    [Fact]
    public void A_workbook_cut_anywhere_or_with_any_byte_changed_ends_in_a_sentence_or_is_read()
    {
        var whole = File.ReadAllBytes(Xlsx(folder, "whole.xlsx", Rows()));
        for (var length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 120))
            MustNotCrash(whole[..length]);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] = value;
            MustNotCrash(damaged);
        }, iter: 500);
    }

    [Fact]
    public void Bytes_that_are_no_spreadsheet_end_in_a_sentence() =>
        Gen.Select(Gen.Int[0, 4].Select(i =>
            new[] { "", "PK\u0003\u0004", "\u00d0\u00cf\u0011\u00e0", "%PDF-1.4", "<html>" }[i]),
            Gen.Byte.Array[0, 300])
            .Sample((start, rest) => MustNotCrash([.. Encoding.Latin1.GetBytes(start), .. rest]), iter: 500);

    [Fact]
    public void Formula_cells_count_with_their_value_and_merged_cells_for_every_row()
    {
        var path = Path("formula.xlsx", Workbook(
            """
            <row r="1"><c r="A1" t="inlineStr"><is><t>Subject</t></is></c><c r="B1" t="inlineStr"><is><t>Filename</t></is></c><c r="C1" t="inlineStr"><is><t>OnsetFrame</t></is></c><c r="D1" t="inlineStr"><is><t>ApexFrame</t></is></c><c r="E1" t="inlineStr"><is><t>OffsetFrame</t></is></c><c r="F1" t="inlineStr"><is><t>Action Units</t></is></c><c r="G1" t="inlineStr"><is><t>Estimated Emotion</t></is></c></row>
            <row r="2"><c r="A2"><v>7</v></c><c r="B2" t="inlineStr"><is><t>EP01_01</t></is></c><c r="C2"><v>10</v></c><c r="D2"><f>C2+5</f><v>15</v></c><c r="E2"><f>D2+5</f><v>20</v></c><c r="F2"><v>12</v></c><c r="G2" t="str"><f>"hap"&amp;"piness"</f><v>happiness</v></c></row>
            <row r="3"><c r="B3" t="inlineStr"><is><t>EP01_02</t></is></c><c r="C3"><v>1</v></c><c r="D3"><v>2</v></c><c r="E3"><v>3</v></c><c r="F3"><v>4</v></c><c r="G3" t="inlineStr"><is><t>disgust</t></is></c></row>
            """, """<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>"""));
        var clips = CodingSheet.Read(path).Clips;
        Assert.Equal([("07/EP01_01", 10, 15, 20, "happiness"), ("07/EP01_02", 1, 2, 3, "disgust")],
            clips.Select(c => (c.Id, c.Onset, c.Apex, c.Offset, c.Emotion)));
    }

    [Fact]
    public void A_formula_that_was_never_computed_names_its_row()
    {
        var path = Path("empty-formula.xlsx", Workbook(
            """
            <row r="1"><c r="A1" t="inlineStr"><is><t>Subject</t></is></c><c r="B1" t="inlineStr"><is><t>Filename</t></is></c><c r="C1" t="inlineStr"><is><t>OnsetFrame</t></is></c><c r="D1" t="inlineStr"><is><t>ApexFrame</t></is></c><c r="E1" t="inlineStr"><is><t>OffsetFrame</t></is></c><c r="F1" t="inlineStr"><is><t>Action Units</t></is></c><c r="G1" t="inlineStr"><is><t>Estimated Emotion</t></is></c></row>
            <row r="2"><c r="A2"><v>7</v></c><c r="B2" t="inlineStr"><is><t>EP01_01</t></is></c><c r="C2"><v>10</v></c><c r="D2"><f>C2+5</f></c><c r="E2"><v>20</v></c><c r="F2"><v>12</v></c><c r="G2" t="inlineStr"><is><t>happiness</t></is></c></row>
            """, ""));
        Assert.Contains("row 2 (07/EP01_01) has apex ''",
            Assert.Throws<UserErrorException>(() => CodingSheet.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_binary_workbook_is_read()
    {
        // BIFF 2, the oldest .xls, record by record: beginning, labels and integers, end.
        var bytes = new List<byte>();
        void Record(ushort id, params byte[] body) =>
            bytes.AddRange([(byte)id, (byte)(id >> 8), (byte)body.Length, 0, .. body]);
        void Cell(int row, int column, object value)
        {
            byte[] at = [(byte)row, 0, (byte)column, 0, 0, 0, 0];
            if (value is int number) Record(0x0002, [.. at, (byte)number, (byte)(number >> 8)]);
            else Record(0x0004, [.. at, (byte)((string)value).Length, .. Encoding.ASCII.GetBytes((string)value)]);
        }
        Record(0x0009, 2, 0, 0x10, 0);
        Record(0x0000, 0, 0, 2, 0, 0, 0, 9, 0);
        object?[][] rows = [CasmeHeader, Casme(3, "EP07_04", 300, 310, 320, "R12", "happiness")];
        for (var r = 0; r < rows.Length; r++)
            for (var c = 0; c < rows[r].Length; c++)
                if (rows[r][c] is { } value) Cell(r, c, value);
        Record(0x000A);
        var clip = Assert.Single(CodingSheet.Read(Path("old.xls", [.. bytes])).Clips);
        Assert.Equal(("03/EP07_04", 300, 310, 320, "happiness"),
            (clip.Id, clip.Onset, clip.Apex, clip.Offset, clip.Emotion));
    }

    private static object?[][] Rows() =>
        [[.. CasmeHeader], .. Enumerable.Range(1, Clips)
            .Select(i => Casme($"{i % 3 + 1:D2}", $"EP{i:D2}_01f", 10 * i, 10 * i + 5, 10 * i + 9, "4+7", "disgust"))];

    private static string Quoted(object? cell) =>
        $"\"{cell?.ToString()?.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Whether the sheet was read and not refused.</summary>
    private static bool MustBeAccountedFor(string path, object?[][] rows)
    {
        try
        {
            var sheet = CodingSheet.Read(path);
            var filled = rows.Skip(1)
                .Count(r => r.Any(c => !string.IsNullOrWhiteSpace(c?.ToString()?.Replace('\u00a0', ' '))));
            Assert.Equal(filled, sheet.Clips.Length + sheet.Dropped.Length + sheet.Remarks.Length);
            return true;
        }
        catch (UserErrorException e)
        {
            Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
            return false;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private void MustNotCrash(byte[] bytes)
    {
        var path = Path("damaged.xlsx", bytes);
        try
        {
            CodingSheet.Read(path);
        }
        catch (UserErrorException e)
        {
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
        }
    }

    private string Path(string name, byte[] bytes)
    {
        var path = System.IO.Path.Combine(folder, $"{Guid.NewGuid()}-{name}");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Workbook(string rows, string after)
    {
        const string Relations = "http://schemas.openxmlformats.org/package/2006/relationships",
            Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            void Add(string name, string xml)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(xml);
            }
            Add("[Content_Types].xml",
                """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>""");
            Add("_rels/.rels",
                $"""<Relationships xmlns="{Relations}"><Relationship Id="r1" Type="{Office}/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Add("xl/workbook.xml",
                $"""<workbook xmlns="{Main}" xmlns:r="{Office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>""");
            Add("xl/_rels/workbook.xml.rels",
                $"""<Relationships xmlns="{Relations}"><Relationship Id="r1" Type="{Office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>""");
            Add("xl/worksheets/sheet1.xml",
                $"""<worksheet xmlns="{Main}"><sheetData>{rows}</sheetData>{after}</worksheet>""");
        }
        return stream.ToArray();
    }
}
