using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>
/// A row epoch by epoch: pooled test accuracy and training loss above, every fold's test accuracy below, with the
/// epochs that are scored.
/// </summary>
static class LearningChart
{
    public static GenericChart Of(StudyTable table, string label)
    {
        var datasets = table.Datasets.ToList();
        var folds = datasets.Max(d => table.Folds(label, d).Count);
        var figure = new Figure($"{table.Title}. Learning curves: {label}",
            $"Left-out subjects; training never sees them.\n{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: 420 + 18 * folds, columns: datasets.Count, rows: 2, columnGap: 0.16, rowGap: 0.2);
        for (var column = 0; column < datasets.Count; column++)
        {
            Curves(figure, table.Folds(label, datasets[column]), datasets[column], column, first: column == 0);
            Folds(figure, table, label, datasets[column], datasets.Count + column, first: column == 0);
        }
        return figure.LegendAt(-70.0 / (250 + 18 * folds)).Chart();
    }

    static void Curves(Figure figure, IReadOnlyList<FoldPrediction> folds, DatasetId dataset, int panel, bool first)
    {
        var epochs = Enumerable.Range(0, folds[0].Logits.Length).ToList();
        var clips = folds.Sum(f => f.Clips.Length);
        figure.Add("scatter", new
        {
            name = "test accuracy, pooled", mode = "lines+markers", showlegend = first, legendgroup = "test",
            x = epochs.Select(e => e + 1), y = epochs.Select(e => folds.Sum(f => Correct(f, e)) / (double)clips),
            line = new { color = ChartTheme.Ink, width = 2 }, marker = new { size = 5 },
        }, panel);
        figure.Add("scatter", new
        {
            name = "training loss, mean over folds (nats)", mode = "lines", showlegend = first, legendgroup = "loss",
            x = epochs.Select(e => e + 1), y = epochs.Select(e => folds.Average(f => f.TrainingLoss[e])),
            line = new { color = ChartTheme.Colours[2], width = 2, dash = "dash" },
        }, panel);
        figure.Axes(panel, "epoch", first ? "accuracy; loss (nats)" : "", dataset.Title(),
            new { range = new[] { 0.5, epochs.Count + 0.5 } }, yAxis: new { rangemode = "tozero" });
    }

    static void Folds(Figure figure, StudyTable table, string label, DatasetId dataset, int panel, bool first)
    {
        var folds = table.Folds(label, dataset);
        var epochs = Enumerable.Range(0, folds[0].Logits.Length).ToList();
        figure.Add("heatmap", new
        {
            x = epochs.Select(e => e + 1),
            z = folds.Select(f => epochs.Select(e => Correct(f, e) / (double)f.Labels.Length)),
            colorscale = ChartTheme.Shares, zmin = 0, zmax = 1, xgap = 1, ygap = 1, showscale = first,
            colorbar = new
            {
                title = new { text = "test<br>accuracy" }, tickformat = ".0%", len = 0.45, y = 0, yanchor = "bottom",
                thickness = 12
            },
            hovertemplate = "epoch %{x}: %{z:.0%}<extra></extra>",
        }, panel);
        foreach (var (protocol, i) in table.Study.Protocols.Select((p, i) => (p, i)))
        {
            var chosen = table.Outcome(label, dataset, protocol).Folds.Select((f, row) => (f.Epoch, row))
                .Where(c => c.Epoch is not null).ToList();
            figure.Add("scatter", new
            {
                name = protocol.Label, mode = "markers", showlegend = first && chosen.Count > 0,
                legendgroup = protocol.Name,
                x = chosen.Select(c => c.Epoch), y = chosen.Select(c => c.row),
                marker = new
                {
                    symbol = i == 0 ? "circle" : "square-open", size = 8, color = ChartTheme.Of(ChartTheme.Colours, 2),
                    line = new { width = 2, color = ChartTheme.Of(ChartTheme.Colours, 2) }
                },
                hovertemplate = protocol.Label + ": epoch %{x}<extra></extra>",
            }, panel);
        }
        figure.Axes(panel, "epoch", first ? "subject left out" : "",
            xAxis: new { range = new[] { 0.5, epochs.Count + 0.5 } }, yAxis: new
            {
                tickmode = "array", tickvals = Enumerable.Range(0, folds.Count),
                ticktext = folds.Select(f => Figure.Escape(f.Subject)), autorange = "reversed",
            });
    }

    static int Correct(FoldPrediction fold, int epoch) => fold.At(epoch).Matrix(fold.Logits[0][0].Length).Correct;
}

/// <summary>
/// The angles that blocks with a learned direction had after each epoch: mean over folds, from the smallest to the
/// largest as bars.
/// </summary>
static class AngleChart
{
    public static GenericChart Of(StudyTable table)
    {
        var angles = table.Angles;
        var rows = angles.Select(a => a.Row).Distinct().ToList();
        var datasets = angles.Select(a => a.Dataset).Distinct().ToList();
        var axes = datasets.Select(d => $"{d.Title()}: the clips move along " +
            $"{MotionAxis.Degrees(table.Study.Bench.Dataset(d)).ToString("0", CultureInfo.InvariantCulture)} degrees " +
            "from the horizontal (axis of all flow vectors)");
        var figure = new Figure("Learned attention direction by epoch and block",
            "Mean over folds; bars from the smallest to the largest. Grey: vertical attention in that reading of " +
            $"the angle.\n{string.Join("; ", axes)}; " +
            $"{string.Join("; ", datasets.Select(table.Study.Brief))}{table.Study.FirstSeed}",
            height: 150 + 300 * datasets.Count, columns: Math.Max(1, rows.Count), rows: Math.Max(1, datasets.Count),
            columnGap: 0.1, rowGap: 0.24);
        for (var r = 0; r < datasets.Count; r++)
            for (var c = 0; c < rows.Count; c++)
                Panel(figure, [.. angles.Where(a => a.Row == rows[c] && a.Dataset == datasets[r])], r * rows.Count + c,
                    $"{datasets[r].Title()}: {rows[c].Split(", ")[^1]}");
        return figure.Chart();
    }

    static void Panel(Figure figure, ImmutableArray<LearnedAngle> angles, int panel, string title)
    {
        var epochs = angles.Max(a => a.Epoch);
        var vertical = angles[0].Vertical;
        figure.Add("scatter", new
        {
            name = "vertical attention", mode = "lines", showlegend = panel == 0, legendgroup = "vertical",
            line = new { color = "#999999", dash = "dot", width = 2 },
            x = new[] { 1, epochs }, y = new[] { vertical, vertical }, hoverinfo = "skip",
        }, panel);
        foreach (var block in angles.Select(a => a.Block).Distinct().Order())
        {
            var points = angles.Where(a => a.Block == block).GroupBy(a => a.Epoch).OrderBy(g => g.Key).ToList();
            var means = points.Select(g => g.Average(a => a.Degrees)).ToList();
            var colour = ChartTheme.Of(ChartTheme.Colours, block);
            figure.Add("scatter", new
            {
                name = $"block {block}", mode = "lines+markers", showlegend = panel == 0,
                legendgroup = $"block {block}",
                x = points.Select(g => g.Key), y = means,
                error_y = Figure.Bars(points.Zip(means,
                    (g, m) => ((double)m, (double)g.Min(a => a.Degrees), (double)g.Max(a => a.Degrees))), colour),
                line = new { color = colour, dash = ChartTheme.Of(ChartTheme.Dashes, block), width = 2 },
                marker = new { symbol = ChartTheme.Of(ChartTheme.Symbols, block), size = 6, color = colour },
                hovertemplate = $"block {block}, epoch %{{x}}: %{{y:.1f}}°<extra></extra>",
            }, panel);
        }
        figure.Axes(panel, "epoch", "angle (degrees)", title);
    }
}

/// <summary>
/// Figures that a training loop of one's own gives after each epoch, as a chart: one line each, those between 0 and 1
/// on a scale of their own.
/// </summary>
/// <param name="title">The trained network.</param>
public sealed class TrainingCurve(string title)
{
    readonly List<(string Name, double Value)[]> _epochs = [];

    /// <summary>Adds an epoch.</summary>
    /// <param name="figures">Each figure's name and value; the same names in every epoch.</param>
    public void Add(params (string Name, double Value)[] figures) => _epochs.Add(figures);

    /// <summary>The chart; figures whose name holds 'loss' are above, the others below.</summary>
    public GenericChart Chart()
    {
        var names = _epochs.SelectMany(e => e.Select(f => f.Name)).Distinct().ToList();
        var panels = names.GroupBy(n => n.Contains("loss", StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(g => g.Key).ToList();
        var figure = new Figure(title, $"{_epochs.Count} epochs", height: 170 + 200 * Math.Max(1, panels.Count),
            rows: Math.Max(1, panels.Count));
        for (var panel = 0; panel < panels.Count; panel++)
        {
            foreach (var name in panels[panel])
            {
                var (points, series) = (_epochs.Select((e, i) => (Epoch: i + 1, Figures: e))
                    .Where(e => e.Figures.Any(f => f.Name == name)).ToList(),
                    names.IndexOf(name));
                figure.Add("scatter", new
                {
                    name = Figure.Escape(name), mode = "lines+markers", x = points.Select(p => p.Epoch),
                    y = points.Select(p => p.Figures.First(f => f.Name == name).Value),
                    line = new
                    {
                        color = ChartTheme.Of(ChartTheme.Colours, series),
                        dash = ChartTheme.Of(ChartTheme.Dashes, series), width = 2
                    },
                    marker = new
                    {
                        symbol = ChartTheme.Of(ChartTheme.Symbols, series), size = 6,
                        color = ChartTheme.Of(ChartTheme.Colours, series)
                    },
                }, panel);
            }
            figure.Axes(panel, "epoch", panels[panel].Key ? "loss (nats)" : "share",
                yAxis: new { rangemode = "tozero" });
        }
        return figure.Chart();
    }
}
