using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace MerKernel.Data;

/// <summary>Reads the coding sheets of CASME II (2014, 2019) and SAMM (version 2), as .xlsx, .xls or .csv.</summary>
public static partial class CodingSheet
{
    // Rows named in one message; 'mer data check' lists all.
    private const int MostNamed = 5;

    [GeneratedRegex(@"^(?:sub(?:ject)?|s)?\s*0*([0-9]{1,3})(?:\.0+)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SubjectNumber();

    // 46, and 46.0 as a table program writes it once a column has a gap.
    [GeneratedRegex(@"^([0-9]{1,9})(?:\.0+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex FrameNumber();

    /// <summary>Reads a sheet and repairs its known errata; every repair is noted on its clip.</summary>
    /// <param name="path">The file.</param>
    /// <param name="errata">The errata to repair; all of <see cref="Errata.Known"/> where null.</param>
    /// <param name="readings">Frame numbers that stand for those of the sheet, by the user's choice.</param>
    /// <exception cref="UserErrorException">The file is missing or is no coding sheet of these sets. A row that cannot be understood is no error here: it is in <see cref="CodingSheetContents.Dropped"/>.</exception>
    public static CodingSheetContents Read(string path, ImmutableArray<Erratum>? errata = null, ImmutableArray<Reading> readings = default)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path)) throw new UserErrorException($"There is no coding sheet at {path}; put the file that came with the data set there or name another.");
        if (IsLock(path)) throw new UserErrorException($"{path} is a file that a spreadsheet program or a Mac keeps next to the sheet, not the sheet; name the file without the beginning of its name.");
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
        var remarks = ImmutableArray.CreateBuilder<string>();
        var (header, records) = Choose(path, SheetTable.ReadAll(path, bytes), remarks);
        var dataset = DatasetOf(path, records);
        var clips = ImmutableArray.CreateBuilder<Clip>();
        var dropped = ImmutableArray.CreateBuilder<DroppedRow>();
        var seen = new Dictionary<string, (int Row, Clip Clip)>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in records)
        {
            if (Read(row, dataset, errata ?? Errata.Known, readings.IsDefault ? [] : readings, out var defect) is not { } clip) dropped.Add(defect!);
            else if (seen.TryGetValue(clip.Id, out var first))
                dropped.Add(new DroppedRow(row.Number, clip.Id, $"row {first.Row} already has this clip; the first row counts") { Emotion = clip.Emotion, IsExpected = SaysTheSame(clip, first.Clip) });
            else
            {
                seen.Add(clip.Id, (row.Number, clip));
                clips.Add(clip);
            }
        }
        if (clips.Count == 0)
            throw new UserErrorException($"{path} has no row that can be read: {Named(dropped)}; take the sheet as the data set's authors ship it.");
        if (header.Table.UnreadColumns > 0) remarks.Add($"cells as far right as column {SheetTable.ColumnName(header.Table.UnreadColumns - 1)} were passed over");
        return new CodingSheetContents
        {
            Dataset = dataset,
            Path = path,
            Edition = EditionOf(dataset, clips, header),
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Clips = clips.ToImmutable(),
            Dropped = dropped.ToImmutable(),
            Remarks = remarks.ToImmutable(),
        };
    }

    /// <summary>Whether a file is one of those that programs leave beside a sheet that is open or was packed on a Mac.</summary>
    internal static bool IsLock(string path) => Path.GetFileName(path) is var name
        && (name.StartsWith("~$", StringComparison.Ordinal) || name.StartsWith(".~lock.", StringComparison.Ordinal) || name.StartsWith("._", StringComparison.Ordinal));

    /// <summary>The first few of some rows in one sentence.</summary>
    internal static string Named(IReadOnlyCollection<DroppedRow> rows) =>
        string.Join("; ", rows.Take(MostNamed).Select(d => $"row {d.Row} ({d.Clip}) {d.Reason}")) + (rows.Count > MostNamed ? $"; and {rows.Count - MostNamed} more rows" : "");

    /// <summary>The table that holds the clips, and its rows.</summary>
    private static (SheetHeader Header, List<Record> Records) Choose(string path, ImmutableArray<SheetTable> tables, ImmutableArray<string>.Builder remarks)
    {
        var headers = SheetHeader.Find(path, tables).ToList();
        var complete = headers.Where(h => h.IsComplete).Select(h => (Header: h, Records: h.Below.Select(r => new Record(h, r)).ToList())).ToList();
        if (complete.Count == 0) throw Unusable(path, tables, headers.MaxBy(h => h.Columns.Count));
        if (complete.All(c => c.Records.Count(r => !r.IsRemark) == 0))
            throw new UserErrorException(
                $"{path} has a header in row {complete[0].Header.Row.Number} but no clip below it; take the complete coding sheet of the data set.");
        // SAMM's workbook may hold other sheets beside MICRO_ONLY, which alone lists the micro-expressions. Else the one with most clips counts.
        var micro = complete.Where(c => c.Header.Table.Name.Contains("micro", StringComparison.OrdinalIgnoreCase) && c.Records.Any(r => !r.IsRemark)).ToList();
        var ranked = (micro.Count > 0 ? micro : complete).OrderByDescending(c => c.Records.Count(r => !r.IsRemark)).ToList();
        var chosen = ranked[0];
        var clips = chosen.Records.Where(r => !r.IsRemark).ToList();
        bool IsTwin(IEnumerable<Record> others) => others.Where(r => !r.IsRemark).ToList() is var theirs
            && theirs.Count == clips.Count && !theirs.Select(r => r.Text).SequenceEqual(clips.Select(r => r.Text));
        if (ranked.Skip(1).FirstOrDefault(o => IsTwin(o.Records)) is { Header: { } twin })
            throw new UserErrorException($"{path} has two sheets of {clips.Count} clips, '{chosen.Header.Table.Name}' and '{twin.Table.Name}', "
                + "and they differ; delete one or save it to a file of its own.");
        foreach (var (other, records) in complete.Where(c => c.Header != chosen.Header))
            remarks.Add($"sheet '{other.Table.Name}' has a table of {records.Count(r => !r.IsRemark)} clips too, which is not read; sheet '{chosen.Header.Table.Name}' with {clips.Count} is");
        remarks.AddRange(chosen.Header.Remarks);
        remarks.AddRange(chosen.Records.Where(r => r.IsRemark).Select(r => $"row {r.Number} holds no clip and was passed over: '{r.FirstText}'"));
        return (chosen.Header, clips);
    }

    private static UserErrorException Unusable(string path, ImmutableArray<SheetTable> tables, SheetHeader? nearest)
    {
        var cells = tables.SelectMany(t => t.Rows.SelectMany(r => r.Cells).Prepend(t.Name)).Where(c => c.Length > 0).ToList();
        var set = DatasetSigns.OfCells(cells);
        if (set is { Id: null }) return set.Refusal(path);
        var title = set?.Title ?? "CASME II or SAMM";
        if (nearest is not null)
            return new($"{path}, sheet '{nearest.Table.Name}', row {nearest.Row.Number}: the header lacks the column{(nearest.Missing.Length > 1 ? "s" : "")} "
                + $"{nearest.MissingTitles}; restore the header of the original sheet of {title}.");
        var sheets = string.Join(", ", tables.Select(t => $"'{t.Name}'"));
        return set is not null
            ? new($"{path} has clips named like those of {title} ({set.Example}), but none of its sheets ({sheets}) has a header row with Subject, Filename and OnsetFrame; "
                + "restore it, or take the sheet as the data set's authors ship it.")
            : new($"{path} is no coding sheet of CASME II or SAMM: none of its sheets ({sheets}) has a header row with Subject, Filename and Onset; "
                + "take CASME2-coding-20190701.xlsx or SAMM_Micro_FACS_Codes_v2.xlsx.");
    }

    /// <summary>The data set that the rows belong to, told from the clips' names.</summary>
    private static DatasetId DatasetOf(string path, List<Record> records)
    {
        var sets = records.Select(r => (Row: r, Set: DatasetSigns.OfRow(r["filename"], r["subject"]))).Where(r => r.Set is not null)
            .GroupBy(r => r.Set!).OrderByDescending(g => g.Count()).ToList();
        if (sets.Count == 0)
            throw new UserErrorException(
                $"{path} is no coding sheet of CASME II or SAMM: its clips are called {string.Join(", ", records.Take(3).Select(r => $"'{r["filename"]}'"))}, "
                + "and not like EP02_01f or 006_1_2; take CASME2-coding-20190701.xlsx or SAMM_Micro_FACS_Codes_v2.xlsx.");
        var set = DatasetSigns.Refined(sets[0].Key, records.SelectMany(r => r.Cells));
        if (set.Id is not { } id) throw set.Refusal(path);
        if (sets.Skip(1).FirstOrDefault(s => s.Count() > 1) is { } second)
            throw new UserErrorException(
                $"{path} holds clips of two data sets: rows {Rows(sets[0])} are of {set.Title}, rows {Rows(second)} of {second.Key.Title}. "
                + "Scoring them as one set is another protocol; give each set its own sheet, as its authors ship it.");
        return id;

        static string Rows(IEnumerable<(Record Row, DatasetSigns? Set)> rows)
        {
            var numbers = rows.Select(r => r.Row.Number).ToList();
            return numbers.Count == numbers[^1] - numbers[0] + 1 ? $"{numbers[0]} to {numbers[^1]}"
                : $"{string.Join(", ", numbers.Take(MostNamed))}{(numbers.Count > MostNamed ? ", ..." : "")} ({numbers.Count} rows)";
        }
    }

    // Three clips of subject 24 joined the five classes in 2019, when the column of objective classes came too; copies lose the column or get it.
    private static string EditionOf(DatasetId dataset, IEnumerable<Clip> clips, SheetHeader header)
    {
        if (dataset == DatasetId.Samm) return "v2";
        var five = ClassSet.Five(dataset);
        var ofSubject24 = clips.Count(c => c.Subject == "24" && five.LabelOf(c.Emotion) is not null);
        if (ofSubject24 == PublishedCounts.CasmeII2019.Subjects["24"]) return "2019";
        if (ofSubject24 == PublishedCounts.CasmeII2014.Subjects["24"]) return "2014";
        return header.Columns.ContainsKey("objective") ? "2019" : CodingSheetContents.UnknownEdition;
    }

    private static bool SaysTheSame(Clip a, Clip b) =>
        (a.Onset, a.Apex, a.Offset, a.Emotion) == (b.Onset, b.Apex, b.Offset, b.Emotion) && a.ActionUnits.SequenceEqual(b.ActionUnits);

    private static Clip? Read(Record row, DatasetId dataset, ImmutableArray<Erratum> errata, ImmutableArray<Reading> readings, out DroppedRow? defect)
    {
        var notes = new List<string>();
        var (emotion, name) = (row["emotion"].ToLowerInvariant(), row["filename"]);
        if (Subject(row["subject"], ref name, dataset, notes, out var subject) is { } wrong) return Defect(wrong, out defect);
        if (name.Length == 0) return Defect("has no file name; fill the cell from the original sheet", out defect);
        if (DatasetSigns.OfRow(name, "") is { } set && set.Id != dataset) return Defect($"has a name of {set.Title}; take the row out of the sheet", out defect);
        if (row.TooManyCells is { } cells) return Defect($"has {cells}: a comma or separator within a cell lacks its quotes", out defect);
        if (emotion.Length == 0) return Defect("has no emotion; fill the cell from the original sheet", out defect);
        if (!emotion.Any(char.IsLetter))
            return Defect($"has emotion '{emotion}', which is none: the cells may have shifted; restore the row from the original sheet", out defect);
        if (ActionUnitNotation.IsConverted(row["actionunits"]))
            return Defect($"has action units '{row["actionunits"]}', a date, a time or a broken number that a spreadsheet program made of them; "
                + "write them again as text, like 4+7+10", out defect);

        var id = $"{subject}/{name}";
        var frames = new PrintedFrames(row.Frame("onset"), row.Frame("apex"), row.Frame("offset"));
        var reading = readings.FirstOrDefault(r => r.Clip.Equals(id, StringComparison.OrdinalIgnoreCase));
        var erratum = reading is null ? errata.FirstOrDefault(e => e.Dataset == dataset && e.Clip.Equals(id, StringComparison.OrdinalIgnoreCase) && e.Shows(frames)) : null;
        var (onset, apex, offset) = reading is not null ? new PrintedFrames(reading.Onset, reading.Apex, reading.Offset) : erratum?.Repaired(frames) ?? frames;
        if (reading is not null) notes.Add($"read as {reading.Frames} by choice; the sheet has {row["onset"]} {row["apex"]} {row["offset"]}");
        if (erratum is not null) notes.Add($"erratum {erratum.Id}: {erratum.Reason}");
        if (onset is null || apex is null || offset is null)
        {
            // A defect we know, switched off by the user, costs the clip; one we do not know must be looked at.
            var off = apex is null && onset is not null && offset is not null && Errata.Known.Any(e => e.Dataset == dataset && e.Clip.Equals(id, StringComparison.OrdinalIgnoreCase) && e.Shows(frames));
            var column = onset is null ? "onset" : offset is null ? "offset" : "apex";
            var reason = off ? $"apex '{row["apex"]}' is no frame number and its erratum is switched off"
                : $"has {column} '{row[column]}', which is no frame number; fill the cell from the original sheet";
            defect = new DroppedRow(row.Number, id, reason) { Emotion = emotion, IsExpected = off };
            return null;
        }
        if (erratum is null && (apex <= onset || apex >= offset))
            notes.Add($"the apex {apex} does not lie between onset {onset} and offset {offset}");
        var units = ActionUnitNotation.Parse(row["actionunits"], notes);
        if (units.IsEmpty) notes.Add("no action unit is coded");
        if (ClassSet.All(dataset).LabelOf(emotion) is null) notes.Add($"the emotion '{row["emotion"]}' is unknown");
        defect = null;
        return new Clip
        {
            Dataset = dataset,
            Subject = subject,
            Name = name,
            Onset = onset.Value,
            Apex = apex.Value,
            Offset = offset.Value,
            ActionUnits = units,
            Emotion = emotion,
            Notes = [.. notes],
        };

        Clip? Defect(string reason, out DroppedRow? defect)
        {
            defect = new DroppedRow(row.Number, $"{(subject.Length > 0 ? subject : row["subject"])}/{name}", reason) { Emotion = emotion };
            return null;
        }
    }

    /// <summary>The subject as a padded number; SAMM's clips carry it in their names, where lost zeros are restored. What is wrong, or null.</summary>
    private static string? Subject(string text, ref string name, DatasetId dataset, List<string> notes, out string subject)
    {
        var format = dataset == DatasetId.Samm ? "D3" : "D2";
        var number = SubjectNumber().Match(text) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : (int?)null;
        subject = number?.ToString(format, CultureInfo.InvariantCulture) ?? "";
        if (dataset == DatasetId.Samm && name.Split('_') is [{ Length: > 0 and <= 3 } person, _, ..] parts && person.All(char.IsAsciiDigit))
        {
            var inName = person.PadLeft(3, '0');
            if (person != inName)
            {
                notes.Add($"the name {name} lost its zeros");
                name = string.Join('_', parts.Skip(1).Prepend(inName));
            }
            if (text.Length == 0) subject = inName;
            else if (number is not null && subject != inName) return $"is of subject {subject}, its name says {inName}: one person would be in two folds; correct the wrong one";
        }
        return subject.Length > 0 ? null : $"has subject '{text}', which is no subject number; fill the cell from the original sheet";
    }

    /// <summary>One row by field.</summary>
    private sealed class Record(SheetHeader header, SheetRow row)
    {
        public int Number => row.Number;

        public string[] Cells => row.Cells;

        /// <summary>What the row says, for comparison with another's.</summary>
        public string Text => string.Join('\t', header.Columns.Keys.Order(StringComparer.Ordinal).Select(f => this[f]));

        public string this[string field] => row[header.Columns[field]];

        // A footnote or a sum has no emotion and no clip's name; a clip whose name was lost still has its emotion and must not pass for one.
        public bool IsRemark => !this["emotion"].Any(char.IsLetter) && DatasetSigns.OfRow(this["filename"], "") is null;

        public string FirstText => row.Cells.First(c => c.Length > 0);

        public string? TooManyCells => header.Table.IsText && row.Count > header.Row.Count && row.Cells.Skip(header.Row.Count).Any(c => c.Length > 0)
            ? $"{row.Count} cells, the header {header.Row.Count}" : null;

        public int? Frame(string field) =>
            FrameNumber().Match(this[field]) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
    }
}
