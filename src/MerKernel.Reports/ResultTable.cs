namespace MerKernel.Reports;

/// <summary>The rows of one table on one data set, protocols side by side, and the texts that belong to them.</summary>
public sealed class ResultTable
{
    readonly ImmutableArray<ResultRow> _rows;
    readonly ImmutableArray<EpochProtocol> _protocols;
    readonly ImmutableArray<Line> _lines;
    readonly string _title;

    /// <summary>
    /// A row of the table with its figures under each protocol: one row per seed, none where it was not run.
    /// </summary>
    sealed record Line(ResultRow Head, ImmutableArray<ImmutableArray<ResultRow>> Cells);

    ResultTable(ImmutableArray<ResultRow> rows, string? title = null)
    {
        _rows = rows;
        _title = title ?? $"Table {First.Table.Number}: {First.Table.TitleOn(First.Dataset)}";
        _protocols = [.. rows.Select(r => r.Protocol).OfType<EpochProtocol>().Distinct()];
        _lines = [.. rows.GroupBy(r => (r.Label, r.Kind))
            .Select(line => new Line(line.First(), [.. _protocols.Select((p, i) => Measured(line, p, i == 0))]))];
    }

    /// <summary>Rows by table and data set.</summary>
    public static IEnumerable<ResultTable> Of(IEnumerable<ResultRow> rows) =>
        rows.GroupBy(r => (r.Table.Number, r.Dataset)).Select(page => new ResultTable([.. page]));

    /// <summary>
    /// Every table: scores, then the systems' costs, then, if wanted, every score and class. Controls follow a single
    /// table, and come once after several.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="allMetrics">Whether every score and class follows.</param>
    public static IEnumerable<TextTable> TextOf(IReadOnlyCollection<ResultRow> rows, bool allMetrics = false)
    {
        var several = rows.DistinctBy(r => r.Table.Number).Count() > 1;
        var shown = several ? Of(rows.Where(r => r.Kind != RowKind.Baseline)) : Of(rows);
        return shown.SelectMany(page => page.Texts())
            .Concat(several ? Controls(rows).SelectMany(page => page.Texts()) : [])
            .Concat(allMetrics ? Of(rows).SelectMany(page => page.AllMetrics()).Append(MetricGuide.Table) : []);
    }

    /// <summary>The rows without which no table can be read, from all tables, each once per data set.</summary>
    static IEnumerable<ResultTable> Controls(IEnumerable<ResultRow> rows) =>
        rows.Where(r => r.Kind == RowKind.Baseline).GroupBy(r => r.Dataset)
            .Select(set => new ResultTable([.. set.DistinctBy(r => (r.Label, r.Protocol, r.Seed))],
                "Controls: next to every table"));

    /// <summary>The text above all tables: the data they are from, and the meaning of the figures.</summary>
    public static IEnumerable<string> Opening(IEnumerable<ResultRow> rows) => DataNotice.For(rows);

    /// <summary>The meaning of the figures.</summary>
    public static string Legend(IEnumerable<ResultRow> rows) =>
        "Accuracy in percent; UF1 (macro F1) and UAR (mean recall) of the pooled confusion matrix; in brackets the " +
        "95 % interval by bootstrap over subjects" + (rows.All(r => r.IsComparable)
            ? "; Δ is measured minus paper, and the words say where the paper's figure lies: inside that interval, " +
              "above or below it."
            : ". The printed figures are of other data, classes or networks: they are shown apart, and nothing is " +
              "measured against them.");

    /// <summary>The rows as a Markdown document.</summary>
    public static string ToMarkdown(IReadOnlyCollection<ResultRow> rows, bool allMetrics = false) =>
        $"{string.Concat(Opening(rows).Select(n => $"> **{n}**\n\n"))}{Legend(rows)}\n\n" +
        $"{string.Concat(TextOf(rows, allMetrics).Select(t => t.ToMarkdown()))}";

    /// <summary>Every measured row as one line of figures, for other programs.</summary>
    public static TextTable Flat(IEnumerable<ResultRow> rows) => TextTable.Of("",
        ["table", "dataset", "data", "profile", "row", "protocol", "seed", "experiment", "clips", "folds",
            "paper accuracy", "paper F1", "accuracy", "accuracy low", "accuracy high", "UF1", "UF1 low", "UF1 high",
            "UAR", "UAR low", "UAR high"],
        rows.Select(r => (IEnumerable<string>)[$"{r.Table.Number}", r.Dataset.Key(), r.Synthetic ? "synthetic" : "real",
            r.Profile, r.Label, r.ProtocolName, r.SeedLabel, r.Experiment ?? "",
            $"{r.Score?.Clips}", $"{r.Score?.Folds}", r.Paper is { } p ? Figures.Printed(p.Accuracy) : "",
            r.Paper is { } f ? Figures.Printed(f.F1) : "",
            Exact(100 * r.Score?.Accuracy), Exact(100 * r.Score?.AccuracyInterval.Low),
            Exact(100 * r.Score?.AccuracyInterval.High), Exact(r.Score?.UF1), Exact(r.Score?.UF1Interval.Low),
            Exact(r.Score?.UF1Interval.High),
            Exact(r.Score?.Uar), Exact(r.Score?.UarInterval.Low), Exact(r.Score?.UarInterval.High)]));

    ResultRow First => _rows[0];

    string Title => $"{_title}\n{First.Title} ({First.Brief})";

    IEnumerable<TextTable> Texts()
    {
        var systems = _lines.Where(l => l.Head.System is not null).ToList();
        ImmutableArray<TextTable.Column> columns =
        [
            "row", .. HasPrinted ? new TextTable.Column[]
            {
                new("accuracy", true, DataNotice.Printed(First)),
                new("F1", true, DataNotice.Printed(First))
            } : [],
            .. _protocols.SelectMany(p =>
                new[] { "accuracy", "UF1", "UAR" }.Select(h => new TextTable.Column(h, true, p.Label))),
            .. IsCompared
                ? new TextTable.Column[] { new(IsOfSeeds ? "Δ UF1, pooled" : "Δ UF1", true, "against full") }
                : [],
            ">clips", ">seed",
        ];
        yield return new TextTable(Title, columns, [.. _lines.Select(Cells)])
        {
            Notes = [.. new[] { Scored, Spread, Differences, Unlearned, Detectable, Settled }.Where(n => n.Length > 0),
                .. systems.Count > 0 ? [] : Notes],
        };
        if (systems.Count > 0)
            yield return TextTable.Of($"{_title}\nWhat each system sees and costs", SystemFacts.Headings,
                systems.Select(l => l.Head.System!.Cells(l.Head.Label)));
        var assumed = _lines.SelectMany(l => Remarks(l.Head).Select((text, i) =>
            (IEnumerable<string>)[i == 0 ? l.Head.Label : "", text])).ToList();
        if (systems.Count > 0 && assumed.Count > 0)
            yield return TextTable.Of($"{_title}\nRemarks and assumptions",
                ["row", "remark or assumption"], assumed);
    }

    static IEnumerable<string> Remarks(ResultRow row) =>
        [.. row.Note is { } note ? [note] : Array.Empty<string>(), .. row.System?.Assumed ?? []];

    bool IsOfSeeds => _lines.Any(l => l.Cells.Any(c => c.Length > 1));

    bool IsCompared => _rows.Any(r => r.AgainstFull is not null);

    bool HasPrinted => _rows.Any(r => r.Paper is not null);

    ImmutableArray<TextTable.Cell> Cells(Line line)
    {
        var scored = line.Cells.FirstOrDefault(c => c.Length > 0, []);
        return
        [
            new(line.Head.Label, line.Head.SaysEpoch ? "" : "epoch not said",
                Tint: line.Head.Kind is RowKind.Baseline or RowKind.Added ? TextTable.Tint.Added : TextTable.Tint.None),
            .. HasPrinted
                ? [Printed(line.Head, line.Head.Paper?.Accuracy), Printed(line.Head, line.Head.Paper?.F1)]
                : Array.Empty<TextTable.Cell>(),
            .. line.Cells.SelectMany((rows, i) =>
                rows.Length > 0 ? Scores([.. rows.Select(r => r.Score!)], rows[0].IsComparable ? rows[0].Paper : null)
                    : [WasNotRun(line, i) ? "not run" : "", "", ""]),
            .. IsCompared ? [Compared(line)] : Array.Empty<TextTable.Cell>(),
            $"{scored.FirstOrDefault()?.Score!.Clips}",
            string.Join(", ", scored.Where(r => r.Protocol is not null).Select(r => r.SeedLabel)),
        ];
    }

    /// <summary>UF1 minus the full network's, with p after the correction.</summary>
    static TextTable.Cell Compared(Line line) =>
        line.Cells.SelectMany(c => c).FirstOrDefault(r => r.AgainstFull is not null)?.AgainstFull is { } c
            ? new TextTable.Cell(Figures.Difference(c.UF1, 0),
                $"p {Figures.P(c.HolmP)}{(c.HolmP < 0.05 ? "\nsupported" : "")}")
            : "";

    static TextTable.Cell Printed(ResultRow row, decimal? value) =>
        new(Figures.Printed(value), Tint: row.IsComparable ? TextTable.Tint.None : TextTable.Tint.Apart);

    // Figures that a file of predictions lacks under a protocol were not left out by a run.
    static bool WasNotRun(Line line, int protocol) => line.Head.Kind != RowKind.PublishedOnly
        && line.Head.Method is not KeptPredictions && (line.Head.Protocol is not null || protocol == 0);

    /// <summary>Accuracy, UF1 and UAR over the seeds of a row, next to the paper's where they compare.</summary>
    internal static TextTable.Cell[] Scores(IReadOnlyList<Score> seeds, Printed? paper = null) =>
    [
        Cell(seeds, s => s.Accuracy, s => s.AccuracyInterval, Figures.Percent, Figures.Percent,
            paper?.Accuracy / 100, m => Figures.PercentDifference(m, paper!.Accuracy)),
        Cell(seeds, s => s.UF1, s => s.UF1Interval, Figures.Fraction, Figures.Fraction, paper?.F1,
            m => Figures.Difference(m, paper!.F1)),
        Cell(seeds, s => s.Uar, s => s.UarInterval, Figures.Fraction, Figures.Fraction, null, _ => ""),
    ];

    /// <summary>
    /// A row's score over its seeds: the mean, the mean as it is written, with its deviation where there are several,
    /// and from the lowest to the highest end of the seeds' intervals.
    /// </summary>
    internal static (double Mean, string Text, Interval Hull) Over(IReadOnlyList<Score> seeds,
        Func<Score, double> score, Func<Score, Interval> interval, Func<double, string> write)
    {
        var (mean, deviation) = Figures.Spread([.. seeds.Select(score)]);
        return (mean, write(mean) + (seeds.Count > 1 ? $" ± {write(deviation)}" : ""),
            new(seeds.Min(s => interval(s).Low), seeds.Max(s => interval(s).High)));
    }

    static TextTable.Cell Cell(IReadOnlyList<Score> seeds, Func<Score, double> score, Func<Score, Interval> interval,
        Func<double, string> write, Func<Interval, string> writeInterval, decimal? paper,
        Func<double, string> difference)
    {
        var (mean, text, hull) = Over(seeds, score, interval, write);
        if (paper is not { } printed) return new(text, $"[{writeInterval(hull)}]");
        var place = (double)printed < hull.Low ? "below" : (double)printed > hull.High ? "above" : "inside";
        return new(text, $"[{writeInterval(hull)}]\nΔ {difference(mean)}\npaper {place}",
            place == "inside" ? TextTable.Tint.Agrees : TextTable.Tint.Differs);
    }

    /// <summary>The number of clips that are scored, the seeds, and which clips they are.</summary>
    string Scored
    {
        get
        {
            var measured = _lines.SelectMany(l => l.Cells).Where(c => c.Length > 0).ToList();
            if (measured.Count == 0) return "";
            var seeds = measured.SelectMany(c => c).Where(r => r.Protocol is not null).Select(r => r.Seed)
                .Distinct().Order().ToList();
            var counts = measured.Select(c => $"{c[0].Score!.Clips} clips of {c[0].Score!.Folds} subjects").Distinct();
            return $"Scored: {string.Join("; ", counts)}, {(seeds.Count > 1 ? "seeds" : "seed")} " +
                $"{string.Join(", ", seeds.DefaultIfEmpty(First.Seed))}: " +
                $"{DatasetFacts.Scored(First.Classes.Length, First.LeftOut)}.";
        }
    }

    string Spread => IsOfSeeds
        ? "Over several seeds: mean ± standard deviation between seeds, and in brackets from the lowest to the " +
          "highest end of the seeds' intervals, which is wider than an interval of the mean." : "";

    /// <summary>Footnotes on rows; rows that share one are named together.</summary>
    IEnumerable<string> Notes => _lines.Where(l => l.Head.Note is not null).GroupBy(l => l.Head.Note, l => l.Head.Label)
        .Select(note => $"{string.Join("; ", note)}: {note.Key}");

    /// <summary>
    /// Rows that were trained and are no better than the majority class at the epoch that nothing chose; empty where
    /// there are none.
    /// </summary>
    string Unlearned
    {
        get
        {
            var rows = _lines.SelectMany(l => l.Cells.Take(1)).Where(c => c.Length > 0
                && c[0].Method is not null and not ReadMethod && c.Average(r => r.Score!.Accuracy) <= c[0].Majority)
                .Select(c => $"{c[0].Label} ({Figures.Percent(c.Average(r => r.Score!.Accuracy))} %, {c[0].Batches} " +
                    "batches per fold)").ToList();
            return rows.Count == 0 ? "" : $"Not above the majority class ({Figures.Percent(First.Majority!.Value)} " +
                $"%): {string.Join(", ", rows)}. Unless it is named below for BatchNorm's statistics, the features " +
                "of such a network do not carry over to other subjects at this size, or it was trained too briefly.";
        }
    }

    /// <summary>The effect that the data could have shown at all.</summary>
    string Detectable
    {
        get
        {
            // Controls are those of every table, and each table has a power of its own.
            if (First is not { Kind: not RowKind.Baseline, Detectable: { } here }) return "";
            static string Points(double? difference) =>
                difference is { } d ? $"{Figures.Percent(d)} points" : "beyond reach, however large,";
            static string Both(Detectable d) => $"{Points(d.Alone)} in one comparison planned beforehand, and " +
                $"{Points(d.Corrected)} after a correction over {d.Rows} rows";
            return "Power: the smallest difference that a test of accuracy finds four times in five is " +
                $"{Both(here)} (simulated over subjects; the table's rows, controls aside, differ from the full " +
                "network on " +
                $"{Figures.Percent(here.Pair.Discordant)} % of the clips)." +
                (Differences.Length > 0 ? " The tests above are of UF1." : "") +
                (First.OnRealCounts is not { } real ? "" : Both(real) == Both(here)
                    ? " It is the same with the real data set's subjects and clips."
                    : $" With the real data set's subjects and clips it is {Both(real)}.");
        }
    }

    /// <summary>
    /// Rows whose networks predict with BatchNorm statistics that they were not trained with; empty where there are
    /// none.
    /// </summary>
    string Settled
    {
        get
        {
            var rows = _lines.SelectMany(l => l.Cells).SelectMany(c => c).Where(r => r.Statistics is not null).ToList();
            var few = rows.Where(r => r.Batches < StatisticsCheck.SettledBatches)
                .Select(r => $"{r.Label} ({r.Batches})").Distinct().ToList();
            var parted = rows.GroupBy(r => r.Label)
                .Select(g => (g.Key, Check: StatisticsCheck.Over(g.DistinctBy(r => r.Seed).Select(r => r.Statistics))!))
                .Where(r => Math.Abs(r.Check.Gap) > StatisticsCheck.NamedFrom)
                .Select(r => $"{r.Key} ({Figures.Percent((double)r.Check.Running / r.Check.Clips)} % against " +
                    $"{Figures.Percent((double)r.Check.Batch / r.Check.Clips)} %)").ToList();
            return string.Join(" ", new[]
            {
                few.Count == 0 ? "" : "BatchNorm's statistics are not settled: fewer than " +
                    $"{StatisticsCheck.SettledBatches} batches per fold in {string.Join(", ", few)}.",
                parted.Count == 0 ? "" : "Training clips that are right with BatchNorm's running statistics, against " +
                    $"the batch's, where the two differ by more than {StatisticsCheck.NamedFrom} points: " +
                    $"{string.Join(", ", parted)}.",
            }.Where(s => s.Length > 0));
        }
    }

    /// <summary>
    /// The test of each row against the full network, corrected over all rows and controls of the table: the
    /// differences that the data support, and the smallest p they could have; empty where nothing can be compared.
    /// </summary>
    internal string Differences
    {
        get
        {
            var rows = _rows.Where(r => r.AgainstFull is not null).GroupBy(r => r.Label)
                .Select(l => (Label: l.Key, Comparison: l.First().AgainstFull!, l.First().Score!.Folds))
                .OrderBy(r => r.Comparison.HolmP).ToList();
            if (rows.Count == 0) return "";
            var supported = string.Join(", ", rows.Where(r => r.Comparison.HolmP < 0.05).Select(r =>
                $"{r.Label} ({Figures.Difference(r.Comparison.UF1, 0)}, p {Figures.P(r.Comparison.HolmP)})"));
            var seeds = _rows.Where(r => r.Score is not null).GroupBy(r => r.Label)
                .Any(l => l.Select(r => r.Seed).Distinct().Count() > 1) ? "all seeds' decisions pooled; " : "";
            var among = rows.Max(r => r.Comparison.Among);
            var (over, subjects) = ($"{among} {(among == 1 ? "row" : "rows")}", rows[0].Folds);
            var smallest = SubjectPermutation.Smallest(subjects, among);
            return $"UF1 against the full network ({_protocols[0].Label}; {seeds}permutation test by subject, p " +
                $"after Holm over {over}, controls among them). Differences the data support: " +
                $"{(supported.Length > 0 ? supported : "none")}. With {subjects} subjects and {over} the smallest p " +
                $"that all of the data could give is {(smallest < 0.001 ? "below .001" : Figures.P(smallest)[2..])}.";
        }
    }

    /// <summary>Every score, then precision and recall of each class; nothing where nothing was measured.</summary>
    internal IEnumerable<TextTable> AllMetrics()
    {
        var measured = _rows.Where(r => r.Score is not null)
            .DistinctBy(r => (r.Label, r.Kind, r.Protocol, r.Protocol is null ? 0 : r.Seed)).ToList();
        if (measured.Count == 0) yield break;
        string[] words = ["row", "protocol", ">seed"];
        yield return TextTable.Of($"{Title}: every score",
            [.. words, ">accuracy", ">UF1", ">UAR", ">weighted F1", ">mean per-fold F1", ">kappa"],
            measured.Select(r => (IEnumerable<string>)[r.Label, r.ProtocolLabel, r.SeedLabel,
                Figures.Percent(r.Score!.Accuracy), Figures.Fraction(r.Score.UF1), Figures.Fraction(r.Score.Uar),
                Figures.Fraction(r.Score.WeightedF1), Figures.Fraction(r.Score.MeanFoldF1),
                Figures.Fraction(r.Score.Kappa)]));
        yield return TextTable.Of($"{Title}: precision / recall of each class",
            [.. words, .. First.Classes.Select(c => $">{c}")],
            measured.Select(r => (IEnumerable<string>)[r.Label, r.ProtocolLabel, r.SeedLabel, .. r.Score!.PerClass
                .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Precision:0.00} / {c.Recall:0.00}"))]));
    }

    // A row without epochs has one figure whatever the protocol and seed: it is in the first column only.
    static ImmutableArray<ResultRow> Measured(IEnumerable<ResultRow> line, EpochProtocol protocol, bool first) =>
        [.. line.Where(r => r.Score is not null && (r.Protocol == protocol || r.Protocol is null && first))
            .DistinctBy(r => r.Protocol is null ? 0 : r.Seed)];

    static string Exact(double? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";
}
