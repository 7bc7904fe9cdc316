using MerKernel.Data;
using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>Measured accuracy of each system against its multiply-accumulates a clip, on a logarithmic axis: final epoch, with its interval.</summary>
static class CostChart
{
    public static GenericChart Of(StudyTable table)
    {
        var datasets = table.Datasets.ToList();
        var honest = table.Study.Protocols[0];
        var figure = new Figure("Accuracy against cost", $"{honest.Label}, 95 % interval by bootstrap over subjects; cost at this profile's size.\n{string.Join("; ", datasets.Select(table.Study.Brief))}", height: 560, columns: datasets.Count);
        for (var panel = 0; panel < datasets.Count; panel++)
        {
            var rows = table.Rows.Where(r => r.Dataset == datasets[panel] && r.Protocol == honest && r is { System: not null, Score: not null }).ToList();
            for (var i = 0; i < rows.Count; i++)
            {
                var (row, m) = (rows[i], rows[i].Score!);
                var colour = ChartTheme.Of(ChartTheme.Colours, i);
                figure.Add("scatter", new
                {
                    name = Figure.Escape(row.Label), mode = "markers", showlegend = panel == 0, legendgroup = row.Label, x = new[] { row.System!.Macs }, y = new[] { 100 * m.Accuracy },
                    text = new[] { Figure.Escape(row.Label) },
                    error_y = new { type = "data", symmetric = false, color = colour, thickness = 1.2, width = 3, array = new[] { 100 * (m.AccuracyInterval.High - m.Accuracy) }, arrayminus = new[] { 100 * (m.Accuracy - m.AccuracyInterval.Low) } },
                    // Names beside points would cover each other; past the last symbol they go on hollow.
                    marker = new { symbol = ChartTheme.Of(ChartTheme.Symbols, i) + (i < ChartTheme.Symbols.Length ? "" : "-open"), size = 10, color = colour },
                    hovertemplate = "%{text}<br>%{x:.3s} MACs, %{y:.1f} %<extra></extra>",
                }, panel);
            }
            figure.Axes(panel, "multiply-accumulates a clip (log)", "accuracy (%)", datasets.Count > 1 ? datasets[panel].Title() : "", new { type = "log", exponentformat = "power" }, new { range = new[] { 0, 100 } });
        }
        return figure.Layout("legend", new { orientation = "h", x = 0, xanchor = "left", y = -0.24, yanchor = "top" }).Layout("margin", new { l = 70, r = 30, t = 100, b = 170 }).Chart();
    }
}
