using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>
/// Accuracy of each row: paper, and measured under each protocol with its interval; the rules without images as lines.
/// </summary>
static class ScoreChart
{
    public static GenericChart Of(StudyTable table)
    {
        var datasets = table.Datasets.ToList();
        var labels = table.Rows.Where(r => r.Kind != RowKind.Baseline).Select(r => r.Label).Distinct()
            .Reverse().ToList();
        var figure = new Figure(table.Title,
            "Accuracy with 95 % interval by bootstrap over subjects.\n" +
            $"{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: 200 + 40 * labels.Count, columns: datasets.Count, columnGap: 0.06);
        var range = Range([.. table.Rows.Where(r => r.Kind != RowKind.Baseline || Lines.Any(l => l.Rule == r.Label))
            .SelectMany(r => (double?[])[(double?)r.Paper?.Accuracy, 100 * r.Score?.Accuracy,
                100 * r.Score?.AccuracyInterval.Low, 100 * r.Score?.AccuracyInterval.High]).OfType<double>()]);
        for (var panel = 0; panel < datasets.Count; panel++)
            Panel(figure, table, datasets[panel], labels, range, panel);
        return figure.LegendAt(-70.0 / (40 * labels.Count)).Chart();
    }

    /// <summary>The rules without images that are drawn as lines, and their dashes.</summary>
    static readonly ImmutableArray<(string Rule, string Dash)> Lines = [(Rule.Lookup, "dot"), (Rule.Majority, "dash")];

    /// <summary>
    /// The range of an axis in percent that shows all values: from the ten below the least to the ten above the
    /// largest, and a little more, so that no mark at an end is cut.
    /// </summary>
    internal static double[] Range(IReadOnlyList<double> values)
    {
        var low = Math.Max(0, 10 * Math.Floor(values.DefaultIfEmpty(0).Min() / 10));
        var high = Math.Min(100, 10 * Math.Ceiling(values.DefaultIfEmpty(100).Max() / 10));
        if (low >= high) (low, high) = (Math.Max(0, low - 10), Math.Min(100, high + 10));
        return [low - 0.02 * (high - low), high + 0.02 * (high - low)];
    }

    /// <summary>Accuracy and its interval in percent.</summary>
    public static (double, double, double) Accuracy(Score s) =>
        (100 * s.Accuracy, 100 * s.AccuracyInterval.Low, 100 * s.AccuracyInterval.High);

    static void Panel(Figure figure, StudyTable table, DatasetId dataset, List<string> labels, double[] range,
        int panel)
    {
        var rows = table.Rows.Where(r => r.Dataset == dataset && r.Kind != RowKind.Baseline).ToList();
        var published = rows.Where(r => r.Paper is not null).DistinctBy(r => r.Label).ToList();
        var comparable = rows[0].IsComparable;
        figure.Add("scatter", new
        {
            name = DataNotice.Printed(rows[0]), mode = "markers", showlegend = panel == 0, legendgroup = "paper",
            x = published.Select(r => r.Paper!.Accuracy), y = published.Select(r => labels.IndexOf(r.Label)),
            text = published.Select(r => r.Label),
            marker = new
            {
                symbol = "line-ns-open", size = 16, color = ChartTheme.Printed(comparable), line = new { width = 2.5 }
            },
            hovertemplate = "%{text}<br>paper %{x} %<extra></extra>",
        }, panel);
        foreach (var (protocol, i) in table.Study.Protocols.Select((p, i) => (p, i)))
        {
            var measured = rows.Where(r => r.Protocol == protocol && r.Score is not null).ToList();
            var colour = ChartTheme.Of(ChartTheme.Colours, i + 1);
            // Above and below the row's line, so that neither hides the other.
            var offset = table.Study.Protocols.Length == 1 ? 0 : i == 0 ? 0.16 : -0.16;
            figure.Add("scatter", new
            {
                name = protocol.Label, mode = "markers", showlegend = panel == 0, legendgroup = protocol.Name,
                x = measured.Select(r => 100 * r.Score!.Accuracy),
                y = measured.Select(r => labels.IndexOf(r.Label) + offset),
                text = measured.Select(r => r.Label),
                error_x = Figure.Bars(measured.Select(r => Accuracy(r.Score!)), colour),
                marker = new
                {
                    symbol = i == 0 ? "circle" : "square-open", size = 9, color = colour,
                    line = new { width = 2, color = colour }
                },
                hovertemplate = "%{text}<br>" + protocol.Label + " %{x:.1f} %<extra></extra>",
            }, panel);
        }
        figure.Axes(panel, "accuracy (%)", "", dataset.Title(), new { range }, new
        {
            // Categories by number, so that the two protocols can be side by side.
            tickmode = "array", tickvals = Enumerable.Range(0, labels.Count),
            ticktext = panel == 0 ? labels.Select(Figure.Escape) : labels.Select(_ => ""),
            range = new[] { -0.6, labels.Count - 0.4 }, type = "linear",
        });
        foreach (var (baseline, dash) in Lines)
        {
            if (table.Rows.FirstOrDefault(r => r.Dataset == dataset && r.Label == baseline)?.Score is not { } m)
                continue;
            figure.Add("scatter", new
            {
                name = baseline, mode = "lines", showlegend = panel == 0, legendgroup = baseline,
                line = new { dash, color = "#666666", width = 1.5 },
                x = new[] { 100 * m.Accuracy, 100 * m.Accuracy }, y = new[] { -0.6, labels.Count - 0.4 },
                hovertemplate = baseline + " %{x:.1f} %<extra></extra>",
            }, panel);
        }
    }
}

/// <summary>
/// Each row minus the full network on the same clips: the difference that a table claims, with its interval.
/// </summary>
static class DifferenceChart
{
    public static GenericChart Of(StudyTable table)
    {
        var (datasets, protocol) = (table.Datasets.ToList(), table.Study.Protocols[0]);
        var labels = table.Labels.Where(l => l != table.FullLabel).Reverse().ToList();
        var figure = new Figure($"{table.Title}: difference from the full network",
            $"Row minus '{table.FullLabel}', UF1, {protocol.Label}; 95 % interval by paired bootstrap over " +
            "subjects, uncorrected, and too narrow below ten subjects: the test under the table decides.\n" +
            string.Join("; ", datasets.Select(table.Study.Brief)),
            height: 200 + 36 * labels.Count, columns: datasets.Count, columnGap: 0.06);
        var rows = datasets.Select(d =>
        {
            var full = table.ByPerson(table.FullLabel, d);
            return labels.Select(label => Compare(table, d, label, full)).ToList();
        }).ToList();
        // 0 in the middle of every panel, equal differences equally long in each, and no mark at an edge.
        var reach = 1.08 * rows.SelectMany(r => r).SelectMany(r => r.All).Select(Math.Abs).Append(0.01).Max();
        for (var panel = 0; panel < datasets.Count; panel++)
            Panel(figure, table, datasets[panel], labels, rows[panel], reach, panel);
        return figure.LegendAt(-70.0 / (36 * labels.Count + 40)).Chart();
    }

    /// <summary>A row minus the full network: measured with its interval, and printed.</summary>
    sealed record Difference(double Value, double Low, double High, double? Printed)
    {
        public double[] All => [Value, Low, High, Printed ?? 0];
    }

    static Difference Compare(StudyTable table, DatasetId dataset, string label, ProtocolOutcome full)
    {
        var classes = table.Study.Bench.Dataset(dataset).Classes.Length;
        var row = table.ByPerson(label, dataset);
        decimal? Printed(string of) => table.Rows.First(r => r.Dataset == dataset && r.Label == of).Paper?.F1;
        var interval = PairedBootstrap.Of(row.F1Folds, full.F1Folds, classes, Metrics.UF1);
        return new(Metrics.UF1(row.PooledForF1(classes)) - Metrics.UF1(full.PooledForF1(classes)), interval.Low,
            interval.High, (double?)(Printed(label) - Printed(table.FullLabel)));
    }

    static void Panel(Figure figure, StudyTable table, DatasetId dataset, List<string> labels, List<Difference> rows,
        double reach, int panel)
    {
        var first = table.Rows.First(r => r.Dataset == dataset);
        var comparable = first.IsComparable;
        var at = Enumerable.Range(0, labels.Count).ToList();
        figure.Add("scatter", new
        {
            name = "measured", mode = "markers", showlegend = panel == 0, legendgroup = "measured",
            x = rows.Select(r => r.Value), y = at, text = labels,
            error_x = Figure.Bars(rows.Select(r => (r.Value, r.Low, r.High)), ChartTheme.Colours[1]),
            marker = new { symbol = "circle", size = 9, color = ChartTheme.Colours[1] },
            hovertemplate = "%{text}: %{x:+.3f}<extra></extra>",
        }, panel);
        var published = at.Where(i => rows[i].Printed is not null).ToList();
        figure.Add("scatter", new
        {
            name = DataNotice.Printed(first), mode = "markers", showlegend = panel == 0, legendgroup = "paper",
            x = published.Select(i => rows[i].Printed), y = published,
            marker = new
            {
                symbol = "line-ns-open", size = 16, color = ChartTheme.Printed(comparable), line = new { width = 2.5 }
            },
            hovertemplate = "paper %{x:+.3f}<extra></extra>",
        }, panel);
        figure.Axes(panel, "difference in UF1", "", dataset.Title(),
            new
            {
                zeroline = true, zerolinecolor = ChartTheme.Ink, zerolinewidth = 1.5, range = new[] { -reach, reach }
            },
            new
            {
                tickmode = "array", tickvals = at,
                ticktext = panel == 0 ? labels.Select(Figure.Escape) : labels.Select(_ => ""),
                range = new[] { -0.6, labels.Count - 0.4 },
            });
    }
}
