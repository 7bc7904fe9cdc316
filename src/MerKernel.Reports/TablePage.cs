using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>The rows of one table on one data set, protocols side by side: what every renderer draws.</summary>
sealed record TablePage(int Table, DatasetId Dataset, ImmutableArray<EpochProtocol> Protocols, ImmutableArray<TablePage.Line> Lines, TableRow First)
{
    /// <summary>One row of the page; a cell is null where the row has nothing under that protocol.</summary>
    /// <param name="Head">The row, for its name and the paper's figures.</param>
    /// <param name="Cells">The row under each protocol, as the first seed that was run has it.</param>
    /// <param name="Seeds">The row under each protocol over several seeds; null where fewer than two were run.</param>
    internal sealed record Line(TableRow Head, ImmutableArray<TableRow?> Cells, ImmutableArray<SeedRow?> Seeds);

    public string Title => $"Table {Table}: {Tables.Numbered(Table).Title}";

    public string Subtitle => $"{Dataset.Title()} ({DataNotice.Brief(First.Synthetic, First.Profile)})";

    /// <summary>What was scored, if all rows agree: '249 clips of 26 subjects, seed 1'.</summary>
    public string Scored => string.Join("; ", Lines.SelectMany(l => l.Cells).OfType<TableRow>().Where(r => r.Measured is not null)
        .Select(r => $"{r.Clips} clips of {r.Folds} subjects, {SeedsRun}").Distinct());

    /// <summary>The seeds that stand behind the page: 'seed 1', 'seeds 1, 2, 3'.</summary>
    string SeedsRun => Lines.SelectMany(l => l.Seeds).OfType<SeedRow>().SelectMany(s => s.Seeds).Select(r => r.Seed).Distinct().ToList() is { Count: > 0 } seeds
        ? $"seeds {string.Join(", ", seeds)}" : $"seed {First.Seed}";

    /// <summary>How the figures of several seeds are to be read; empty where there is one.</summary>
    public string Spread => Lines.Any(l => l.Seeds.Any(s => s is not null))
        ? "Over several seeds: mean ± standard deviation between seeds, and from the lowest to the highest end of the seeds' intervals." : "";

    /// <summary>What each system sees and costs, a line for each that runs; empty in tables that compare no systems.</summary>
    public ImmutableArray<(string Row, SystemFacts Facts)> Systems => [.. Lines.Where(l => l.Head.System is not null).Select(l => (l.Head.Row, l.Head.System!))];

    /// <summary>Footnotes: on rows of the paper, on rows that it lacks, and what was assumed of a system.</summary>
    public ImmutableArray<(string Row, string Text)> Notes =>
        [.. from line in Lines
            let assumed = line.Head.System is { Assumed: { Length: > 0 } list } ? $"Assumed: {string.Join("; ", list)}." : null
            let text = string.Join(" ", new[] { line.Head.Note, assumed }.OfType<string>())
            where text.Length > 0
            select (line.Head.Row, text)];

    /// <summary>What is known about the choice of clips.</summary>
    public string Sample => First.Sample.Note(Dataset);

    /// <summary>Which differences from the full network the data support; empty where nothing can be compared.</summary>
    public string Differences
    {
        get
        {
            // Over several seeds the mean difference, and the largest p: a difference is supported if every seed supports it.
            var rows = Lines.SelectMany(l => l.Cells.Zip(l.Seeds, (cell, seeds) => (cell?.Row, Each: seeds?.Seeds ?? (cell is null ? [] : [cell]))))
                .Where(l => l.Each.Length > 0 && l.Each.All(r => r.HolmP is not null))
                .Select(l => (l.Row, UF1: l.Each.Average(r => r.AgainstFull!.UF1), P: l.Each.Max(r => r.HolmP!.Value), Seeds: l.Each.Length)).OrderBy(r => r.P).ToList();
            if (rows.Count == 0) return "";
            string Named(bool supported) => string.Join(", ", rows.Where(r => r.P < 0.05 == supported)
                .Select(r => $"{r.Row} ({Figures.Difference(r.UF1, 0)}, p {Figures.P(r.P)})")) is { Length: > 0 } names ? names : "none";
            var seeds = rows.Max(r => r.Seeds) > 1 ? "; mean difference and largest p of the seeds" : "";
            return $"UF1 against the full network ({Protocols[0].Label}; permutation test by subject, p after Holm over {rows.Count} rows{seeds}). Differences the data support: {Named(true)}. Not supported: {Named(false)}.";
        }
    }

    public static IEnumerable<TablePage> Of(IEnumerable<TableRow> rows) =>
        from page in rows.GroupBy(r => (r.Table, r.Dataset))
        let protocols = page.Select(r => r.Protocol).OfType<EpochProtocol>().Distinct().ToImmutableArray()
        select new TablePage(page.Key.Table, page.Key.Dataset, protocols,
            [.. page.GroupBy(r => (r.Row, r.Kind)).Select(line => new Line(line.First(), Cells(line, protocols), Seeds(line, protocols)))], page.First());

    // A row without epochs has one figure whatever the protocol: it stands in the first column alone.
    static ImmutableArray<TableRow?> Cells(IEnumerable<TableRow> line, ImmutableArray<EpochProtocol> protocols) =>
        [.. protocols.Select((p, i) => line.Where(r => r.Protocol == p || r.Protocol is null && i == 0).MinBy(r => r.Measured is null))];

    static ImmutableArray<SeedRow?> Seeds(IEnumerable<TableRow> line, ImmutableArray<EpochProtocol> protocols) =>
        [.. protocols.Select(p => SeedRow.Of(line.Where(r => r.Protocol == p)).FirstOrDefault(s => s.Seeds.Length > 1))];
}
