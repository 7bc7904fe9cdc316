namespace MerKernel.Data;

/// <summary>One row by field.</summary>
internal sealed partial class SheetRecord(SheetHeader header, SheetRow row, DatasetDescription? asked)
{
    // 46, and 46.0 as a table program writes it once a column has a gap.
    [GeneratedRegex(@"^([0-9]{1,9})(?:\.0+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex FrameNumber();

    public int Number => row.Number;

    public string[] Cells => row.Cells;

    public bool IsHidden => row.IsHidden;

    /// <summary>The row's content, for comparison with another's.</summary>
    public string Text => string.Join('\t', header.Columns.Keys.Order(StringComparer.Ordinal).Select(f => this[f]));

    public string this[string field] => header.Columns.TryGetValue(field, out var column) ? row[column] : "";

    /// <summary>The formula of a cell whose value is no text; null where it has none.</summary>
    public string? Formula(string field) =>
        header.Columns.TryGetValue(field, out var column) ? row.Formulas.GetValueOrDefault(column) : null;

    // A footnote or a sum has no emotion and no clip's name; a clip whose name was lost still has its emotion and
    // must not pass for one. Where emotions may be numbers, the frames of its onset and offset tell it from a sum.
    public bool IsRemark => IsMerged || !this["emotion"].Any(char.IsLetter)
        && (asked is { Columns.Count: > 0 }
            ? this["filename"].Length == 0 && (Frame("onset") is null || Frame("offset") is null
                || (this["emotion"].Length == 0 && this["subject"].Length == 0))
            : DatasetSigns.OfRow(this["filename"], this["subject"]) is null);

    // A text merged across the table is in each of its cells.
    private bool IsMerged => row.Cells.Where(c => c.Length > 0).ToList() is { Count: > 2 } cells
        && cells[0].Any(char.IsLetter) && cells.Distinct().Count() == 1;

    public string FirstText => row.Cells.First(c => c.Length > 0);

    public string? TooManyCells => header.Table.IsText && row.Count > header.Row.Count
        && row.Cells.Skip(header.Row.Count).Any(c => c.Length > 0)
        ? $"{row.Count} cells, the header {header.Row.Count}" : null;

    public double? Value(string field) =>
        double.TryParse(this[field], NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number is > 0 and < 100_000 ? number : null;

    public int? Frame(string field) =>
        FrameNumber().Match(this[field]) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
}
