namespace MerKernel.Data;

/// <summary>Reads the coding sheets of the sets in Data/Sets and of the user's own, as .xlsx, .xls or .csv.</summary>
public static partial class CodingSheet
{
    // Rows named in one message; 'mer data check' lists all.
    private const int MostNamed = 5;

    /// <summary>Finds the files of a data set and reads its sheet as the options say.</summary>
    /// <exception cref="UserErrorException">Files are missing, or the sheet is of another set.</exception>
    internal static (FrameLayout Layout, CodingSheetContents Sheet) Of(DatasetSource source, PreparationOptions options)
    {
        var layout = FrameLayout.Find(source);
        var sheet = Read(layout.Sheet, options.Errata, options.Readings, layout.Description);
        sheet.MustBe(source.Id);
        return (layout, sheet);
    }

    /// <summary>Reads a sheet and repairs its known errata; every repair is noted on its clip.</summary>
    /// <param name="path">The file.</param>
    /// <param name="errata">The errata to repair; all of <see cref="Errata.Known"/> where null.</param>
    /// <param name="readings">Frame numbers that replace those of the sheet, by the user's choice.</param>
    /// <param name="asked">
    /// The data set that the sheet is to be of; null reads the paper's two, and refuses others by name.
    /// </param>
    /// <exception cref="UserErrorException">
    /// The file is missing or is no coding sheet of these sets. A row that cannot be understood is no error here: it is
    /// in <see cref="CodingSheetContents.Dropped"/>.
    /// </exception>
    public static CodingSheetContents Read(string path, ImmutableArray<Erratum>? errata = null,
        ImmutableArray<Reading> readings = default, DatasetDescription? asked = null)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
            throw new UserErrorException(
                $"There is no coding sheet at {path}; put the file that came with the data set there or name another.");
        if (IsLock(path))
            throw new UserErrorException($"{path} is a file that a spreadsheet program or a Mac keeps next to the " +
                "sheet, not the sheet; name the file without the beginning of its name.");
        byte[] bytes;
        try
        {
            if (FileLength.Of(path) is var length and not (> 0 and <= SheetTable.MostBytes))
                throw new UserErrorException($"{path} has {length} bytes, which is no coding sheet; take the file as " +
                    "the data set's authors ship it.");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be opened ({e.Message.TrimEnd('.')}); allow reading it or " +
                "close the program that holds it.", e);
        }
        var remarks = ImmutableArray.CreateBuilder<string>();
        var (header, records) = Choose(path, SheetTable.ReadAll(path, bytes), remarks, asked);
        var set = DatasetOf(path, records, asked);
        if (set.PassesOver is { } other && records.RemoveAll(r => r.Cells.Any(other.IsMatch)) is > 0 and var passed)
            remarks.Add($"{passed} rows of other expressions ({set.PassesOver}) are not read");
        var clips = ImmutableArray.CreateBuilder<Clip>();
        var dropped = ImmutableArray.CreateBuilder<DroppedRow>();
        var seen = new Dictionary<string, (int Row, Clip Clip)>(StringComparer.OrdinalIgnoreCase);
        var people = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var numbers = new Dictionary<string, (int Row, string Person)>(StringComparer.OrdinalIgnoreCase);
        var codes = new EmotionCodes(records);
        foreach (var row in records)
        {
            if (Read(row, set, errata ?? Errata.Known, readings.IsDefault ? [] : readings,
                out var defect) is not { } clip)
                dropped.Add(defect!);
            else if (codes.Contradiction(row) is { } contradiction)
                dropped.Add(new DroppedRow(row.Number, clip.Id, contradiction) { Emotion = clip.Emotion });
            else if (seen.TryGetValue(clip.Id, out var first))
                dropped.Add(
                    new DroppedRow(row.Number, clip.Id, $"row {first.Row} already has this clip; the first row counts")
                    {
                        Emotion = clip.Emotion, IsExpected = SaysTheSame(clip, first.Clip)
                    });
            else if (Alike(clip, row.Number) is var (before, person))
                dropped.Add(new DroppedRow(row.Number, clip.Id, $"is of subject '{clip.Subject}', and row " +
                    $"{before} of '{person}': one person would be in two folds; write both alike, or give two " +
                    "people names that differ in more than zeros")
                {
                    Emotion = clip.Emotion
                });
            else
            {
                seen.Add(clip.Id, (row.Number, clip));
                // Two spellings of a person, whose folders are one, would be two folds of that person.
                var known = people.TryAdd(clip.Subject, clip.Subject) ? clip.Subject : people[clip.Subject];
                var note = $"the subject '{clip.Subject}' is read as '{known}'";
                clips.Add(known == clip.Subject ? clip
                    : clip with { Subject = known, Notes = clip.Notes.Add(note) });
            }
        }
        if (clips.Count == 0)
            throw new UserErrorException($"{path} has no row that can be read: {Named(dropped)}; take the sheet as " +
                "the data set's authors ship it.");
        if (set.Id == DatasetId.Own)
            remarks.AddRange(OwnDataset.UnusedEmotions(set, path,
                [.. clips.Select(c => c.Emotion), .. dropped.Select(d => d.Emotion)]));
        if (header.Table.UnreadColumns > 0)
            remarks.Add($"cells as far right as column {SheetTable.ColumnName(header.Table.UnreadColumns - 1)} were " +
                "passed over");
        return new CodingSheetContents
        {
            Description = set,
            Path = path,
            Edition = set.Edition(clips, header.Columns.ContainsKey("objective")),
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Clips = clips.ToImmutable(),
            Dropped = dropped.ToImmutable(),
            Remarks = remarks.ToImmutable(),
        };

        // Published sets number their people; a user's '1' and '01' may be one person, whom two folds would share.
        (int Row, string Person)? Alike(Clip clip, int row)
        {
            var number = LeadingZeros().Replace(clip.Subject, "");
            if (set.Subjects is not null || numbers.TryAdd(number, (row, clip.Subject))) return null;
            return numbers[number].Person.Equals(clip.Subject, StringComparison.OrdinalIgnoreCase)
                ? null : numbers[number];
        }
    }

    /// <summary>
    /// Whether a file is one of those that programs leave next to a sheet that is open or was packed on a Mac.
    /// </summary>
    internal static bool IsLock(string path) => Path.GetFileName(path) is var name
        && (name.StartsWith("~$", StringComparison.Ordinal) || name.StartsWith(".~lock.", StringComparison.Ordinal)
            || name.StartsWith("._", StringComparison.Ordinal));

    /// <summary>The first few of some rows in one message.</summary>
    internal static string Named(IReadOnlyCollection<DroppedRow> rows) =>
        string.Join("; ", rows.Take(MostNamed).Select(d => $"row {d.Row} ({d.Clip}) {d.Reason}")) +
        (rows.Count > MostNamed ? $"; and {rows.Count - MostNamed} more rows" : "");

    /// <summary>The table that holds the clips, and its rows.</summary>
    private static (SheetHeader Header, List<SheetRecord> Records) Choose(string path,
        ImmutableArray<SheetTable> tables, ImmutableArray<string>.Builder remarks, DatasetDescription? asked)
    {
        var headers = SheetHeader.Find(path, tables, asked).ToList();
        var complete = headers.Where(h => h.IsComplete)
            .Select(h => (Header: h, Records: h.Below.Select(r => new SheetRecord(h, r, asked)).ToList())).ToList();
        if (complete.Count == 0) throw Unusable(path, tables, headers.MaxBy(h => h.Columns.Count), asked);
        if (complete.All(c => c.Records.Count(r => !r.IsRemark) == 0))
            throw new UserErrorException(
                $"{path} has a header in row {complete[0].Header.Row.Number} but no clip below it; take the complete " +
                "coding sheet of the data set.");
        // What the user sees counts; a hidden sheet is often an earlier state of it.
        var shown = complete.Where(c => !c.Header.Table.IsHidden && c.Records.Any(r => !r.IsRemark)).ToList();
        var among = shown.Count > 0 ? shown : complete;
        // SAMM's workbook may hold other sheets besides MICRO_ONLY, the only list of micro-expressions; SMIC's has one
        // for each camera. Else the one with most clips counts.
        var preferred = (asked?.Worksheets ?? []).Append("micro")
            .Select(name => new[] { among, complete }.Select(sheets => sheets
                .Where(c => Called(c.Header, name) && c.Records.Any(r => !r.IsRemark)).ToList())
                .FirstOrDefault(c => c.Count > 0))
            .FirstOrDefault(c => c is not null);
        var ranked = (preferred ?? among).OrderByDescending(c => c.Records.Count(r => !r.IsRemark)).ToList();
        var chosen = ranked[0];
        var clips = chosen.Records.Where(r => !r.IsRemark).ToList();
        bool IsTwin(IEnumerable<SheetRecord> others) => others.Where(r => !r.IsRemark).ToList() is var theirs
            && theirs.Count == clips.Count && !theirs.Select(r => r.Text).SequenceEqual(clips.Select(r => r.Text));
        if (ranked.Skip(1).FirstOrDefault(o => IsTwin(o.Records)) is { Header: { } twin })
            throw new UserErrorException(
                $"{path} has two sheets of {clips.Count} clips, '{chosen.Header.Table.Name}' and '{twin.Table.Name}', "
                    + "and they differ; delete one or save it to a file of its own.");
        foreach (var (other, records) in complete.Where(c => c.Header != chosen.Header))
            remarks.Add($"{(other.Table.IsHidden ? "hidden " : "")}sheet '{other.Table.Name}' has a table of " +
                $"{records.Count(r => !r.IsRemark)} clips too, which is not read; sheet " +
                $"'{chosen.Header.Table.Name}' with {clips.Count} is");
        if (chosen.Header.Table.IsHidden)
            remarks.Add($"sheet '{chosen.Header.Table.Name}', which is hidden, is read: " + (shown.Count > 0
                ? "it is called as the list of clips is" : "no sheet that is shown has a table of clips"));
        if (clips.Where(r => r.IsHidden).Select(r => r.Number).ToList() is { Count: > 0 } hidden)
            remarks.Add($"{hidden.Count} hidden rows are read like the others: " +
                $"{string.Join(", ", hidden.Take(MostNamed))}{(hidden.Count > MostNamed ? ", ..." : "")}; delete " +
                "those that are not to count");
        if (asked?.Worksheets is [var usual, ..] && preferred is not null && !Called(chosen.Header, usual))
            remarks.Add($"the workbook has no sheet '{usual}'; sheet '{chosen.Header.Table.Name}' is used");
        remarks.AddRange(chosen.Header.Remarks);
        remarks.AddRange(chosen.Records.Where(r => r.IsRemark)
            .Select(r => $"row {r.Number} holds no clip and was passed over: '{r.FirstText}'"));
        return (chosen.Header, clips);
    }

    private static bool Called(SheetHeader header, string name) =>
        name == "micro"
            ? header.Table.Name.Contains(name, StringComparison.OrdinalIgnoreCase)
            : header.Table.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The data set that the rows belong to, told from the clips' names.</summary>
    private static DatasetDescription DatasetOf(string path, List<SheetRecord> records, DatasetDescription? asked)
    {
        // Who describes her own set may call its clips as she likes.
        if (asked?.Id == DatasetId.Own) return asked;
        var sets = records.Select(r => (Row: r, Set: DatasetSigns.OfRow(r["filename"], r["subject"])))
            .Where(r => r.Set is not null)
            .GroupBy(r => r.Set!).OrderByDescending(g => g.Count()).ToList();
        // A sheet like no other is known by its headings.
        if (sets.Count == 0 && asked is { Columns.IsEmpty: false }) return asked;
        if (sets.Count == 0)
            throw new UserErrorException(
                $"{path} is no coding sheet of {Titles(asked)}: its clips are called " +
                $"{string.Join(", ", records.Take(3).Select(r => $"'{r["filename"]}'"))}, "
                + "and not like " +
                    $"{(IsOther(asked) ? Path.GetDirectoryName(asked!.FrameExample) : "EP02_01f or 006_1_2")}; take " +
                    $"{Published(asked)}.");
        var set = DatasetSigns.Refined(sets[0].Key, records.SelectMany(r => r.Cells));
        if (set.Id is not { } id || !set.IsReadFor(asked)) throw set.Refusal(path);
        if (sets.Skip(1).FirstOrDefault(s => s.Count() > 1) is { } second)
            throw new UserErrorException(
                $"{path} holds clips of two data sets: rows {Rows(sets[0])} are of {set.Title}, rows {Rows(second)} " +
                $"of {second.Key.Title}. "
                + "Scoring them as one set is another protocol; give each set its own sheet, as its authors ship it.");
        return asked is not null && DatasetSigns.FamilyOf(asked.Id) == id ? asked : DatasetDescription.Of(id);

        static string Rows(IEnumerable<(SheetRecord Row, DatasetSigns? Set)> rows)
        {
            var numbers = rows.Select(r => r.Row.Number).ToList();
            return numbers.Count == numbers[^1] - numbers[0] + 1 ? $"{numbers[0]} to {numbers[^1]}"
                : $"{string.Join(", ", numbers.Take(MostNamed))}{(numbers.Count > MostNamed ? ", ..." : "")} " +
                  $"({numbers.Count} rows)";
        }
    }

    private static bool SaysTheSame(Clip a, Clip b) =>
        (a.Onset, a.Apex, a.Offset, a.Emotion) == (b.Onset, b.Apex, b.Offset, b.Emotion)
            && a.ActionUnits.SequenceEqual(b.ActionUnits);

    private static Clip? Read(SheetRecord row, DatasetDescription set, ImmutableArray<Erratum> errata,
        ImmutableArray<Reading> readings, out DroppedRow? defect)
    {
        var notes = new List<string>();
        var (emotion, name) = (row["emotion"].ToLowerInvariant(), row["filename"]);
        if (Subject(row["subject"], ref name, set, notes, out var subject) is { } wrong)
            return Defect(wrong, out defect);
        if (name.Length == 0)
            return Defect($"has no {(set.Id == DatasetId.Own ? "clip" : "file")} name; fill the cell from the " +
                "original sheet", out defect);
        if (set.Id != DatasetId.Own && DatasetSigns.OfRow(name, "") is { } other
            && other.Id != DatasetSigns.FamilyOf(set.Id))
            return Defect($"has a name of {other.Title}; take the row out of the sheet", out defect);
        if (name.Contains('/'))
            return Defect($"has the name '{name}', which holds a slash; name clips without one", out defect);
        if (row.TooManyCells is { } cells)
            return Defect($"has {cells}: a comma or separator within a cell lacks its quotes", out defect);
        if (emotion.Length == 0 && set.EmotionInName?.Invoke(name) is { } named)
        {
            emotion = named;
            notes.Add($"the sheet has no emotion; the name says {named}");
        }
        else if (set.EmotionInName?.Invoke(name) is { } says && set.AllEmotions.LabelOf(emotion) is { } label
            && set.AllEmotions.LabelOf(says) != label)
            return Defect($"has the emotion '{row["emotion"]}', its name says {says}; correct the wrong one",
                out defect);
        if (emotion.Length == 0) return Defect("has no emotion; fill the cell from the original sheet", out defect);
        // A set of one's own may code its emotions by numbers, and score some of them.
        if (set.Id != DatasetId.Own && !emotion.Any(char.IsLetter) && set.AllEmotions.LabelOf(emotion) is null)
            return Defect($"has emotion '{emotion}', which is none: the cells may have shifted; restore the row from " +
                "the original sheet", out defect);
        if (ActionUnitNotation.IsConverted(row["actionunits"]))
            return Defect($"has action units '{row["actionunits"]}', a date, a time or a broken number that a " +
                "spreadsheet program made of them; "
                + "write them again as text, like 4+7+10", out defect);
        if (row.Formula("actionunits") is { } formula && ActionUnitNotation.IsSum(formula))
            return Defect($"has action units '{row["actionunits"]}', the value of the formula ={formula}, which a " +
                "spreadsheet program makes of units that begin with a sign; write them as text, like 4+7+10",
                out defect);

        var frames = new PrintedFrames(row.Frame("onset"), row.Frame("apex"), row.Frame("offset"));
        // Several clips of one recording: the onset tells them apart, as it is printed.
        if (set.SharesFolders) name = string.Create(CultureInfo.InvariantCulture, $"{name}_{frames.Onset}");
        var id = $"{subject}/{name}";
        if (frames is { Apex: null, Onset: { } from, Offset: { } to } && row["apex"].Length == 0
            && set.Optional.Contains("apex"))
        {
            frames = frames with { Apex = from + (to - from) / 2 };
            notes.Add(Clip.NoApex);
        }
        var reading = readings.FirstOrDefault(r => r.Clip.Equals(id, StringComparison.OrdinalIgnoreCase));
        var erratum = reading is null ? errata.FirstOrDefault(e => e.Fits(set.Id, id, frames)) : null;
        var (onset, apex, offset) = reading is not null
            ? new PrintedFrames(reading.Onset, reading.Apex, reading.Offset)
            : erratum?.Repair(frames) ?? frames;
        if (reading is not null)
            notes.Add(
                $"read as {reading.Frames} by choice; the sheet has {row["onset"]} {row["apex"]} {row["offset"]}");
        if (erratum is not null) notes.Add($"erratum {erratum.Id}: {erratum.Reason}");
        if (onset is null || apex is null || offset is null)
        {
            // A defect we know, switched off by the user, costs the clip; one we do not know must be looked at.
            var off = apex is null && onset is not null && offset is not null
                && Errata.Known.Any(e => e.Fits(set.Id, id, frames));
            var column = onset is null ? "onset" : offset is null ? "offset" : "apex";
            var reason = off ? $"apex '{row["apex"]}' is no frame number and its erratum is switched off"
                : $"has {column} '{row[column]}', which is no frame number; fill the cell from the original sheet";
            defect = new DroppedRow(row.Number, id, reason) { Emotion = emotion, IsExpected = off };
            return null;
        }
        // Scored, such a clip would run backwards: from its apex to its onset.
        if (onset > offset || apex < onset)
        {
            var off = Errata.Known.Any(e => e.Fits(set.Id, id, frames));
            defect = new DroppedRow(row.Number, id,
                $"has onset {onset}, apex {apex} and offset {offset}, which run backwards{(off
                    ? " while its erratum is switched off"
                    : "; correct them so that onset, apex and offset follow each other")}")
            {
                Emotion = emotion, IsExpected = off
            };
            return null;
        }
        if (apex == onset) notes.Add(Clip.NoMotion);
        else if (erratum is null && apex >= offset)
            notes.Add($"the apex {apex} does not lie between onset {onset} and offset {offset}");
        var units = ActionUnitNotation.Parse(row["actionunits"], notes);
        if (units.IsEmpty && set.HasActionUnits) notes.Add("no action unit is coded");
        if (row["fps"].Length > 0 && row.Value("fps") is null)
            notes.Add($"'{row["fps"]}' is no number of frames per second; " +
                (set.FrameRate is { } usual ? $"{usual} is taken" : "none is taken"));
        if (set.AllEmotions.LabelOf(emotion) is null)
        {
            // It would cost the clip without a word; in a set of one's own, another word may be the coder's.
            if (set.Id != DatasetId.Own)
            {
                var meant = Spelling.Nearest(emotion, set.AllEmotions.ClassOf.Keys);
                defect = new DroppedRow(row.Number, id, $"has the emotion '{row["emotion"]}'" + (meant is null
                    ? $", which is none of {string.Join(", ", set.AllEmotions.ClassOf.Keys.Order())}; correct it"
                    : $"; did you mean '{meant}'?"))
                {
                    // Empty: it may be of any class.
                    Emotion = meant ?? ""
                };
                return null;
            }
            notes.Add($"the emotion '{row["emotion"]}' is unknown");
        }
        defect = null;
        return new Clip
        {
            Dataset = set.Id, Subject = subject, Name = name, Onset = onset.Value, Apex = apex.Value,
            Offset = offset.Value, ActionUnits = units, Emotion = emotion,
            FrameRate = row.Value("fps") ?? set.FrameRate, Notes = [.. notes],
        };

        Clip? Defect(string reason, out DroppedRow? defect)
        {
            defect = new DroppedRow(row.Number, $"{(subject.Length > 0 ? subject : row["subject"])}/{name}", reason)
            {
                Emotion = emotion
            };
            return null;
        }
    }

    /// <summary>
    /// The subject as the set writes it; a clip may carry it in its name, where lost zeros are restored. Gives the
    /// fault, or null.
    /// </summary>
    private static string? Subject(string text, ref string name, DatasetDescription set, List<string> notes,
        out string subject)
    {
        var found = set.SubjectOf(TrailingZeros().Replace(text, ""));
        subject = found ?? "";
        var mended = set.NameOf(name);
        if (mended.Length > name.Length) notes.Add($"the name {name} lost its zeros");
        name = mended;
        if (set.SubjectNamedIn(name) is { } inName)
        {
            if (text.Length == 0) subject = inName;
            else if (found is not null && subject != inName)
                return $"is of subject {subject}, its name says {inName}: one person would be in two folds; correct " +
                    "the wrong one";
        }
        return subject.Length > 0 ? null : $"has subject '{text}', which is no subject " +
            $"{(set.Subjects is null ? "'s name (it is blank or holds a slash)" : "number")}; fill the cell from the " +
            "original sheet";
    }

    [GeneratedRegex("(?<![0-9])0+(?=[0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingZeros();

    // A table program writes the subject 2 as 2.0 once a column has a gap.
    [GeneratedRegex(@"(?<=^[0-9]{1,4})\.0+$", RegexOptions.CultureInvariant)]
    private static partial Regex TrailingZeros();
}
