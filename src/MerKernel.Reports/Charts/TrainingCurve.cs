using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>Figures that a training loop of one's own gives after each epoch, as a chart: one line each, those between 0 and 1 on a scale of their own.</summary>
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
        var panels = names.GroupBy(n => n.Contains("loss", StringComparison.OrdinalIgnoreCase)).OrderByDescending(g => g.Key).ToList();
        var figure = new Figure(title, $"{_epochs.Count} epochs", height: 170 + 200 * Math.Max(1, panels.Count), rows: Math.Max(1, panels.Count));
        for (var panel = 0; panel < panels.Count; panel++)
        {
            foreach (var name in panels[panel])
            {
                var (points, series) = (_epochs.Select((e, i) => (Epoch: i + 1, Figures: e)).Where(e => e.Figures.Any(f => f.Name == name)).ToList(), names.IndexOf(name));
                figure.Add("scatter", new
                {
                    name = Figure.Escape(name), mode = "lines+markers", x = points.Select(p => p.Epoch), y = points.Select(p => p.Figures.First(f => f.Name == name).Value),
                    line = new { color = ChartTheme.Of(ChartTheme.Colours, series), dash = ChartTheme.Of(ChartTheme.Dashes, series), width = 2 },
                    marker = new { symbol = ChartTheme.Of(ChartTheme.Symbols, series), size = 6, color = ChartTheme.Of(ChartTheme.Colours, series) },
                }, panel);
            }
            figure.Axes(panel, "epoch", panels[panel].Key ? "loss (nats)" : "share", yAxis: new { rangemode = "tozero" });
        }
        return figure.Chart();
    }
}
