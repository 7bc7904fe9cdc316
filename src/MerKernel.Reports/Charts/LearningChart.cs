using MerKernel.Data;
using MerKernel.Evaluation;
using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>A row epoch by epoch: pooled test accuracy and training loss above, every fold's test accuracy below, with the epochs that are scored.</summary>
static class LearningChart
{
    public static GenericChart Of(StudyTable table, string label)
    {
        var datasets = table.Datasets.ToList();
        var folds = datasets.Max(d => table.Folds(label, d).Count);
        var figure = new Figure($"{table.Title}. Learning curves: {label}", $"Left-out subjects; training never sees them.\n{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: 420 + 18 * folds, columns: datasets.Count, rows: 2, columnGap: 0.16, rowGap: 0.2);
        for (var column = 0; column < datasets.Count; column++)
        {
            Curves(figure, table.Folds(label, datasets[column]), datasets[column], column, first: column == 0);
            Folds(figure, table, label, datasets[column], datasets.Count + column, first: column == 0);
        }
        return figure.LegendAt(-70.0 / (250 + 18 * folds)).Chart();
    }

    static void Curves(Figure figure, IReadOnlyList<FoldPrediction> folds, DatasetId dataset, int panel, bool first)
    {
        var epochs = Enumerable.Range(0, folds[0].Logits.Length).ToList();
        var clips = folds.Sum(f => f.Clips.Length);
        figure.Add("scatter", new
        {
            name = "test accuracy, pooled", mode = "lines+markers", showlegend = first, legendgroup = "test",
            x = epochs.Select(e => e + 1), y = epochs.Select(e => folds.Sum(f => Correct(f, e)) / (double)clips),
            line = new { color = ChartTheme.Ink, width = 2 }, marker = new { size = 5 },
        }, panel);
        figure.Add("scatter", new
        {
            name = "training loss, mean over folds (nats)", mode = "lines", showlegend = first, legendgroup = "loss",
            x = epochs.Select(e => e + 1), y = epochs.Select(e => folds.Average(f => f.TrainingLoss[e])),
            line = new { color = ChartTheme.Colours[2], width = 2, dash = "dash" },
        }, panel);
        figure.Axes(panel, "epoch", first ? "accuracy; loss (nats)" : "", dataset.Title(), new { range = new[] { 0.5, epochs.Count + 0.5 } }, yAxis: new { rangemode = "tozero" });
    }

    static void Folds(Figure figure, StudyTable table, string label, DatasetId dataset, int panel, bool first)
    {
        var folds = table.Folds(label, dataset);
        var epochs = Enumerable.Range(0, folds[0].Logits.Length).ToList();
        figure.Add("heatmap", new
        {
            x = epochs.Select(e => e + 1), z = folds.Select(f => epochs.Select(e => Correct(f, e) / (double)f.Labels.Length)),
            colorscale = ChartTheme.Shares, zmin = 0, zmax = 1, xgap = 1, ygap = 1, showscale = first,
            colorbar = new { title = new { text = "test<br>accuracy" }, tickformat = ".0%", len = 0.45, y = 0, yanchor = "bottom", thickness = 12 },
            hovertemplate = "epoch %{x}: %{z:.0%}<extra></extra>",
        }, panel);
        foreach (var (protocol, i) in table.Study.Protocols.Select((p, i) => (p, i)))
        {
            var chosen = table.Outcome(label, dataset, protocol).Folds.Select((f, row) => (f.Epoch, row)).Where(c => c.Epoch is not null).ToList();
            figure.Add("scatter", new
            {
                name = protocol.Label, mode = "markers", showlegend = first && chosen.Count > 0, legendgroup = protocol.Name,
                x = chosen.Select(c => c.Epoch), y = chosen.Select(c => c.row),
                marker = new { symbol = i == 0 ? "circle" : "square-open", size = 8, color = ChartTheme.Of(ChartTheme.Colours, 2), line = new { width = 2, color = ChartTheme.Of(ChartTheme.Colours, 2) } },
                hovertemplate = protocol.Label + ": epoch %{x}<extra></extra>",
            }, panel);
        }
        figure.Axes(panel, "epoch", first ? "subject left out" : "", xAxis: new { range = new[] { 0.5, epochs.Count + 0.5 } }, yAxis: new
        {
            tickmode = "array", tickvals = Enumerable.Range(0, folds.Count), ticktext = folds.Select(f => Figure.Escape(f.Subject)), autorange = "reversed",
        });
    }

    static int Correct(FoldPrediction fold, int epoch) => fold.At(epoch).Matrix(fold.Logits[0][0].Length).Correct;
}
