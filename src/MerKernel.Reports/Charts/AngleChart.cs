using System.Globalization;
using MerKernel.Data;
using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>The angles that blocks with a learned direction had after each epoch: mean over folds, from the smallest to the largest as bars.</summary>
static class AngleChart
{
    public static GenericChart Of(StudyTable table)
    {
        var angles = table.Angles;
        var rows = angles.Select(a => a.Row).Distinct().ToList();
        var datasets = angles.Select(a => a.Dataset).Distinct().ToList();
        var axes = datasets.Select(d => $"{d.Title()}: the clips move along {MotionAxis.Degrees(table.Study.Bench.Dataset(d)).ToString("0", CultureInfo.InvariantCulture)} degrees from the horizontal (axis of all flow vectors)");
        var figure = new Figure("Learned attention direction by epoch and block",
            $"Mean over folds; bars from the smallest to the largest. Grey: vertical attention in that reading of the angle.\n{string.Join("; ", axes)}",
            height: 150 + 300 * datasets.Count, columns: Math.Max(1, rows.Count), rows: Math.Max(1, datasets.Count), columnGap: 0.1, rowGap: 0.24);
        for (var r = 0; r < datasets.Count; r++)
            for (var c = 0; c < rows.Count; c++)
                Panel(figure, [.. angles.Where(a => a.Row == rows[c] && a.Dataset == datasets[r])], r * rows.Count + c, $"{datasets[r].Title()}: {rows[c].Split(", ")[^1]}");
        return figure.Chart();
    }

    static void Panel(Figure figure, ImmutableArray<LearnedAngle> angles, int panel, string title)
    {
        var epochs = angles.Max(a => a.Epoch);
        // As the rows' names say: its code counts vertical attention as 0 degrees, its paper as 90.
        var vertical = title.Contains("code", StringComparison.Ordinal) ? 0 : 90;
        figure.Add("scatter", new
        {
            name = "vertical attention", mode = "lines", showlegend = panel == 0, legendgroup = "vertical", line = new { color = "#999999", dash = "dot", width = 2 },
            x = new[] { 1, epochs }, y = new[] { vertical, vertical }, hoverinfo = "skip",
        }, panel);
        foreach (var block in angles.Select(a => a.Block).Distinct().Order())
        {
            var points = angles.Where(a => a.Block == block).GroupBy(a => a.Epoch).OrderBy(g => g.Key).ToList();
            var means = points.Select(g => g.Average(a => a.Degrees)).ToList();
            var colour = ChartTheme.Of(ChartTheme.Colours, block);
            figure.Add("scatter", new
            {
                name = $"block {block}", mode = "lines+markers", showlegend = panel == 0, legendgroup = $"block {block}",
                x = points.Select(g => g.Key), y = means,
                error_y = Figure.Bars(points.Zip(means, (g, m) => ((double)m, (double)g.Min(a => a.Degrees), (double)g.Max(a => a.Degrees))), colour),
                line = new { color = colour, dash = ChartTheme.Of(ChartTheme.Dashes, block), width = 2 }, marker = new { symbol = ChartTheme.Of(ChartTheme.Symbols, block), size = 6, color = colour },
                hovertemplate = $"block {block}, epoch %{{x}}: %{{y:.1f}}°<extra></extra>",
            }, panel);
        }
        figure.Axes(panel, "epoch", "angle (degrees)", title);
    }
}
