using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>
/// Parallel coordinates of a sweep: an axis for each thing varied and each score. Drawn with lines rather than
/// plotly.js's own trace, which needs WebGL and has no place for the theme's dashes and symbols.
/// </summary>
static class ParallelChart
{
    /// <summary>Characters in a line of an axis's name.</summary>
    const int NameLength = 14;

    public static GenericChart Of(SweepResult sweep, string brief)
    {
        var settings = sweep.Sweep.Axes;
        string[] scores = ["accuracy (%), final epoch", "UF1, final epoch"];
        var figure = new Figure("Every run of the sweep",
            $"A line is a run, darker the higher its accuracy at the final epoch; scored on {sweep.Subjects.Length} " +
            $"subjects, {sweep.Best.Clips} clips.\n{brief}",
            height: 420);
        var accuracies = sweep.Runs.Select(r => r.Run.Accuracy!.Value).ToList();
        foreach (var (run, i) in sweep.Runs.Select((r, i) => (r, i)).OrderBy(r => accuracies[r.i]))
        {
            var rank = accuracies.Count(a => a < accuracies[i]) / (double)Math.Max(1, accuracies.Count - 1);
            // Neighbours that pass through the same points stay apart.
            var others = sweep.Runs.Length - 1;
            var shift = (i - others / 2.0) * Math.Min(0.012, 0.16 / Math.Max(1, others));
            double[] heights =
            [
                .. run.Point.Settings.Select((s, axis) => Height(s.Position, settings[axis].Values.Length) + shift),
                accuracies[i], run.Run.UF1!.Value
            ];
            figure.Add("scatter", new
            {
                mode = "lines+markers", showlegend = false, x = Enumerable.Range(0, heights.Length), y = heights,
                line = new { color = Grey(rank), width = 1.5 + 1.5 * rank, dash = ChartTheme.Of(ChartTheme.Dashes, i) },
                marker = new { symbol = ChartTheme.Of(ChartTheme.Symbols, i), size = 7, color = Grey(rank) },
                text = $"{run.Run.Hash[..8]}: {Figure.Escape(run.Run.Words.Text)}<br>accuracy " +
                    $"{Figures.Percent(accuracies[i])} %",
                hovertemplate = "%{text}<extra></extra>",
            });
        }
        var names = settings.Select(s => s.Name).Concat(scores).ToList();
        for (var axis = 0; axis < names.Count; axis++)
        {
            figure.Shape(new
            {
                type = "line", x0 = axis, x1 = axis, y0 = -0.05, y1 = 1.05,
                line = new { color = ChartTheme.Ink, width = 1 }
            });
            if (axis < settings.Length)
                foreach (var (value, position) in settings[axis].Values.Select((v, p) => (v, p)))
                    Label(figure, axis, Height(position, settings[axis].Values.Length), value);
            else
                foreach (var share in (double[])[0, 0.5, 1])
                    Label(figure, axis, share, axis == settings.Length ? $"{100 * share:0}" : $"{share:0.0}");
        }
        return figure.Axes(0, "", "", xAxis: new
        {
            tickmode = "array", tickvals = Enumerable.Range(0, names.Count),
            ticktext = names.Select(n => string.Join("<br>", Figure.Lines(n, NameLength).Select(Figure.Escape))),
            range = new[] { -0.3, names.Count - 0.7 }, showgrid = false
        },
            yAxis: new
            {
                range = new[] { -0.1, 1.1 }, showgrid = false, showticklabels = false, ticks = "", showline = false
            }).Chart();
    }

    static double Height(int position, int values) => values == 1 ? 0.5 : position / (values - 1.0);

    static void Label(Figure figure, int axis, double height, string text) => figure.Annotate(new
    {
        x = axis, y = height, text = Figure.Escape(text), xanchor = "right", xshift = -8, showarrow = false,
        bgcolor = "#ffffff", font = new { size = 11 },
    });

    /// <summary>
    /// From light to dark, so that order survives a black-and-white printer; the lightest has a contrast of 3 on white.
    /// </summary>
    static string Grey(double rank) => rank switch { < 0.34 => "#5a9bc9", < 0.67 => "#2a6ea6", _ => "#08306b" };
}
