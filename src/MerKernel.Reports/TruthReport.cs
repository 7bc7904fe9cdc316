using MerKernel.Synthetic;

namespace MerKernel.Reports;

/// <summary>
/// Measured rows against the known truth of the synthetic data: the limits that no rule can pass, the movement of each
/// emotion, whether rows or columns carry more, how far each row is from its limit, and whether the tables' orders
/// agree with the truth.
/// </summary>
public static class TruthReport
{
    /// <summary>The tables of a data set.</summary>
    /// <param name="bench">A workbench whose data are loaded.</param>
    /// <param name="dataset">The data set.</param>
    /// <exception cref="UserErrorException">The data are real: nobody knows their truth.</exception>
    public static IEnumerable<TextTable> Of(Workbench bench, DatasetId dataset)
    {
        if (!bench.Dataset(dataset).Synthetic
            || LookAlike.OptionsOf(dataset, bench.Source(dataset).Root) is not { } options)
            throw new UserErrorException($"Nobody knows the truth about {dataset.Title()} in " +
                $"{bench.Source(dataset).Root}: it is not a synthetic data set of this version.");
        if (!DatasetFacts.Of(bench.Dataset(dataset)).HasPaperClasses)
            throw new UserErrorException(
                "The truth is known of the five classes; prepare the data with --classes five.");
        return Of(bench, dataset, KnownTruth.Of(dataset, options.Size));
    }

    static IEnumerable<TextTable> Of(Workbench bench, DatasetId dataset, KnownTruth truth)
    {
        var facts = DatasetFacts.Of(bench.Dataset(dataset));
        var seesUnits = bench.Profile.ActionUnits == ActionUnitSource.Annotated;
        var title = $"{dataset.Title()} ({DataNotice.Brief(synthetic: true, bench.Profile.Name)})";
        yield return Limits(truth, title);
        yield return Emotions(truth, title);
        var probe = DirectionProbe.Of(bench.Dataset(dataset), facts.Clips);
        yield return Directions(probe, facts, title);
        if (!seesUnits) title += "\nNo row sees action units";
        // The rows of the other tables differ by their units.
        var rows = Scoring.Rows(bench, seesUnits ? Tables.All
            : Tables.All.Where(t => t.Number is >= 3 and <= 6)
                .Select(t => t with { Repeated = [Tables.WithoutActionUnits] }), [EpochProtocol.Default])
            .Where(r => r.Dataset == dataset && r is { Score: not null, Method: not null and not ReadMethod }).ToList();
        if (rows.Count > 0) yield return Distances(rows, truth, bench, title);
        yield return Orders(bench, facts, truth, probe, title, seesUnits);
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

    static TextTable Distances(IReadOnlyList<ResultRow> rows, KnownTruth truth, Workbench bench, string title) =>
        TextTable.Of($"How far each row is from its limit\n{title}",
            ["table", "row", "sees", ">limit", ">measured", ">points below"],
            rows.Where(r => r.Kind != RowKind.Baseline)
                .Concat(rows.Where(r => r.Kind == RowKind.Baseline).DistinctBy(r => (r.Method, r.Seed)))
                .GroupBy(r => (Table: r.Kind == RowKind.Baseline ? "control" : $"{r.Table.Number}", r.Label))
                .Select(row =>
            {
                var units =
                    bench.Experiment(row.First().Method!, truth.Dataset).ActionUnits == ActionUnitSource.Annotated;
                var (limit, measured) = ((units ? truth.Both : truth.Movement).Accuracy,
                    row.Average(r => r.Score!.Accuracy));
                return (IEnumerable<string>)[row.Key.Table, row.Key.Label, units ? "images and action units" : "images",
                    Figures.Percent(limit), Figures.Percent(measured), Figures.Percent(limit - measured)];
            }),
            [$"Accuracy in percent at the final epoch, {(bench.Seeds.Length == 1 ? "seed" : "mean over seeds")} " +
                $"{string.Join(", ", bench.Seeds)}. Shuffled action units count as none."]);

    static TextTable Orders(Workbench bench, DatasetFacts facts, KnownTruth truth, DirectionProbe probe, string title,
        bool seesUnits)
    {
        var classes = facts.Classes.Length;
        var lookup = LosoBaseline.Run(facts.Clips, AuLookup.Fit);
        ImmutableArray<FoldOutcome>? Run(string key) => Pool(bench, Tables.Named(key), facts.Dataset);
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
