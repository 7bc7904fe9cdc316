namespace MerKernel.Data;

/// <summary>The header row of a table of clips: where each field is, and the choices on the way.</summary>
/// <param name="Table">The sheet it is in.</param>
/// <param name="At">Its place among the sheet's rows.</param>
/// <param name="Columns">Field to column.</param>
/// <param name="Missing">Fields that have no column; a header without any is complete.</param>
/// <param name="Remarks">Columns that were passed over for better ones.</param>
internal sealed record SheetHeader(SheetTable Table, int At, ImmutableDictionary<string, int> Columns,
    ImmutableArray<string> Missing, ImmutableArray<string> Remarks)
{
    // Spellings without blanks and signs (but with digits: ApexF1 and ApexF2 are two things), the published one first:
    // of several columns of one field it counts.
    private static readonly (string Field, string Title, string[] Spellings, bool Needed)[] Fields =
    [
        ("subject", "Subject", ["subject", "subjects"], true),
        ("filename", "Filename", ["filename"], true),
        ("onset", "OnsetFrame", ["onsetframe", "onset", "onsetf"], true),
        ("apex", "ApexFrame", ["apexframe", "apex", "apexf"], true),
        ("offset", "OffsetFrame", ["offsetframe", "offset", "offsetf"], true),
        ("actionunits", "Action Units", ["actionunits", "actionunit", "aus", "au"], true),
        ("emotion", "Estimated Emotion", ["estimatedemotion", "emotion"], true),
        ("objective", "Objective Classes", ["objectiveclasses", "objectiveclass"], false),
        ("emotionid", "EmotionId", ["emotionid"], false),
        ("fps", "Fps", ["fps", "framerate"], false),
    ];

    private static readonly Regex FurtherInterval =
        new("^(?:onset|offset) ?(?:frame|f)? ?[2-9] ?f?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>The sheet's row of the header.</summary>
    public SheetRow Row => Table.Rows[At];

    /// <summary>Whether every field has its column.</summary>
    public bool IsComplete => Missing.IsEmpty;

    /// <summary>Rows below the header; the header said once more is none.</summary>
    public IEnumerable<SheetRow> Below => Table.Rows.Skip(At + 1).Where(r => !r.Cells.SequenceEqual(Row.Cells));

    /// <summary>The columns that a complete header lacks, in the published spelling.</summary>
    public string MissingTitles(DatasetDescription? asked) => string.Join(", ",
        Missing.Select(m => asked?.Columns.GetValueOrDefault(m) ?? Fields.Single(f => f.Field == m).Title));

    /// <summary>
    /// The first complete header of each sheet, or where a sheet has none the row that is nearest to one.
    /// </summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="tables">Its sheets.</param>
    /// <param name="asked">The data set that was asked for: its column names, and which it may lack.</param>
    /// <exception cref="UserErrorException">
    /// Two columns of one name say different things, or two tables are in one sheet.
    /// </exception>
    public static IEnumerable<SheetHeader> Find(string path, IEnumerable<SheetTable> tables, DatasetDescription? asked)
    {
        foreach (var table in tables)
        {
            var headers = Enumerable.Range(0, table.Rows.Length).Where(r =>
                Named(table.Rows[r], "filename", asked).Any() || Named(table.Rows[r], "subject", asked).Any())
                .Select(r => Of(path, table, r, asked)).ToList();
            if (headers.FirstOrDefault(h => h.IsComplete) is not { } first)
            {
                if (headers.MaxBy(h => h.Columns.Count) is { Columns.Count: > 1 } nearest) yield return nearest;
                continue;
            }
            if (headers.FirstOrDefault(h => h.IsComplete && !h.Row.Cells.SequenceEqual(first.Row.Cells)) is { } second)
                throw new UserErrorException($"{path}, sheet '{table.Name}' holds two tables, with headers in rows " +
                    $"{first.Row.Number} and {second.Row.Number}; save the one that counts to a file of its own.");
            yield return first;
        }
    }

    private static SheetHeader Of(string path, SheetTable table, int at, DatasetDescription? asked)
    {
        var (row, columns) = (table.Rows[at], ImmutableDictionary.CreateBuilder<string, int>());
        var (missing, remarks) = (new List<string>(), new List<string>());
        UserErrorException? conflict = null;
        foreach (var (field, title, spellings, needed) in Fields)
        {
            var named = Named(row, field, asked).ToList();
            if (named.Count == 0)
            {
                // A column that the user names and her sheet has not is a slip, needed or not.
                if (needed && asked?.Optional.Contains(field) != true || asked?.Columns.ContainsKey(field) == true)
                    missing.Add(field);
                continue;
            }
            var best = named.Where(n => n.Rank == named.Min(m => m.Rank)).Select(n => n.Column).ToList();
            // A column of codes is sometimes called like that of the words.
            if (field == "emotion" && best.Where(c => table.Rows.Skip(at + 1).Any(r => ClassSet.IsEmotion(r[c])))
                .ToList() is [_, ..] words)
                best = words;
            columns.Add(field, best[0]);
            var differing = best.Skip(1).Where(c => table.Rows.Skip(at + 1).Any(r => r[c] != r[best[0]])).ToList();
            if (differing.Count > 0)
                conflict ??= new UserErrorException(
                    $"{path}, row {row.Number}: columns {SheetTable.ColumnName(best[0])} and " +
                    $"{SheetTable.ColumnName(differing[0])} are both called "
                    + $"'{row[best[0]]}' and differ; delete or rename the one that does not count.");
            foreach (var (column, _) in named.Where(n => n.Column != best[0]))
                remarks.Add($"column {SheetTable.ColumnName(column)} ('{row[column]}') is not read: column " +
                    $"{SheetTable.ColumnName(best[0])} ('{row[best[0]]}') is the {title}");
        }
        // SMIC's Onset2F and Offset3F: a clip that moves again.
        var further = row.Cells.Index()
            .Where(c => FurtherInterval.IsMatch(c.Item) && !columns.ContainsValue(c.Index)).ToList();
        var clips = table.Rows.Skip(at + 1).Count(r => !r.Cells.SequenceEqual(row.Cells)
            && further.Any(c => r[c.Index].Any(char.IsAsciiDigit)));
        if (clips > 0)
            remarks.Add($"of each clip only the first interval is read; clips with more (columns " +
                $"{string.Join(", ", further.Select(c => c.Item))}): {clips}");
        if (missing.Count == 0 && conflict is not null) throw conflict;
        return new SheetHeader(table, at, columns.ToImmutable(), [.. missing], [.. remarks]);
    }

    private static IEnumerable<(int Column, int Rank)> Named(SheetRow row, string field, DatasetDescription? asked)
    {
        // The user names her own columns; her sheet lacks those she does not name.
        if (asked is { Columns.IsEmpty: false })
        {
            if (asked.Columns.TryGetValue(field, out var own))
                foreach (var (at, cell) in row.Cells.Index())
                    if (cell.Equals(own, StringComparison.OrdinalIgnoreCase)) yield return (at, 0);
            yield break;
        }
        var spellings = Fields.Single(f => f.Field == field).Spellings;
        for (var c = 0; c < row.Cells.Length; c++)
            if (Array.IndexOf(spellings, string.Concat(row[c].Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant())
                is >= 0 and var rank)
                yield return (c, rank);
    }
}
