using MerKernel.Data;
using MerKernel.Evaluation;
using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>Accuracy of each row: paper, and measured under each protocol with its interval; the rules without images as lines.</summary>
static class ScoreChart
{
    public static GenericChart Of(StudyTable table)
    {
        var datasets = table.Datasets.ToList();
        var labels = table.Rows.Where(r => r.Kind != RowKind.Baseline).Select(r => r.Label).Distinct().Reverse().ToList();
        var figure = new Figure(table.Title, $"Accuracy with 95 % interval by bootstrap over subjects.\n{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: 200 + 40 * labels.Count, columns: datasets.Count, columnGap: 0.06);
        for (var panel = 0; panel < datasets.Count; panel++) Panel(figure, table, datasets[panel], labels, panel);
        return figure.Layout("legend", new { orientation = "h", x = 0, xanchor = "left", y = -70.0 / (40 * labels.Count), yanchor = "top" }).Chart();
    }

    static void Panel(Figure figure, StudyTable table, DatasetId dataset, List<string> labels, int panel)
    {
        var rows = table.Rows.Where(r => r.Dataset == dataset && r.Kind != RowKind.Baseline).ToList();
        var published = rows.Where(r => r.Paper is not null).DistinctBy(r => r.Label).ToList();
        figure.Add("scatter", new
        {
            name = "paper", mode = "markers", showlegend = panel == 0, legendgroup = "paper",
            x = published.Select(r => r.Paper!.Accuracy), y = published.Select(r => labels.IndexOf(r.Label)), text = published.Select(r => r.Label),
            marker = new { symbol = "line-ns-open", size = 16, color = ChartTheme.Ink, line = new { width = 2.5 } },
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
                x = measured.Select(r => 100 * r.Score!.Accuracy), y = measured.Select(r => labels.IndexOf(r.Label) + offset),
                text = measured.Select(r => r.Label),
                error_x = new
                {
                    type = "data", symmetric = false, color = colour, thickness = 1.4, width = 4,
                    array = measured.Select(r => 100 * (r.Score!.AccuracyInterval.High - r.Score.Accuracy)),
                    arrayminus = measured.Select(r => 100 * (r.Score!.Accuracy - r.Score.AccuracyInterval.Low)),
                },
                marker = new { symbol = i == 0 ? "circle" : "square-open", size = 9, color = colour, line = new { width = 2, color = colour } },
                hovertemplate = "%{text}<br>" + protocol.Label + " %{x:.1f} %<extra></extra>",
            }, panel);
        }
        figure.Axes(panel, "accuracy (%)", "", dataset.Title(), new { range = new[] { 0, 100 } }, new
        {
            // Categories by number, so that the two protocols can stand beside each other.
            tickmode = "array", tickvals = Enumerable.Range(0, labels.Count), ticktext = panel == 0 ? labels.Select(Figure.Escape) : labels.Select(_ => ""),
            range = new[] { -0.6, labels.Count - 0.4 }, type = "linear",
        });
        foreach (var (baseline, dash) in new[] { (Rule.Lookup, "dot"), (Rule.Majority, "dash") })
        {
            if (table.Rows.FirstOrDefault(r => r.Dataset == dataset && r.Label == baseline)?.Score is not { } m) continue;
            figure.Add("scatter", new
            {
                name = baseline, mode = "lines", showlegend = panel == 0, legendgroup = baseline, line = new { dash, color = "#666666", width = 1.5 },
                x = new[] { 100 * m.Accuracy, 100 * m.Accuracy }, y = new[] { -0.6, labels.Count - 0.4 }, hovertemplate = baseline + " %{x:.1f} %<extra></extra>",
            }, panel);
        }
    }
}
