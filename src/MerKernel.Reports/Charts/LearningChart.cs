using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>
/// A row epoch by epoch: pooled test accuracy, training loss, and every fold's test accuracy with the epochs that are
/// scored.
/// </summary>
static class LearningChart
{
    // Heights of the panels, and of what stands below each, in pixels.
    const double AccuracyHeight = 150, LossHeight = 100, FoldHeight = 18, SmallGap = 22, Gap = 75;

    /// <summary>Colours of the scored epochs; they differ to colour-blind eyes too.</summary>
    static readonly ImmutableArray<string> Scored = [ChartTheme.Colours[3], ChartTheme.Colours[2]];

    public static GenericChart Of(StudyTable table, string label)
    {
        var datasets = table.Datasets.ToList();
        var rows = FoldHeight * Math.Max(7, datasets.Max(d => table.Folds(label, d).Count));
        var all = AccuracyHeight + SmallGap + LossHeight + Gap + rows;
        var figure = new Figure($"{table.Title}. Learning curves: {label}",
            $"Left-out subjects; training never sees them.\n{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: (int)(128 + all), columns: datasets.Count, rows: 3, columnGap: 0.16);
        for (var column = 0; column < datasets.Count; column++)
        {
            var folds = table.Folds(label, datasets[column]);
            var epochs = Enumerable.Range(0, folds[0].Logits.Length).ToList();
            var (loss, cells) = (datasets.Count + column, 2 * datasets.Count + column);
            Accuracy(figure, folds, epochs, column, datasets[column].Title(), [1 - AccuracyHeight / all, 1]);
            Loss(figure, folds, epochs, loss, column == 0, [(Gap + rows) / all, (Gap + rows + LossHeight) / all]);
            Folds(figure, table, label, datasets[column], cells, column == 0, rows / all);
        }
        return figure.LegendAt(-75 / all).Chart();
    }

    static object EpochAxis(int epochs, bool named = true) => new
    {
        range = new[] { 0.5, epochs + 0.5 }, showticklabels = named, dtick = epochs <= 10 ? 1 : (int?)null
    };

    static void Accuracy(Figure figure, IReadOnlyList<FoldPrediction> folds, List<int> epochs, int panel, string title,
        double[] domain)
    {
        var clips = folds.Sum(f => f.Clips.Length);
        figure.Add("scatter", new
        {
            name = "test accuracy, pooled", mode = "lines+markers", showlegend = panel == 0, legendgroup = "test",
            x = epochs.Select(e => e + 1), y = epochs.Select(e => 100.0 * folds.Sum(f => Correct(f, e)) / clips),
            line = new { color = ChartTheme.Ink, width = 2 }, marker = new { size = 5 },
            hovertemplate = "epoch %{x}: %{y:.1f} %<extra></extra>",
        }, panel);
        figure.Axes(panel, "", panel == 0 ? "accuracy (%)" : "", title, EpochAxis(epochs.Count, named: false),
            new { range = new[] { 0, 100 }, domain });
    }

    static void Loss(Figure figure, IReadOnlyList<FoldPrediction> folds, List<int> epochs, int panel, bool first,
        double[] domain)
    {
        figure.Add("scatter", new
        {
            name = "training loss, mean over folds", mode = "lines", showlegend = first, legendgroup = "loss",
            x = epochs.Select(e => e + 1), y = epochs.Select(e => folds.Average(f => f.TrainingLoss[e])),
            line = new { color = ChartTheme.Colours[1], width = 2, dash = "dash" },
            hovertemplate = "epoch %{x}: %{y:.3f} nats<extra></extra>",
        }, panel);
        figure.Axes(panel, "epoch", first ? "loss (nats)" : "", xAxis: EpochAxis(epochs.Count),
            yAxis: new { rangemode = "tozero", domain });
    }

    static void Folds(Figure figure, StudyTable table, string label, DatasetId dataset, int panel, bool first,
        double height)
    {
        var folds = table.Folds(label, dataset);
        var epochs = Enumerable.Range(0, folds[0].Logits.Length).ToList();
        figure.Add("heatmap", new
        {
            x = epochs.Select(e => e + 1),
            z = folds.Select(f => epochs.Select(e => 100.0 * Correct(f, e) / f.Labels.Length)),
            colorscale = ChartTheme.Shares, zmin = 0, zmax = 100, xgap = 1, ygap = 1, showscale = first,
            colorbar = new
            {
                title = new { text = "accuracy<br>(%)" }, len = Math.Max(height, 0.3), y = 0,
                yanchor = "bottom", thickness = 12
            },
            hovertemplate = "epoch %{x}: %{z:.0f} %<extra></extra>",
        }, panel);
        foreach (var (i, protocol) in table.Study.Protocols.Index())
        {
            var chosen = table.Outcome(label, dataset, protocol).Folds.Select((f, row) => (f.Epoch, row))
                .Where(c => c.Epoch is not null).ToList();
            // A white edge first: no colour reads on every blue.
            foreach (var (colour, width) in new[] { ("#ffffff", 4.5), (ChartTheme.Of(Scored, i), 2) })
                figure.Add("scatter", new
                {
                    name = protocol.Label, mode = "markers", legendgroup = protocol.Name,
                    showlegend = first && chosen.Count > 0 && width == 2,
                    x = chosen.Select(c => c.Epoch), y = chosen.Select(c => c.row),
                    marker = new
                    {
                        // One fits into the other where both rules take the same epoch.
                        symbol = i == 0 ? "circle-open" : "square-open", size = i == 0 ? 5 : 9, color = colour,
                        line = new { width }
                    },
                    hovertemplate = protocol.Label + ": epoch %{x}<extra></extra>",
                }, panel);
        }
        figure.Axes(panel, "epoch", first ? "subject left out" : "", xAxis: EpochAxis(epochs.Count), yAxis: new
        {
            tickmode = "array", tickvals = Enumerable.Range(0, folds.Count),
            ticktext = folds.Select(f => Figure.Escape(f.Subject)), autorange = "reversed",
            domain = new[] { 0, height },
        });
    }

    static int Correct(FoldPrediction fold, int epoch) => fold.At(epoch).Matrix(fold.Logits[0][0].Length).Correct;
}

/// <summary>
/// The angles that blocks with a learned direction have after the last epoch: one dot per fold, and their mean.
/// </summary>
static class AngleChart
{
    public static GenericChart Of(StudyTable table)
    {
        var last = table.Angles.GroupBy(a => (a.Row, a.Dataset, a.Subject, a.Block))
            .Select(g => g.MaxBy(a => a.Epoch)!).ToList();
        var rows = last.Select(a => a.Row).Distinct().ToList();
        var datasets = last.Select(a => a.Dataset).Distinct().ToList();
        var axes = datasets.Select(d => $"{d.Title()}: the clips move along " +
            $"{MotionAxis.Degrees(table.Study.Bench.Dataset(d)).ToString("0", CultureInfo.InvariantCulture)} degrees " +
            "from the horizontal (flow from onset to apex, less the head's)");
        var blocks = last.Select(a => a.Block).DefaultIfEmpty(1).Max();
        var figure = new Figure("Learned attention direction of each block after the last epoch",
            "Dots: folds; bars: their mean. In brackets and dotted, if near: the angle of vertical attention in that " +
            $"reading.\n{string.Join("; ", axes)}; " +
            $"{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: 128 + PanelGap * (datasets.Count - 1) + 34 * blocks * datasets.Count,
            columns: Math.Max(1, rows.Count), rows: Math.Max(1, datasets.Count), columnGap: 0.06,
            rowGap: PanelGap / (PanelGap * (datasets.Count - 1) + 34.0 * blocks * datasets.Count));
        // One range for all, so that equal turns are equally long.
        double[] range = [last.Select(a => a.Degrees).DefaultIfEmpty().Min() - 1,
            last.Select(a => a.Degrees).DefaultIfEmpty(90).Max() + 1];
        for (var r = 0; r < datasets.Count; r++)
            for (var c = 0; c < rows.Count; c++)
                Panel(figure, [.. last.Where(a => a.Row == rows[c] && a.Dataset == datasets[r])], range, blocks,
                    r * rows.Count + c, c == 0, $"{datasets[r].Title()}: {rows[c].Split(", ")[^1]}");
        return figure.Chart();
    }

    /// <summary>Pixels between panels one above the other.</summary>
    const int PanelGap = 80;

    static void Panel(Figure figure, ImmutableArray<LearnedAngle> angles, double[] range, int blocks, int panel,
        bool first, string title)
    {
        foreach (var block in angles.GroupBy(a => a.Block).OrderBy(g => g.Key))
        {
            var (folds, colour) = (block.ToList(), ChartTheme.Of(ChartTheme.Colours, block.Key));
            figure.Add("scatter", new
            {
                mode = "markers", showlegend = false, x = folds.Select(a => a.Degrees),
                // Folds of the same angle stay apart.
                y = folds.Select((_, i) => block.Key + (folds.Count == 1 ? 0 : 0.4 * i / (folds.Count - 1) - 0.2)),
                text = folds.Select(a => Figure.Escape(a.Subject)),
                marker = new { symbol = ChartTheme.Of(ChartTheme.Symbols, block.Key), size = 5, color = colour },
                hovertemplate = $"block {block.Key}, subject %{{text}}: %{{x:.1f}}°<extra></extra>",
            }, panel);
            figure.Add("scatter", new
            {
                mode = "markers", showlegend = false, x = new[] { folds.Average(a => a.Degrees) },
                y = new[] { block.Key },
                marker = new { symbol = "line-ns-open", size = 22, color = colour, line = new { width = 2.5 } },
                hovertemplate = $"block {block.Key}, mean: %{{x:.1f}}°<extra></extra>",
            }, panel);
        }
        var vertical = angles.Select(a => (int?)a.Vertical).FirstOrDefault();
        if (vertical >= range[0] && vertical <= range[1])
            figure.Shape(new
            {
                type = "line", xref = Figure.Name("x", panel), yref = $"{Figure.Name("y", panel)} domain",
                x0 = vertical, x1 = vertical, y0 = 0, y1 = 1,
                line = new { color = "#666666", width = 1.5, dash = "dot" }
            });
        figure.Axes(panel, "angle (degrees)", "", $"{title} (vertical: {vertical})", new { range }, new
        {
            tickmode = "array", tickvals = Enumerable.Range(1, blocks),
            ticktext = Enumerable.Range(1, blocks).Select(b => first ? $"block {b}" : ""),
            range = new[] { blocks + 0.5, 0.5 },
        });
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
            // As in every other chart, accuracy is in percent.
            var percent = panels[panel].All(n => n.Contains("accuracy", StringComparison.OrdinalIgnoreCase));
            foreach (var name in panels[panel])
            {
                var (points, series) = (_epochs.Select((e, i) => (Epoch: i + 1, Figures: e))
                    .Where(e => e.Figures.Any(f => f.Name == name)).ToList(),
                    names.IndexOf(name));
                figure.Add("scatter", new
                {
                    name = Figure.Escape(name), mode = "lines+markers", x = points.Select(p => p.Epoch),
                    y = points.Select(p => (percent ? 100 : 1) * p.Figures.First(f => f.Name == name).Value),
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
            figure.Axes(panel, "epoch", panels[panel].Key ? "loss (nats)" : percent ? "accuracy (%)" : "share",
                yAxis: percent ? (object)new { range = new[] { 0, 100 } } : new { rangemode = "tozero" });
        }
        return figure.Chart();
    }
}
