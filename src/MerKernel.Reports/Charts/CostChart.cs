using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>
/// The systems by their multiply-accumulates per clip, the cheapest on top: left the cost, on a logarithmic axis, right
/// the measured accuracy at the final epoch with its interval.
/// </summary>
static class CostChart
{
    const int Row = 26, PanelGap = 90;

    public static GenericChart Of(StudyTable table)
    {
        var protocol = table.Study.Protocols[0];
        var systems = table.Datasets.ToDictionary(d => d, d => table.Rows.Where(r =>
                r.Dataset == d && r.Protocol == protocol && r is { System: not null, Score: not null })
            .OrderBy(r => r.System!.Macs).ThenByDescending(r => r.Score!.Accuracy).ToList());
        var most = Math.Max(3, systems.Values.Max(s => s.Count));
        var inside = most * Row * systems.Count + PanelGap * (systems.Count - 1);
        var figure = new Figure("Accuracy against cost",
            $"Cheapest first; {protocol.Label}, 95 % interval by bootstrap over subjects; cost at this profile's " +
            "size.\n" +
            $"{string.Join("; ", table.Datasets.Select(table.Study.Brief))}",
            height: 128 + inside, columns: 2, rows: systems.Count, columnGap: 0.06, rowGap: (double)PanelGap / inside);
        foreach (var (i, dataset) in table.Datasets.Index())
            Panels(figure, systems[dataset], 2 * i, systems.Count > 1 ? $"{dataset.Title()}: " : "");
        return figure.Chart();
    }

    static void Panels(Figure figure, List<ResultRow> rows, int panel, string dataset)
    {
        var at = Enumerable.Range(0, rows.Count).ToList();
        var names = rows.Select(r => Figure.Escape(r.Label)).ToList();
        figure.Add("scatter", new
        {
            mode = "markers", showlegend = false, x = rows.Select(r => r.System!.Macs), y = at, text = names,
            marker = new { symbol = "square", size = 8, color = ChartTheme.Ink },
            hovertemplate = "%{text}<br>%{x:.3s} multiply-accumulates<extra></extra>",
        }, panel);
        var accuracies = rows.Select(r => ScoreChart.Accuracy(r.Score!)).ToList();
        figure.Add("scatter", new
        {
            mode = "markers", showlegend = false, x = rows.Select(r => 100 * r.Score!.Accuracy), y = at, text = names,
            error_x = Figure.Bars(accuracies, ChartTheme.Colours[1]),
            marker = new { symbol = "circle", size = 9, color = ChartTheme.Colours[1] },
            hovertemplate = "%{text}<br>%{x:.1f} %<extra></extra>",
        }, panel + 1);
        object Names(bool shown) => new
        {
            tickmode = "array", tickvals = at, ticktext = shown ? names : [.. names.Select(_ => "")],
            range = new[] { rows.Count - 0.4, -0.6 },
        };
        figure.Axes(panel, "multiply-accumulates per clip (log)", "", $"{dataset}cost",
            new { type = "log", exponentformat = "power", dtick = 1 }, Names(shown: true));
        figure.Axes(panel + 1, "accuracy (%)", "", $"{dataset}accuracy",
            new { range = ScoreChart.Range([.. accuracies.SelectMany(a => (double[])[a.Item1, a.Item2, a.Item3])]) },
            Names(shown: false));
    }
}
