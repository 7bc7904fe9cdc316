using System.IO.Compression;
using System.Text.RegularExpressions;
using MiniExcelLibs;

namespace MerKernel.Synthetic;

/// <summary>The coding sheets, with the real sheets' names, columns and cell types.</summary>
static partial class Sheets
{
    const int SammHeaderRow = 14;

    static readonly string?[] CasmeIIHeader =
        ["Subject", "Filename", null, "OnsetFrame", "ApexFrame", "OffsetFrame", null, "Action Units",
            "Estimated Emotion", "Objective Classes"];

    static readonly string?[] SammHeader =
        ["Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro",
            "Action Units", "Estimated Emotion", "Objective Classes", "Notes"];

    /// <summary>The sheet's file name.</summary>
    public static string NameOf(DatasetId dataset) =>
        OtherSet.Of(dataset) is { } other
            ? other.Sheet
            : dataset == DatasetId.CasmeII ? "CASME2-coding-20190701.xlsx"
            : "SAMM_Micro_FACS_Codes_v2.xlsx";

    /// <summary>Writes the sheet.</summary>
    public static void Write(DatasetId dataset, IEnumerable<SyntheticClip> clips, string path)
    {
        var other = OtherSet.Of(dataset);
        object?[][] rows = other is not null ? other.Rows([.. clips]) : dataset == DatasetId.CasmeII
            ? [CasmeIIHeader, .. clips.Select(CasmeIIRow)]
            : [.. SammPreamble(), SammHeader, .. clips.Select(SammRow)];
        using var book = new MemoryStream();
        book.SaveAs(Cells(rows), printHeader: false,
            sheetName: other?.Worksheet ?? (dataset == DatasetId.CasmeII ? "Sheet1" : "MICRO_ONLY"));
        AtomicFile.Write(path, file => CopyReproducibly(book, file));
    }

    static object?[] CasmeIIRow(SyntheticClip c) =>
        [c.Subject, c.Name, null, c.Onset, c.SheetApex ?? c.Apex, c.SheetOffset ?? c.Offset, null, Code(c), c.Emotion,
            EmotionRules.ObjectiveClass(c.CodedUnits)];

    static object?[] SammRow(SyntheticClip c) =>
        [c.Subject, c.Name, int.Parse(c.Name.Split('_')[1]), c.Onset, c.SheetApex ?? c.Apex, c.SheetOffset ?? c.Offset,
         c.FrameCount,
         "Micro - 1/2", Code(c), c.Emotion, EmotionRules.ObjectiveClass(c.CodedUnits), null];

    // A lone number is a numeric cell in the real sheets, everything else is text.
    static object Code(SyntheticClip clip) =>
        int.TryParse(clip.Code, out var number) && !clip.Code.EndsWith(' ') ? number : clip.Code;

    static IEnumerable<object?[]> SammPreamble()
    {
        string?[] lines =
        [
            "SAMM micro-movements: synthetic look-alike made by MerNotebooks, not the real data set", null,
            "Onset, apex and offset are frame numbers at 200 frames per second",
            "Action Units: L and R give the side, A to E the intensity",
            "Objective Classes: I to VII as 1 to 7",
        ];
        for (var row = 0; row < SammHeaderRow - 1; row++) yield return [row < lines.Length ? lines[row] : null];
    }

    // Every row has as many cells as the header.
    static IEnumerable<Dictionary<string, object?>> Cells(IReadOnlyCollection<object?[]> rows)
    {
        var width = rows.Max(r => r.Length);
        return rows.Select(row => Enumerable.Range(0, width)
            .ToDictionary(column => $"{(char)('A' + column)}", column => column < row.Length ? row[column] : null));
    }

    // A workbook is a zip archive; its time stamps and its freshly drawn relationship ids would make equal sheets
    // differ.
    static void CopyReproducibly(Stream book, Stream target)
    {
        book.Position = 0;
        using var source = new ZipArchive(book, ZipArchiveMode.Read);
        using var copy = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
        var ids = new Dictionary<string, string>();
        foreach (var entry in source.Entries)
        {
            var twin = copy.CreateEntry(entry.FullName);
            twin.LastWriteTime = new DateTimeOffset(2019, 7, 1, 0, 0, 0, TimeSpan.Zero);
            using var from = new StreamReader(entry.Open());
            using var to = new StreamWriter(twin.Open());
            to.Write(DrawnId().Replace(from.ReadToEnd(), match => Stable(match.Value)));
        }

        string Stable(string id)
        {
            if (!ids.TryGetValue(id, out var stable)) ids[id] = stable = $"rel{ids.Count + 1}";
            return stable;
        }
    }

    [GeneratedRegex("R[0-9a-f]{32}", RegexOptions.CultureInvariant)]
    private static partial Regex DrawnId();
}

/// <summary>Folders that appear whole or not at all.</summary>
static class Folders
{
    /// <summary>
    /// Fills a new folder under a temporary name, then renames it, unless another process has put the same there
    /// meanwhile; a null folder is passed through.
    /// </summary>
    public static void Fill(string? folder, Action<string?> fill)
    {
        if (folder is null)
        {
            fill(null);
            return;
        }
        var temporary = TemporaryName.For(Path.Combine(Path.GetDirectoryName(folder)!, $".{Path.GetFileName(folder)}"));
        FaultPoint.Reach("create", folder);
        Directory.CreateDirectory(temporary);
        try
        {
            fill(temporary);
            FaultPoint.Reach("rename", folder);
            Move(temporary, folder);
            FaultPoint.Reach("renamed", folder);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    static void Move(string temporary, string folder)
    {
        try
        {
            if (!Directory.Exists(folder)) Directory.Move(temporary, folder);
        }
        catch (IOException) when (Directory.Exists(folder)) { /* Another process was quicker. */ }
    }
}
