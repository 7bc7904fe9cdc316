using MerKernel.Data;
using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>Accuracy of each subject (fold) under each row: which subjects decide a difference.</summary>
static class SubjectChart
{
    public static GenericChart Of(StudyTable table)
    {
        var (datasets, protocol) = (table.Datasets.ToList(), table.Study.Protocols[0]);
        var figure = new Figure($"{table.Title}: subject by subject", $"Accuracy on each left-out subject (clips in brackets), {protocol.Label}.\n{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: 130 + (90 + 32 * table.Labels.Length) * datasets.Count, rows: datasets.Count, rowGap: 0.3);
        for (var panel = 0; panel < datasets.Count; panel++) Panel(figure, table, datasets[panel], panel, datasets.Count);
        return figure.Chart();
    }

    static void Panel(Figure figure, StudyTable table, DatasetId dataset, int panel, int panels)
    {
        var outcomes = table.Labels.Select(label => table.Outcome(label, dataset, table.Study.Protocols[0]).Folds).ToList();
        var accuracy = outcomes.Select(folds => folds.Select(f => f.Labels.Zip(f.Predictions).Count(p => p.First == p.Second) / (double)f.Labels.Length)).ToList();
        figure.Add("heatmap", new
        {
            z = accuracy,
            text = accuracy.Select(row => row.Select(a => $"{100 * a:0}")), texttemplate = "%{text}", textfont = new { size = 10 },
            colorscale = ChartTheme.Shares, zmin = 0, zmax = 1, xgap = 1, ygap = 1, showscale = panel == 0,
            colorbar = new { title = new { text = "accuracy" }, tickformat = ".0%", len = 1.0 / panels, y = 1, yanchor = "top", thickness = 12 },
            hovertemplate = "%{y}<br>subject %{x}: %{z:.0%}<extra></extra>",
        }, panel);
        figure.Axes(panel, "subject (clips)", "", dataset.Title(),
            new { tickmode = "array", tickvals = Enumerable.Range(0, outcomes[0].Length), ticktext = outcomes[0].Select(f => Figure.Escape($"{f.Subject} ({f.Labels.Length})")), tickangle = -60 },
            new { tickmode = "array", tickvals = Enumerable.Range(0, table.Labels.Length), ticktext = table.Labels.Select(Figure.Escape), autorange = "reversed" });
    }
}
