using System.IO.Compression;
using System.Xml;

namespace MerKernel.Data;

/// <summary>
/// The formulas of a .xlsx workbook, of which the reader of sheets gives the values only: '+4+7', typed into a cell, is
/// the formula =+4+7 with the value 11.
/// </summary>
static class SheetFormulas
{
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>
    /// By sheet, then by row and column from 0, the formulas whose values are no text; none of a file in another format
    /// or in a form that is not understood.
    /// </summary>
    public static Dictionary<string, Dictionary<(int Row, int Column), string>> In(byte[] bytes)
    {
        var found = new Dictionary<string, Dictionary<(int, int), string>>();
        if (bytes is not [0x50, 0x4B, ..]) return found;
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
            var parts = new Dictionary<string, string>();
            Read(archive, "xl/_rels/workbook.xml.rels", "Relationship", r =>
                parts[r.GetAttribute("Id") ?? ""] = r.GetAttribute("Target") ?? "");
            var sheets = new List<(string Name, string Part)>();
            Read(archive, "xl/workbook.xml", "sheet", r =>
            {
                if (parts.TryGetValue(r.GetAttribute("id", Relations) ?? "", out var part))
                    sheets.Add((r.GetAttribute("name") ?? "", part.StartsWith('/') ? part[1..] : "xl/" + part));
            });
            foreach (var (name, part) in sheets)
            {
                var formulas = found[name] = [];
                Read(archive, part, "c", r =>
                {
                    if (r.GetAttribute("t") is "str" or "s" or "inlineStr" || r.IsEmptyElement
                        || Place(r.GetAttribute("r")) is not { } place)
                        return;
                    using var cell = r.ReadSubtree();
                    if (cell.ReadToDescendant("f", r.NamespaceURI))
                        formulas[place] = cell.ReadElementContentAsString().Trim();
                });
            }
        }
        catch (Exception e) when (e is XmlException or InvalidDataException or ArgumentException
            or InvalidOperationException)
        {
            // Whatever is wrong with the file, the reader of its sheets has the message.
        }
        return found;
    }

    private static void Read(ZipArchive archive, string part, string element, Action<XmlReader> read)
    {
        if (archive.GetEntry(part) is not { } entry) return;
        using var stream = entry.Open();
        using var reader = XmlReader.Create(stream, new() { DtdProcessing = DtdProcessing.Prohibit });
        while (reader.Read())
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == element) read(reader);
    }

    // 'H5' is row 4, column 7.
    private static (int Row, int Column)? Place(string? name)
    {
        var letters = (name ?? "").TakeWhile(char.IsAsciiLetterUpper).Take(4).ToArray();
        if (letters.Length is 0 or > 3
            || !int.TryParse(name.AsSpan(letters.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var row))
            return null;
        return (row - 1, letters.Aggregate(0, (column, letter) => 26 * column + letter - 'A' + 1) - 1);
    }
}
