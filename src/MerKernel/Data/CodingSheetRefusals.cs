namespace MerKernel.Data;

// Messages for a file that is no coding sheet of the set that was asked for.
public static partial class CodingSheet
{
    private static UserErrorException Unusable(string path, ImmutableArray<SheetTable> tables, SheetHeader? nearest,
        DatasetDescription? asked)
    {
        var cells = tables.SelectMany(t => t.Rows.SelectMany(r => r.Cells).Prepend(t.Name))
            .Where(c => c.Length > 0).ToList();
        if (asked?.Id == DatasetId.Own && (nearest?.Row ?? tables.SelectMany(t => t.Rows).FirstOrDefault()) is { } own)
            return OwnDataset.LacksColumns(asked, path, own);
        var set = asked?.Id == DatasetId.Own ? null : DatasetSigns.OfCells(cells);
        if (set is not null && !set.IsReadFor(asked)) return set.Refusal(path);
        var title = set?.Title ?? Titles(asked);
        if (nearest is not null)
            return new($"{path}, sheet '{nearest.Table.Name}', row {nearest.Row.Number}: the header lacks the " +
                $"column{(nearest.Missing.Length > 1 ? "s" : "")} "
                + $"{nearest.MissingTitles(asked)}; restore the header of the original sheet of {title}.");
        var sheets = string.Join(", ", tables.Select(t => $"'{t.Name}'"));
        return set is not null
            ? new($"{path} has clips named like those of {title} ({set.Example}), but none of its sheets ({sheets}) " +
                "has a header row with Subject, Filename and OnsetFrame; "
                + "restore it, or take the sheet as the data set's authors ship it.")
            : new($"{path} is no coding sheet of {Titles(asked)}: none of its sheets ({sheets}) has a header row " +
                "with " +
                $"{(asked is { Columns.IsEmpty: false }
                    ? string.Join(", ", asked.Columns.Values)
                    : "Subject, Filename and Onset")}; "
                + $"take {Published(asked)}.");
    }

    private static bool IsOther(DatasetDescription? asked) =>
        asked is { Id: not (DatasetId.CasmeII or DatasetId.Samm) };

    private static string Titles(DatasetDescription? asked) => IsOther(asked) ? asked!.Title : "CASME II or SAMM";

    private static string Published(DatasetDescription? asked) =>
        IsOther(asked) ? asked!.Sheets[0] : "CASME2-coding-20190701.xlsx or SAMM_Micro_FACS_Codes_v2.xlsx";
}
