using System.Globalization;
using System.IO.Compression;
using System.Text;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace MerKernel.Data;

/// <summary>One sheet of a spreadsheet file as trimmed text, merged cells filled in.</summary>
internal sealed record SheetTable(string Name, string[][] Rows)
{
    /// <summary>Most bytes of a file, and of a workbook's parts when unpacked: the real sheets have 30 kB, an archive made to harm unpacks to gigabytes.</summary>
    public const long MostBytes = 16_000_000;

    // Of all sheets together: a binary workbook may name one sheet a thousand times. What is promised is looked through row by row, where it is nowhere written too.
    private const int MostRows = 20_000, MostCells = 1_000_000, MostPromised = 4 << 20;

    static SheetTable() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Reads every sheet of a .xlsx, .xls or .csv file.</summary>
    public static ImmutableArray<SheetTable> ReadAll(string path, byte[] bytes)
    {
        try
        {
            if (bytes is [0x50, 0x4B, ..]) bytes = Unpacked(bytes);
            using var stream = new MemoryStream(bytes);
            // The content decides, not the extension: exports are renamed often enough.
            using var reader = LooksBinary(bytes) ? ExcelReaderFactory.CreateReader(stream) : ExcelReaderFactory.CreateCsvReader(stream);
            var tables = ImmutableArray.CreateBuilder<SheetTable>();
            var (promised, cells) = (0L, 0L);
            do
            {
                if ((promised += reader.RowCount) > MostPromised) throw new InvalidDataException($"it promises {promised} rows, more than a sheet holds");
                tables.Add(ReadOne(reader, ref cells));
            }
            while (reader.NextResult());
            return tables.ToImmutable();
        }
        catch (Exception e) when (e is not UserErrorException)
        {
            // The library meets damaged files with whatever exception the damage leads to (out of memory, where a length is wrong); all mean the same to the user.
            var what = e is InvalidPasswordException ? "is protected by a password" : $"cannot be read as a spreadsheet ({e.Message.TrimEnd('.')})";
            throw new UserErrorException($"{path} {what}; open it in a spreadsheet program and save it again as .xlsx or .csv, or take the file as the data set's authors ship it.", e);
        }
    }

    private static bool LooksBinary(byte[] bytes) =>
        bytes is [0x50, 0x4B, ..] or [0xD0, 0xCF, ..] || bytes.AsSpan(0, Math.Min(bytes.Length, 512)).Contains((byte)0);

    private static SheetTable ReadOne(IExcelDataReader reader, ref long cells)
    {
        var rows = new List<string[]>();
        while (reader.Read())
        {
            var row = new string[reader.FieldCount];
            for (var i = 0; i < row.Length; i++) row[i] = Text(reader.GetValue(i));
            rows.Add(row);
            // One cell in the last corner of a sheet makes a table of 17 thousand million.
            if (rows.Count > MostRows || (cells += row.Length) > MostCells) throw new InvalidDataException($"it has over {MostRows} rows or {MostCells} cells");
        }
        foreach (var range in reader.MergeCells ?? [])
        {
            var value = Cell(rows, range.FromRow, range.FromColumn);
            for (var r = range.FromRow; r <= Math.Min(range.ToRow, rows.Count - 1); r++)
                for (var c = range.FromColumn; c <= Math.Min(range.ToColumn, rows[r].Length - 1); c++)
                {
                    if (++cells > MostCells) throw new InvalidDataException($"it has over {MostCells} cells, merged ones counted for each merging");
                    rows[r][c] = value;
                }
        }
        return new SheetTable(reader.Name ?? "", [.. rows]);
    }

    // The sizes that an archive states may be wrong, so what comes out is counted.
    private static byte[] Unpacked(byte[] bytes)
    {
        using var source = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
        var target = new MemoryStream();
        using (var copy = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            var (buffer, left) = (new byte[81920], MostBytes);
            foreach (var entry in source.Entries)
            {
                using var from = entry.Open();
                using var to = copy.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                for (int read; (read = from.Read(buffer)) > 0; to.Write(buffer, 0, read))
                    if ((left -= read) < 0) throw new InvalidDataException($"its parts unpack to over {MostBytes} bytes");
            }
        }
        return target.ToArray();
    }

    private static string Cell(List<string[]> rows, int row, int column) =>
        row >= 0 && row < rows.Count && column >= 0 && column < rows[row].Length ? rows[row][column] : "";

    private static string Text(object? value) => value switch
    {
        null => "",
        double d when d == Math.Floor(d) && Math.Abs(d) < 1e15 => ((long)d).ToString(CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    } is var text ? text.Replace('\u00a0', ' ').Trim() : "";
}
