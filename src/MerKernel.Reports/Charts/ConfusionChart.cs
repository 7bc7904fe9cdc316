using MerKernel.Data;
using MerKernel.Evaluation;
using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>Pooled confusion matrices: colour is the share of the true class, the number is clips.</summary>
static class ConfusionChart
{
    public static GenericChart Of(StudyTable table)
    {
        var (datasets, labels, protocol) = (table.Datasets.ToList(), table.Labels, table.Study.Protocols[0]);
        var figure = new Figure($"{table.Title}: confusion matrices", $"{protocol.Label}, pooled over folds; colour: share of the true class, numbers: clips.\n{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: 120 + 290 * datasets.Count, columns: labels.Length, rows: datasets.Count, columnGap: 0.03, rowGap: 0.26);
        for (var row = 0; row < datasets.Count; row++)
            for (var column = 0; column < labels.Length; column++)
            {
                var classes = table.Study.Bench.Dataset(datasets[row]).Classes;
                Panel(figure, table.Outcome(labels[column], datasets[row], protocol).Pooled(classes.Length), classes, row * labels.Length + column,
                    Short(labels[column], labels.Length), column == 0 ? datasets[row] : null);
            }
        return figure.Chart();
    }

    static void Panel(Figure figure, ConfusionMatrix matrix, ImmutableArray<string> classes, int panel, string title, DatasetId? first)
    {
        var all = Enumerable.Range(0, classes.Length).ToList();
        // Classes as text axes would merge equal names; numbers do not.
        figure.Add("heatmap", new
        {
            z = all.Select(t => all.Select(p => matrix.Support(t) == 0 ? 0 : (double)matrix[t, p] / matrix.Support(t))),
            text = all.Select(t => all.Select(p => matrix[t, p] == 0 ? "" : $"{matrix[t, p]}")),
            texttemplate = "%{text}", textfont = new { size = 11 },
            colorscale = ChartTheme.Shares, zmin = 0, zmax = 1, showscale = false, xgap = 1, ygap = 1,
            hovertemplate = "true %{y}, predicted %{x}: %{text} clips (%{z:.0%})<extra></extra>",
        }, panel);
        var names = classes.Select(Figure.Escape).ToList();
        figure.Axes(panel, first is null ? "" : "predicted", first is { } dataset ? $"{dataset.Title()}: true" : "", title,
            new { tickmode = "array", tickvals = all, ticktext = names, tickangle = -45 },
            new { tickmode = "array", tickvals = all, ticktext = first is null ? [.. names.Select(_ => "")] : names, autorange = "reversed" });
    }

    static string Short(string label, int columns) => label.Length <= 80 / columns ? label : label[..(80 / columns)] + "…";
}
