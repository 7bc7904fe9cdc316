using MiniExcelLibs;

namespace MerKernel.Tests.Data;

/// <summary>Writes small coding sheets in the shape of the published ones.</summary>
internal static class SheetFiles
{
    public static readonly object?[] CasmeHeader = ["Subject", "Filename", null, "OnsetFrame", "ApexFrame",
        "OffsetFrame", null, "Action Units", "Estimated Emotion"];

    public static readonly object?[] CasmeHeader2019 = [.. CasmeHeader, "Objective Classes"];

    public static readonly object?[] SammHeader =
        ["Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro",
            "Action Units", "Estimated Emotion", "Objective Classes", "Notes"];

    public static object?[] Casme(object subject, string name, object onset, object apex, object offset, object units,
        string emotion) =>
            [subject, name, null, onset, apex, offset, null, units, emotion];

    public static object?[] Samm(object subject, string name, int onset, int apex, int offset, object units,
        string emotion) =>
            [subject, name, 1, onset, apex, offset, offset - onset + 1, "1/2", units, emotion, "I", null];

    public static string Xlsx(string folder, string name, params object?[][] rows) =>
        Xlsx(folder, name, "Sheet1", rows);

    public static string Xlsx(string folder, string name, string sheet, object?[][] rows)
    {
        var path = Path.Combine(folder, name);
        MiniExcel.SaveAs(path, Table(rows), printHeader: false, sheetName: sheet, overwriteFile: true);
        return path;
    }

    private static Dictionary<string, object?>[] Table(object?[][] rows)
    {
        var width = rows.Max(r => r.Length);
        return [.. rows.Select(r =>
            Enumerable.Range(0, width).ToDictionary(i => $"c{i:D2}", i => i < r.Length ? r[i] : null))];
    }

    public static string Xlsx(string folder, string name, params (string Sheet, object?[][] Rows)[] sheets)
    {
        var path = Path.Combine(folder, name);
        MiniExcel.SaveAs(path, sheets.ToDictionary(s => s.Sheet, s => (object)Table(s.Rows)), printHeader: false,
            overwriteFile: true);
        return path;
    }

    public static string Csv(string folder, string name, char separator, params object?[][] rows)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllLines(path, rows.Select(r => string.Join(separator, r.Select(c => c?.ToString() ?? ""))));
        return path;
    }
}
