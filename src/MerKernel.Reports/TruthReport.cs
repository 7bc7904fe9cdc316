using MerKernel.Reports.Charts;
using MerKernel.Synthetic;
using Plotly.NET;
using Figure = MerKernel.Reports.Charts.Figure;
using Rows = MerKernel.Experiments.Tables;

namespace MerKernel.Reports;

/// <summary>
/// Measured rows against the known truth of the synthetic data: the limits that no rule can pass, the movement of each
/// emotion, whether rows or columns carry more, how far each row is from its limit, and whether the tables' orders
/// agree with the truth.
/// </summary>
public sealed class TruthReport
{
    readonly KnownTruth _truth;
    readonly string _title;
    readonly ImmutableArray<Distance> _distances;

    TruthReport(Workbench bench, DatasetId dataset, KnownTruth truth)
    {
        var facts = DatasetFacts.Of(bench.Dataset(dataset));
        var seesUnits = bench.Profile.ActionUnits == ActionUnitSource.Annotated;
        var title = $"{dataset.Title()} ({DataNotice.Brief(synthetic: true, bench.Profile.Name)})";
        var probe = DirectionProbe.Of(bench.Dataset(dataset), facts.Clips);
        var lookup = LosoBaseline.Run(facts.Clips, AuLookup.Fit);
        (_truth, _title) = (truth, title + (seesUnits ? "" : "\nNo row sees action units"));
        // The rows of the other tables differ by their units.
        var rows = Scoring.Rows(bench, seesUnits ? Rows.All
            : Rows.All.Where(t => t.Number is >= 3 and <= 6)
                .Select(t => t with { Repeated = [Rows.WithoutActionUnits] }), [EpochProtocol.Default])
            .Where(r => r.Dataset == dataset && r is { Score: not null, Method: not null and not ReadMethod }).ToList();
        _distances = rows.Count == 0 ? [] :
        [
            .. Distances(rows, truth, bench),
            new("rule", "look-up of the nearest action units", "action units", truth.ActionUnits.Accuracy,
                [AccuracyOf(lookup, facts.Classes.Length)]),
            new("rule", "ridge regression on the difference image", "images", truth.Movement.Accuracy,
                [AccuracyOf(probe.Image, facts.Classes.Length)]),
        ];
        Tables =
        [
            Limits(truth, title), Emotions(truth, title), Directions(probe, facts, title),
            .. _distances.IsEmpty ? [] : new[] { DistanceTable(bench) },
            Orders(bench, facts, truth, probe, lookup, _title, seesUnits)
        ];
    }

    /// <summary>
    /// Limits, units of each emotion, rows and columns, the distance of each stored row from its limit, the tables'
    /// orders.
    /// </summary>
    public ImmutableArray<TextTable> Tables { get; }

    /// <summary>Compares a data set's stored rows with its truth.</summary>
    /// <param name="bench">A workbench whose data are loaded.</param>
    /// <param name="dataset">The data set.</param>
    /// <exception cref="UserErrorException">The data are real: nobody knows their truth.</exception>
    public static TruthReport Of(Workbench bench, DatasetId dataset)
    {
        if (!bench.Dataset(dataset).Synthetic
            || SyntheticSet.OptionsOf(dataset, bench.Source(dataset).Root) is not { } options)
            throw new UserErrorException($"Nobody knows the truth about {dataset.Title()} in " +
                $"{bench.Source(dataset).Root}: it is not a synthetic data set of this version.");
        if (!DatasetNames.Paper.Contains(dataset))
            throw new UserErrorException($"The truth is known of {string.Join(" and ", DatasetNames.Paper.Select(id =>
                id.Title()))}, and not of {dataset.Title()}; name one of them.");
        if (!DatasetFacts.Of(bench.Dataset(dataset)).HasPaperClasses)
            throw new UserErrorException(
                "The truth is known of the five classes; prepare the data with --classes five.");
        return new(bench, dataset, KnownTruth.Of(dataset, options.Size));
    }

    /// <summary>
    /// Each stored row, once, below the limit of what it sees; null where no row is stored. A row that several tables
    /// repeat is named as the first names it.
    /// </summary>
    public GenericChart? Chart()
    {
        if (_distances.IsEmpty) return null;
        var shown = _distances.DistinctBy(d => (object?)d.Of ?? d.Label).Reverse().ToList();
        var several = shown.Any(d => d.Accuracies.Length > 1);
        var places = Enumerable.Range(0, shown.Count).ToList();
        var figure = new Figure("Each row below its limit",
            $"Accuracy at the final epoch{(several ? ": each seed, and their mean" : "")}. {_title}",
            height: 180 + 26 * shown.Count);
        void Add(string name, IEnumerable<(int Place, double Accuracy)> points, object marker) => figure.Add("scatter",
            new
            {
                name, mode = "markers", marker, x = points.Select(p => 100 * p.Accuracy),
                y = points.Select(p => p.Place), text = points.Select(p => shown[p.Place].Label),
                hovertemplate = "%{text}<br>" + name + " %{x:.1f} %<extra></extra>"
            });
        foreach (var (place, d) in places.Zip(shown))
            figure.Shape(new
            {
                type = "line", x0 = 100 * d.Mean, x1 = 100 * d.Limit, y0 = place, y1 = place, layer = "below",
                line = new { color = ChartTheme.Grid, width = 5 }
            });
        if (several)
            Add("a seed", places.SelectMany(p => shown[p].Accuracies.Select(a => (p, a))),
                new { symbol = "circle-open", size = 6, color = "#666666" });
        Add("measured", places.Select(p => (p, shown[p].Mean)),
            new { symbol = "circle", size = 9, color = ChartTheme.Colours[1] });
        Add("the limit of the row's input", places.Select(p => (p, shown[p].Limit)),
            new { symbol = "line-ns-open", size = 14, color = ChartTheme.Ink, line = new { width = 2.5 } });
        figure.Add("scatter", new
        {
            name = "the commonest class", mode = "lines", line = new { dash = "dash", color = "#666666", width = 1.5 },
            x = new[] { 100 * _truth.Majority.Accuracy, 100 * _truth.Majority.Accuracy },
            y = new[] { -0.6, shown.Count - 0.4 }, hovertemplate = "the commonest class %{x:.1f} %<extra></extra>"
        });
        var range = ScoreChart.Range([100 * _truth.Majority.Accuracy,
            .. shown.SelectMany(d => d.Accuracies.Append(d.Limit)).Select(a => 100 * a)]);
        return figure.Axes(0, "accuracy (%)", "", "", new { range }, new
        {
            tickmode = "array", tickvals = places,
            ticktext = shown.Select(d => Figure.Escape($"{d.Label} ({d.Sees})")),
            range = new[] { -0.6, shown.Count - 0.4 }, type = "linear",
        }).LegendAt(-70.0 / (26 * shown.Count)).Chart();
    }

    /// <summary>A row and the best that any rule can do with what it sees; fractions, one per seed.</summary>
    sealed record Distance(string Table, string Label, string Sees, double Limit, ImmutableArray<double> Accuracies,
        Method? Of = null)
    {
        public double Mean => Accuracies.Average();
    }

    static TextTable Limits(KnownTruth truth, string title) => TextTable.Of($"The best that any rule can do\n{title}",
        ["seen", ">accuracy", .. truth.Both.Recall.Select(c => $">{c.Emotion}")],
        new[]
        {
            ("nothing: the commonest class", truth.Majority), ("the 21 coded action units", truth.ActionUnits),
            ("the movement, uncoded traces too", truth.Movement), ("both", truth.Both)
        }
            .Select(l => (IEnumerable<string>)[l.Item1, Figures.Percent(l.Item2.Accuracy),
                .. l.Item2.Recall.Select(c => Figures.Percent(c.Recall))]),
        ["Bayes rates in percent, class counts as prior, summed over everything the generator can draw, odd " +
            "cells of the sheets aside; under each class the share of its clips that the best rule gets right.",
         $"{Figures.Percent(truth.Ambiguous)} % of the clips carry a set of action units that occurs in more than " +
         "one class."]);

    static TextTable Emotions(KnownTruth truth, string title) => TextTable.Of($"Units of each emotion\n{title}",
        ["class", ">clips", "action units, share in percent", "uncoded trace"],
        truth.Emotions.Select(e => (IEnumerable<string>)[e.Emotion, $"{e.Clips}",
            string.Join(", ", e.Sets.OrderByDescending(s => s.Share)
                .Select(s => $"{string.Join('+', s.Units)} {Figures.Percent(s.Share)}")),
            e.Trace is { } unit ? $"{unit}" : "none"]),
        ["A trace is weaker than a coded unit and is in no sheet: only images show it."]);

    static TextTable Directions(DirectionProbe probe, DatasetFacts facts, string title)
    {
        var classes = facts.Classes.Length;
        string[] Row(string name, ImmutableArray<FoldOutcome> folds) =>
            [name, Figures.Percent(AccuracyOf(folds, classes)), Figures.Fraction(Metrics.UF1(Pooled(folds, classes)))];
        return TextTable.Of($"Rows and columns\n{title}", ["a linear rule sees", ">accuracy", ">UF1"],
            [Row("one number and one absolute number per row", probe.Rows), Row("the same per column", probe.Columns),
                Row("the whole difference image", probe.Image)],
            ["Apex minus onset, ridge regression, leave one subject out. Rows minus columns: " +
                $"{Difference(probe.Rows, probe.Columns, classes)}."]);
    }

    static IEnumerable<Distance> Distances(IReadOnlyList<ResultRow> rows, KnownTruth truth, Workbench bench) =>
        rows.Where(r => r.Kind != RowKind.Baseline)
            .Concat(rows.Where(r => r.Kind == RowKind.Baseline).DistinctBy(r => (r.Method, r.Seed)))
            .GroupBy(r => (Table: r.Kind == RowKind.Baseline ? "control" : $"{r.Table.Number}", r.Label))
            .Select(row =>
            {
                var method = row.First().Method!;
                var units = bench.Experiment(method, truth.Dataset).ActionUnits == ActionUnitSource.Annotated;
                return new Distance(row.Key.Table, row.Key.Label, units ? "images and action units" : "images",
                    (units ? truth.Both : truth.Movement).Accuracy, [.. row.Select(r => r.Score!.Accuracy)], method);
            });

    TextTable DistanceTable(Workbench bench) =>
        TextTable.Of($"How far each row is from its limit\n{_title}",
            ["table", "row", "sees", ">limit", ">measured", ">points below"],
            _distances.Select(d => (IEnumerable<string>)[d.Table, d.Label, d.Sees, Figures.Percent(d.Limit),
                Figures.Percent(d.Mean), Figures.Percent(d.Limit - d.Mean)]),
            [$"Accuracy in percent at the final epoch, {(bench.Seeds.Length == 1 ? "seed" : "mean over seeds")} " +
                $"{string.Join(", ", bench.Seeds)}. Shuffled action units count as none. A rule has no seed."]);

    static TextTable Orders(Workbench bench, DatasetFacts facts, KnownTruth truth, DirectionProbe probe,
        ImmutableArray<FoldOutcome> lookup, string title, bool seesUnits)
    {
        var classes = facts.Classes.Length;
        ImmutableArray<FoldOutcome>? Run(string key) =>
            Pool(bench, Rows.Named(key), facts.Dataset);
        string Points(double limit) => limit > 0.0005
            ? $"the limit is {Figures.Percent(limit)} points higher"
            : "the same limit: who sees every movement needs no coding";
        var rowsAbove = PairedBootstrap.Of(probe.Rows, probe.Columns, classes, Metrics.Accuracy);
        (string Claim, string Truth, ImmutableArray<FoldOutcome>? First, ImmutableArray<FoldOutcome>? Second)[] claims =
        [
            ("Table 3: Y above X",
                rowsAbove.Low > 0
                    ? "by a linear rule on these clips, rows tell more than columns"
                    : rowsAbove.High < 0 ? "by a linear rule on these clips, columns tell more than rows"
                    : "a linear rule on these clips cannot tell them apart",
                Run("full"), Run("horizontal")),
            ("Table 3: Y above both directions", "the same information: both directions see every row", Run("full"),
                Run("both-directions")),
            ("Table 4: continuous above independent", "the same information", Run("full"), Run("independent")),
            ("Table 5: Swin above ViT", "the same information", Run("full"), Run("vit")),
            ("Table 6: both frames above the apex",
                "the same information: the motion stream's difference and one frame give the other", Run("full"),
                Run("apex")),
            ("Table 6: both frames above the onset", "the same information", Run("full"), Run("onset")),
            ("Table 7: action units and images above images", Points(truth.Both.Accuracy - truth.Movement.Accuracy),
                Run("full"), Run("no-au")),
            ("Table 7: action units and images above the look-up",
                Points(truth.Both.Accuracy - truth.ActionUnits.Accuracy), Run("full"), lookup),
            ("Table 7: detected action units above none", "the same images: the detector sees nothing else",
                Run("au-predicted"), Run("no-au")),
            ("Images: a linear rule above the full network without action units", "the same images", probe.Image,
                Run(seesUnits ? "no-au" : "full")),
        ];
        var asked = claims.Where(c => seesUnits || !c.Claim.StartsWith("Table 7", StringComparison.Ordinal));
        return TextTable.Of($"The tables' orders against the truth\n{title}",
            ["claim", "known, or estimated where a rule is named", ">measured difference in accuracy, points",
                "interval"],
            asked.Select(c => (IEnumerable<string>)(c is { First: { } a, Second: { } b }
                ? [c.Claim, c.Truth, Difference(a, b, classes),
                    PairedBootstrap.Of(a, b, classes, Metrics.Accuracy) switch
                    {
                        { Low: > 0 } => "above 0",
                        { High: < 0 } => "below 0",
                        { Low: 0, High: 0 } => "no difference on any subject",
                        _ => "contains 0"
                    }]
                : [c.Claim, c.Truth, "", "not run"])),
            ["In brackets the 95 % interval by paired bootstrap over subjects, all seeds of a subject together: of " +
                "accuracy, and for each row by itself. Whether a difference in UF1 is supported after the correction " +
                "over a table's rows is said below that table." +
                (facts.ClipsByPerson.Length < 10 ? " With fewer than ten subjects it is too narrow." : ""),
             bench.Seeds.Length == 1 ? "One seed: the interval covers the draw of subjects and not that of weights " +
                 "and batches, so it may exclude 0 where the truth knows no order; several seeds (--seeds 1,2,3) " +
                 "tell." : ""]);
    }

    /// <summary>
    /// A method's decisions at the final epoch, the seeds of a subject side by side; null where a seed was not run in
    /// full.
    /// </summary>
    static ImmutableArray<FoldOutcome>? Pool(Workbench bench, Method method, DatasetId dataset)
    {
        var seeds = bench.Seeds.Select(seed => bench.Result(method, dataset, seed)?.Read()).ToList();
        return seeds.Any(s => s is null) ? null
            : FoldOutcome.Together([.. seeds.Select(s => EpochProtocol.Default.Apply(s!).Folds)]);
    }

    static ConfusionMatrix Pooled(IEnumerable<FoldOutcome> folds, int classes) =>
        ConfusionMatrix.Sum(folds.Select(f => f.Matrix(classes)));

    static double AccuracyOf(IEnumerable<FoldOutcome> folds, int classes) => Metrics.Accuracy(Pooled(folds, classes));

    static string Difference(ImmutableArray<FoldOutcome> first, ImmutableArray<FoldOutcome> second, int classes)
    {
        var interval = PairedBootstrap.Of(first, second, classes, Metrics.Accuracy);
        return $"{Signed(AccuracyOf(first, classes) - AccuracyOf(second, classes))} [{Signed(interval.Low)} to " +
            $"{Signed(interval.High)}]";
    }

    static string Signed(double fraction) =>
        (100 * fraction).ToString("+0.0;-0.0;0.0", System.Globalization.CultureInfo.InvariantCulture);
}
