using MerKernel.Data;
using MerKernel.Evaluation;
using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>Each row minus the full network on the same clips: the difference that a table claims, with its interval.</summary>
static class DifferenceChart
{
    public static GenericChart Of(StudyTable table)
    {
        var (datasets, protocol) = (table.Datasets.ToList(), table.Study.Protocols[0]);
        var labels = table.Labels.Where(l => l != table.FullLabel).Reverse().ToList();
        var figure = new Figure($"{table.Title}: difference from the full network", $"Row minus '{table.FullLabel}', UF1, {protocol.Label}; 95 % interval by paired bootstrap over subjects.\n{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: 200 + 36 * labels.Count, columns: datasets.Count, columnGap: 0.06);
        for (var panel = 0; panel < datasets.Count; panel++) Panel(figure, table, datasets[panel], labels, panel);
        return figure.Layout("legend", new { orientation = "h", x = 0, xanchor = "left", y = -70.0 / (36 * labels.Count + 40), yanchor = "top" }).Chart();
    }

    static void Panel(Figure figure, StudyTable table, DatasetId dataset, List<string> labels, int panel)
    {
        var classes = table.Study.Bench.Dataset(dataset).Classes.Length;
        var full = table.Outcome(table.FullLabel, dataset, table.Study.Protocols[0]);
        var rows = labels.Select(label =>
        {
            var row = table.Outcome(label, dataset, table.Study.Protocols[0]);
            var paper = table.Rows.First(r => r.Dataset == dataset && r.Label == label).Paper;
            return (Value: Metrics.UF1(row.PooledForF1(classes)) - Metrics.UF1(full.PooledForF1(classes)), Interval: PairedBootstrap.Of(row.F1Folds, full.F1Folds, classes, Metrics.UF1), Paper: paper);
        }).ToList();
        var printed = table.Rows.First(r => r.Dataset == dataset && r.Label == table.FullLabel).Paper;
        var at = Enumerable.Range(0, labels.Count).ToList();
        figure.Add("scatter", new
        {
            name = "measured", mode = "markers", showlegend = panel == 0, legendgroup = "measured",
            x = rows.Select(r => r.Value), y = at, text = labels,
            error_x = new
            {
                type = "data", symmetric = false, color = ChartTheme.Colours[1], thickness = 1.6, width = 5,
                array = rows.Select(r => r.Interval.High - r.Value), arrayminus = rows.Select(r => r.Value - r.Interval.Low),
            },
            marker = new { symbol = "circle", size = 9, color = ChartTheme.Colours[1] },
            hovertemplate = "%{text}: %{x:+.3f}<extra></extra>",
        }, panel);
        var published = at.Where(i => rows[i].Paper is not null && printed is not null).ToList();
        figure.Add("scatter", new
        {
            name = "paper", mode = "markers", showlegend = panel == 0, legendgroup = "paper",
            x = published.Select(i => rows[i].Paper!.F1 - printed!.F1), y = published,
            marker = new { symbol = "line-ns-open", size = 16, color = ChartTheme.Ink, line = new { width = 2.5 } },
            hovertemplate = "paper %{x:+.3f}<extra></extra>",
        }, panel);
        figure.Axes(panel, "difference in UF1", "", dataset.Title(), new { zeroline = true, zerolinecolor = ChartTheme.Ink, zerolinewidth = 1.5 }, new
        {
            tickmode = "array", tickvals = at, ticktext = panel == 0 ? labels.Select(Figure.Escape) : labels.Select(_ => ""), range = new[] { -0.6, labels.Count - 0.4 },
        });
    }
}
