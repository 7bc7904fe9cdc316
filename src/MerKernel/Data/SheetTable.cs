using System.IO.Compression;
using ExcelDataReader.Exceptions;
using ExcelDataReader;

namespace MerKernel.Data;

/// <summary>A row that holds something.</summary>
/// <param name="Number">Row number as a spreadsheet program shows it, from 1.</param>
/// <param name="Cells">Its cells as plain text; blank ones are empty.</param>
/// <param name="Count">
/// Cells that the file has for this row, blank ones included: of a text file the text between separators.
/// </param>
internal sealed record SheetRow(int Number, string[] Cells, int Count)
{
    public string this[int column] => column >= 0 && column < Cells.Length ? Cells[column] : "";

    /// <summary>Whether a spreadsheet program does not show it: hidden by hand, or by a filter.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Formulas by column, where their values are no text; none of a file in another format.</summary>
    public ImmutableDictionary<int, string> Formulas { get; init; } = ImmutableDictionary<int, string>.Empty;
}

/// <summary>One sheet of a spreadsheet file: the rows that are not blank, merged cells filled in.</summary>
/// <param name="Name">Name of the sheet; empty in a text file.</param>
/// <param name="IsText">True for .csv, where a separator within a cell makes one cell too many.</param>
/// <param name="Rows">The rows, in order.</param>
/// <param name="UnreadColumns">Columns that hold something too far to the right to be part of a table.</param>
internal sealed record SheetTable(string Name, bool IsText, ImmutableArray<SheetRow> Rows, int UnreadColumns)
{
    /// <summary>Whether a spreadsheet program does not show it.</summary>
    public bool IsHidden { get; init; }

    /// <summary>
    /// Most bytes of a file, and of a workbook's parts when unpacked: the real sheets have 30 kB, an archive made to
    /// harm unpacks to gigabytes.
    /// </summary>
    public const long MostBytes = 16_000_000;

    /// <summary>Columns that are read; the published sheets have 12.</summary>
    public const int MostColumns = 256;

    // Rows that hold something, and cells of all sheets together: a binary workbook may name one sheet a thousand
    // times. The promised rows are looked through one by one, even where none is written.
    private const int MostRows = 20_000, MostCells = 1_000_000, MostPromised = 4 << 20, MostPromisedCells = 1 << 28;

    static SheetTable() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    // Beginnings of files that are renamed to .xls or .csv by those who export them.
    private static readonly (string Start, string What)[] Strangers =
    [
        ("<!doctype html", "an HTML page"), ("<html", "an HTML page"), ("<table", "an HTML page"),
        ("mime-version:", "a web archive"), ("<?xml", "an XML file"),
        ("{\"", "a JSON file"), ("[{", "a JSON file"), ("%pdf", "a PDF document"), ("{\\rtf", "a text document (RTF)"),
    ];

    /// <summary>Reads every sheet of a .xlsx, .xls or .csv file.</summary>
    public static ImmutableArray<SheetTable> ReadAll(string path, byte[] bytes)
    {
        var start = Encoding.UTF8.GetString(bytes, 0, Math.Min(bytes.Length, 256))
            .TrimStart('\uFEFF', ' ', '\t', '\r', '\n').ToLowerInvariant();
        if (Strangers.FirstOrDefault(s => start.StartsWith(s.Start, StringComparison.Ordinal)).What is { } stranger)
            throw new UserErrorException($"{path} is {stranger}, not a spreadsheet; open it in a spreadsheet program " +
                "and save it as .xlsx, or take the file as the data set's authors ship it.");
        try
        {
            if (bytes is [0x50, 0x4B, ..]) bytes = Unpacked(bytes);
            using var stream = new MemoryStream(bytes);
            // The content decides, not the extension: exports are renamed often enough.
            var text = !LooksBinary(bytes);
            if (text && SheetQuotes.Unclosed(bytes) is { } row)
                throw new UserErrorException($"{path}, row {row}: a quote is opened and never closed, so that the " +
                    "rows below it are part of one cell; delete it, or write the one that closes it.");
            var formulas = SheetFormulas.In(bytes);
            using var reader = text
                ? ExcelReaderFactory.CreateCsvReader(stream)
                : ExcelReaderFactory.CreateReader(stream);
            var tables = ImmutableArray.CreateBuilder<SheetTable>();
            var (promised, cells) = (0L, 0L);
            do
            {
                if ((promised += reader.RowCount) > MostPromised)
                    throw new InvalidDataException($"it promises {promised} rows, more than a sheet holds");
                if ((long)reader.RowCount * reader.FieldCount > MostPromisedCells)
                    throw new InvalidDataException($"sheet '{reader.Name}' has a cell in row {reader.RowCount} and " +
                        $"one in column {ColumnName(reader.FieldCount - 1)}; "
                        + "delete the rows below the table and the columns right of it");
                tables.Add(ReadOne(reader, text, formulas.GetValueOrDefault(reader.Name ?? ""), ref cells));
            }
            while (reader.NextResult());
            return tables.ToImmutable();
        }
        catch (Exception e) when (e is not UserErrorException)
        {
            // The library meets damaged files with whatever exception the damage leads to (out of memory, where
            // a length is wrong); all mean the same to the user.
            var what = e is InvalidPasswordException
                ? "is protected by a password"
                : $"cannot be read as a spreadsheet ({e.Message.TrimEnd('.')})";
            throw new UserErrorException($"{path} {what}; open it in a spreadsheet program and save it again as " +
                ".xlsx or .csv, or take the file as the data set's authors ship it.", e);
        }
    }

    /// <summary>A column as a spreadsheet program names it: A for 0, AB for 27.</summary>
    public static string ColumnName(int column) =>
        (column < 26 ? "" : ColumnName(column / 26 - 1)) + (char)('A' + column % 26);

    private static bool LooksBinary(byte[] bytes) =>
        bytes is [0x50, 0x4B, ..] or [0xD0, 0xCF, ..] || bytes.AsSpan(0, Math.Min(bytes.Length, 512)).Contains((byte)0);

    private static SheetTable ReadOne(IExcelDataReader reader, bool text,
        Dictionary<(int Row, int Column), string>? computed, ref long cells)
    {
        var formulas = computed?.ToLookup(f => f.Key.Row, f => (f.Key.Column, f.Value));
        var rows = new List<SheetRow>();
        var (number, unread) = (0, 0);
        while (reader.Read())
        {
            number++;
            var (row, count, blank) = (new string[Math.Min(reader.FieldCount, MostColumns)], 0, true);
            for (var i = 0; i < reader.FieldCount; i++)
            {
                if (reader.GetValue(i) is not { } value) continue;
                count = i + 1;
                if (i >= row.Length) unread = Math.Max(unread, i + 1);
                else blank &= (row[i] = Text(value)).Length == 0;
            }
            if (blank) continue;
            for (var i = 0; i < row.Length; i++) row[i] ??= "";
            rows.Add(new SheetRow(number, row, count)
            {
                IsHidden = !text && reader.RowHeight == 0,
                Formulas = formulas?[number - 1].ToImmutableDictionary(f => f.Column, f => f.Value)
                    ?? ImmutableDictionary<int, string>.Empty,
            });
            if (rows.Count > MostRows || (cells += row.Length) > MostCells)
                throw new InvalidDataException($"it has over {MostRows} rows or {MostCells} cells");
        }
        var numbers = rows.Select(r => r.Number).ToArray();
        foreach (var range in reader.MergeCells ?? [])
        {
            var at = Array.BinarySearch(numbers, range.FromRow + 1);
            var value = at < 0 ? "" : rows[at][range.FromColumn];
            for (at = at < 0 ? ~at : at; at < rows.Count && numbers[at] <= range.ToRow + 1; at++)
            {
                var last = Math.Min(range.ToColumn, rows[at].Cells.Length - 1);
                if ((cells += Math.Max(1, last - range.FromColumn + 1)) > MostCells)
                    throw new InvalidDataException(
                        $"it has over {MostCells} cells, merged ones counted for each merging");
                for (var c = Math.Max(0, range.FromColumn); c <= last; c++) rows[at].Cells[c] = value;
            }
        }
        return new SheetTable(reader.Name ?? "", text, [.. rows], unread)
        {
            IsHidden = !text && reader.VisibleState is "hidden" or "veryhidden",
        };
    }

    // The sizes that an archive states may be wrong, so the output is counted.
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
                    if ((left -= read) < 0)
                        throw new InvalidDataException($"its parts unpack to over {MostBytes} bytes");
            }
        }
        return target.ToArray();
    }

    // Dates and times in the form of ISO 8601, so that they are known again.
    private static string Text(object value) => PlainText.Of(value switch
    {
        double d when d == Math.Floor(d) && Math.Abs(d) < 1e15 => ((long)d).ToString(CultureInfo.InvariantCulture),
        DateTime t => t.ToString(t.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss",
            CultureInfo.InvariantCulture),
        TimeSpan t => t.ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    });
}

/// <summary>
/// Text as an East Asian input method or another script writes it, in the characters that the sheets' notation has.
/// </summary>
static class PlainText
{
    /// <summary>
    /// Digits of every script become 0 to 9, full-width letters and signs their ASCII twins, blanks of every kind
    /// a blank, a letter and its mark one character; the ends are trimmed. The rest stays.
    /// </summary>
    public static string Of(string text)
    {
        if (text.All(char.IsAscii)) return text.Trim();
        var plain = new System.Text.StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (System.Text.Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber)
                plain.Append((int)System.Text.Rune.GetNumericValue(rune));
            else if (rune.Value is >= 0xFF01 and <= 0xFF5E) plain.Append((char)(rune.Value - 0xFEE0));
            else if (System.Text.Rune.IsWhiteSpace(rune)) plain.Append(' ');
            else if (rune.Value == 0x3001) plain.Append(',');
            else plain.Append(rune.ToString());
        }
        return ComposedText.Of(plain.ToString().Trim());
    }

    /// <summary>A person's or clip's name: as <see cref="Of"/>, with one blank where there are several.</summary>
    public static string Name(string text) =>
        string.Join(' ', Of(text).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
