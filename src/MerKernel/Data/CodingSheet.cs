using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace MerKernel.Data;

/// <summary>Reads the coding sheets of CASME II (2014, 2019) and SAMM (version 2), as .xlsx, .xls or .csv.</summary>
public static partial class CodingSheet
{
    private static readonly string[] Needed = ["subject", "filename", "onset", "apex", "offset", "actionunits", "emotion"];

    [GeneratedRegex(@"^\d{3}_\d+", RegexOptions.CultureInvariant)]
    private static partial Regex SammName();

    [GeneratedRegex(@"^(?:sub(?:ject)?|s)?\s*0*(\d{1,3})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SubjectNumber();

    /// <summary>Reads a sheet and repairs its known errata; every repair is noted on its clip.</summary>
    /// <param name="path">The file.</param>
    /// <param name="errata">The errata to repair; all of <see cref="Errata.Known"/> where null.</param>
    /// <exception cref="UserErrorException">The file is missing, is no coding sheet, or a row cannot be understood.</exception>
    public static CodingSheetContents Read(string path, ImmutableArray<Erratum>? errata = null)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path)) throw new UserErrorException($"There is no coding sheet at {path}; put the file that came with the data set there or name another.");
        byte[] bytes;
        try
        {
            if (FileLength.Of(path) is var length and not (> 0 and <= SheetTable.MostBytes))
                throw new UserErrorException($"{path} has {length} bytes, which is no coding sheet; take the file as the data set's authors ship it.");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be opened ({e.Message.TrimEnd('.')}); allow reading it or close the program that holds it.", e);
        }
        var (rows, header, columns) = FindHeader(path, SheetTable.ReadAll(path, bytes));
        var clips = ImmutableArray.CreateBuilder<Clip>();
        var dropped = ImmutableArray.CreateBuilder<DroppedRow>();
        var remarks = ImmutableArray.CreateBuilder<string>();
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var records = new List<RowReader>();
        for (var r = header + 1; r < rows.Length; r++)
        {
            var row = new RowReader(path, r + 1, rows[r], columns);
            if (row.IsBlank) continue;
            if (row.IsRemark) remarks.Add($"row {row.Number} holds no clip and was passed over: '{row.FirstText}'");
            else records.Add(row);
        }
        if (records.Count == 0)
            throw new UserErrorException($"{path} has a header in row {header + 1} but no clip below it; take the complete coding sheet of the data set.");
        var dataset = records.Count(r => SammName().IsMatch(r["filename"])) * 2 > records.Count ? DatasetId.Samm : DatasetId.CasmeII;
        foreach (var row in records)
        {
            var clip = ReadClip(row, dataset, errata ?? Errata.Known, out var defect);
            if (clip is null) dropped.Add(new DroppedRow(row.Number, defect.Clip, defect.Reason));
            else if (seen.TryGetValue(clip.Id, out var first)) dropped.Add(new DroppedRow(row.Number, clip.Id, $"row {first} already has this clip; the first row counts"));
            else
            {
                seen.Add(clip.Id, row.Number);
                clips.Add(clip);
            }
        }
        return new CodingSheetContents
        {
            Dataset = dataset,
            Path = path,
            Edition = dataset == DatasetId.Samm ? "v2" : columns.ContainsKey("objective") ? "2019" : "2014",
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Clips = clips.ToImmutable(),
            Dropped = dropped.ToImmutable(),
            Remarks = remarks.ToImmutable(),
        };
    }

    private static (string[][] Rows, int Header, Dictionary<string, int> Columns) FindHeader(string path, ImmutableArray<SheetTable> tables)
    {
        // The SAMM workbook may hold other sheets beside MICRO_ONLY; only that one lists the micro-expressions.
        foreach (var table in tables.OrderByDescending(t => t.Name.Contains("micro", StringComparison.OrdinalIgnoreCase)))
            for (var r = 0; r < table.Rows.Length; r++)
            {
                var columns = new Dictionary<string, int>();
                for (var c = 0; c < table.Rows[r].Length; c++)
                    if (ColumnName(table.Rows[r][c]) is { } name) columns.TryAdd(name, c);
                if (!columns.ContainsKey("filename") || !columns.ContainsKey("onset")) continue;
                var missing = Needed.Where(n => !columns.ContainsKey(n)).ToArray();
                if (missing.Length > 0)
                    throw new UserErrorException($"{path}, sheet '{table.Name}', row {r + 1}: the header lacks the column{(missing.Length > 1 ? "s" : "")} {string.Join(", ", missing)}; restore the header of the original sheet.");
                return (table.Rows, r, columns);
            }
        throw new UserErrorException($"{path} is no coding sheet of CASME II or SAMM: none of its sheets ({string.Join(", ", tables.Select(t => $"'{t.Name}'"))}) has a header row with Subject, Filename and Onset; take CASME2-coding-20190701.xlsx or SAMM_Micro_FACS_Codes_v2.xlsx.");
    }

    private static string? ColumnName(string header)
    {
        var letters = string.Concat(header.Where(char.IsAsciiLetter)).ToLowerInvariant();
        return letters switch
        {
            "subject" or "subjects" => "subject",
            "filename" => "filename",
            "onset" or "onsetframe" or "onsetf" => "onset",
            "apex" or "apexframe" or "apexf" => "apex",
            "offset" or "offsetframe" or "offsetf" => "offset",
            "actionunits" or "actionunit" or "aus" or "au" => "actionunits",
            "estimatedemotion" or "emotion" => "emotion",
            "objectiveclasses" or "objectiveclass" => "objective",
            _ => null,
        };
    }

    private static Clip? ReadClip(RowReader row, DatasetId dataset, ImmutableArray<Erratum> errata, out (string Clip, string Reason) defect)
    {
        var name = row["filename"];
        if (name.Length == 0) throw row.Error("has no file name", "fill the cell from the original sheet");
        var subject = Subject(row, dataset);
        var id = $"{subject}/{name}";
        defect = (id, "");
        var notes = new List<string>();
        var frames = new PrintedFrames(row.Frame("onset"), row.Frame("apex"), row.Frame("offset"));
        var erratum = errata.FirstOrDefault(e => e.Dataset == dataset && e.Clip.Equals(id, StringComparison.OrdinalIgnoreCase) && e.Shows(frames));
        if (frames.Onset is null || frames.Offset is null)
            throw row.Error($"has {(frames.Onset is null ? "onset" : "offset")} '{row[frames.Onset is null ? "onset" : "offset"]}', which is no frame number", "fill the cell from the original sheet");
        var (onset, apex, offset) = (frames.Onset.Value, frames.Apex, frames.Offset.Value);
        if (erratum is not null)
        {
            (apex, offset) = erratum.Repair switch
            {
                FrameRepair.MidpointApex => (onset + (offset - onset) / 2, offset),
                FrameRepair.ReplaceApex => (erratum.Frame, offset),
                FrameRepair.SwapApexAndOffset => (offset, apex ?? offset),
                FrameRepair.ReplaceOffset => (apex, erratum.Frame),
                _ => (apex, offset),
            };
            notes.Add($"erratum {erratum.Id}: {erratum.Reason}");
        }
        if (apex is null)
        {
            // A defect we know, switched off by the user, costs the clip; one we do not know must be looked at.
            if (!Errata.Known.Any(e => e.Dataset == dataset && e.Clip.Equals(id, StringComparison.OrdinalIgnoreCase)))
                throw row.Error($"has apex '{row["apex"]}', which is no frame number", "fill the cell from the original sheet");
            defect = (id, $"apex '{row["apex"]}' is no frame number and its erratum is switched off");
            return null;
        }
        if (erratum is null && (apex <= onset || apex >= offset))
            notes.Add($"the apex {apex} does not lie between onset {onset} and offset {offset}");
        var units = ActionUnitNotation.Parse(row["actionunits"], notes);
        if (units.IsEmpty) notes.Add("no action unit is coded");
        var emotion = row["emotion"].ToLowerInvariant();
        if (ClassSet.All(dataset).LabelOf(emotion) is null) notes.Add($"the emotion '{row["emotion"]}' is unknown");
        return new Clip
        {
            Dataset = dataset,
            Subject = subject,
            Name = name,
            Onset = onset,
            Apex = apex.Value,
            Offset = offset,
            ActionUnits = units,
            Emotion = emotion,
            Notes = [.. notes],
        };
    }

    private static string Subject(RowReader row, DatasetId dataset)
    {
        var text = row["subject"];
        if (dataset == DatasetId.Samm && text.Length == 0) text = row["filename"].Split('_')[0];
        var match = SubjectNumber().Match(text);
        if (!match.Success) throw row.Error($"has subject '{text}', which is no subject number", "fill the cell from the original sheet");
        return int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture).ToString(dataset == DatasetId.Samm ? "D3" : "D2", CultureInfo.InvariantCulture);
    }

    /// <summary>One row by column name.</summary>
    private sealed class RowReader(string path, int number, string[] cells, Dictionary<string, int> columns)
    {
        public int Number => number;

        public string this[string column] => columns[column] is var c && c < cells.Length ? cells[c] : "";

        public bool IsBlank => cells.All(c => c.Length == 0);

        // A footnote has no frame numbers; a clip whose name was lost still has them and must not pass for one.
        public bool IsRemark => this["onset"].Length == 0 && this["offset"].Length == 0 && this["emotion"].Length == 0;

        public string FirstText => cells.First(c => c.Length > 0);

        public int? Frame(string column) =>
            int.TryParse(this[column], NumberStyles.None, CultureInfo.InvariantCulture, out var frame) ? frame : null;

        public UserErrorException Error(string what, string cure) => new($"{path}, row {number} ({this["filename"]}) {what}; {cure}.");
    }
}
