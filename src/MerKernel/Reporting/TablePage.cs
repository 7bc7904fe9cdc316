using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reporting;

/// <summary>The rows of one table on one data set, protocols side by side: what every renderer draws.</summary>
sealed record TablePage(int Table, DatasetId Dataset, ImmutableArray<EpochProtocol> Protocols, ImmutableArray<TablePage.Line> Lines, TableRow First)
{
    /// <summary>One row of the page; a cell is null where the row has nothing under that protocol.</summary>
    internal sealed record Line(TableRow Head, ImmutableArray<TableRow?> Cells);

    public string Title => $"Table {Table}: {PaperTables.Numbered(Table).Title}";

    public string Subtitle => $"{Dataset.Title()} ({DataNotice.Brief(First.Synthetic, First.Profile)})";

    /// <summary>What was scored, if all rows agree: '249 clips of 26 subjects, seed 1'.</summary>
    public string Scored => string.Join("; ", Lines.SelectMany(l => l.Cells).OfType<TableRow>().Where(r => r.Measured is not null)
        .Select(r => $"{r.Clips} clips of {r.Folds} subjects, seed {r.Seed}").Distinct());

    /// <summary>What is known about the choice of clips.</summary>
    public string Sample => First.Sample.Note(Dataset);

    /// <summary>Which differences from the full network the data support; empty where nothing can be compared.</summary>
    public string Differences
    {
        get
        {
            var rows = Lines.SelectMany(l => l.Cells).OfType<TableRow>().Where(r => r.HolmP is not null).OrderBy(r => r.HolmP).ToList();
            if (rows.Count == 0) return "";
            string Named(bool supported) => string.Join(", ", rows.Where(r => r.HolmP < 0.05 == supported)
                .Select(r => $"{r.Row} ({Figures.Difference(r.AgainstFull!.UF1, 0)}, p {Figures.P(r.HolmP!.Value)})")) is { Length: > 0 } names ? names : "none";
            return $"UF1 against the full network ({Protocols[0].Label}; permutation test by subject, p after Holm over {rows.Count} rows). Differences the data support: {Named(true)}. Not supported: {Named(false)}.";
        }
    }

    public static IEnumerable<TablePage> Of(IEnumerable<TableRow> rows) =>
        from page in rows.GroupBy(r => (r.Table, r.Dataset))
        let protocols = page.Select(r => r.Protocol).OfType<EpochProtocol>().Distinct().ToImmutableArray()
        select new TablePage(page.Key.Table, page.Key.Dataset, protocols,
            [.. page.GroupBy(r => (r.Row, r.Kind)).Select(line => new Line(line.First(), Cells(line, protocols)))], page.First());

    // A row without epochs has one figure whatever the protocol: it stands in the first column alone.
    static ImmutableArray<TableRow?> Cells(IEnumerable<TableRow> line, ImmutableArray<EpochProtocol> protocols) =>
        [.. protocols.Select((p, i) => line.FirstOrDefault(r => r.Protocol == p || r.Protocol is null && i == 0))];
}
