using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>Each printed F1 on the range that its accuracy allows.</summary>
static class F1RangeChart
{
    public static GenericChart Of(IReadOnlyList<DatasetId> datasets)
    {
        var findings = datasets.Select(d =>
            PaperAudit.F1Scores(d).Where(f => f.Range is not null).OrderBy(f => f.Printed.Accuracy).ToList()).ToList();
        var most = findings.Max(f => f.Count);
        var figure = new Figure("The F1 that each printed accuracy allows",
            "Bars: macro F1 of every confusion matrix with so many clips right, at any class balance that fits the " +
            "published sheet.\nMarks: the F1 printed with that accuracy",
            height: 190 + 30 * most, columns: datasets.Count, columnGap: 0.1);
        for (var panel = 0; panel < datasets.Count; panel++) Panel(figure, findings[panel], datasets[panel], panel);
        return figure.LegendAt(-70.0 / (30 * most)).Chart();
    }

    static void Panel(Figure figure, List<F1Finding> findings, DatasetId dataset, int panel)
    {
        var labels = findings.Select(f => Figures.Printed(f.Printed.Accuracy)).ToList();
        var at = Enumerable.Range(0, findings.Count).ToList();
        figure.Add("bar", new
        {
            name = "possible F1", orientation = "h", showlegend = panel == 0, legendgroup = "possible",
            y = at, @base = findings.Select(f => f.Range!.Low), x = findings.Select(f => f.Range!.High - f.Range.Low),
            width = findings.Select(_ => 0.5),
            marker = new { color = "#c9dceb", line = new { color = ChartTheme.Colours[1], width = 1 } },
            customdata = findings.Select(f => $"{Figures.Fraction(f.Range!.Low)} to {Figures.Fraction(f.Range.High)}"),
            hovertemplate = "%{customdata}<extra></extra>",
        }, panel);
        figure.Add("scatter", new
        {
            name = "printed F1", mode = "markers", showlegend = panel == 0, legendgroup = "printed",
            x = findings.Select(f => f.Printed.F1), y = at, text = findings.Select(f => f.Where),
            marker = new { symbol = "line-ns-open", size = 16, color = ChartTheme.Ink, line = new { width = 2.5 } },
            hovertemplate = "%{text}: %{x}<extra></extra>",
        }, panel);
        figure.Axes(panel, "macro F1", panel == 0 ? "printed accuracy (%)" : "", dataset.Title(),
            new { range = new[] { 0, 1 } },
            new { tickmode = "array", tickvals = at, ticktext = labels, range = new[] { -0.6, findings.Count - 0.4 } });
    }
}

/// <summary>
/// The published log by epoch, over the folds that ran every epoch: pooled accuracy, and two rules on the same runs.
/// </summary>
static class PublishedLogChart
{
    public static GenericChart Of()
    {
        var folds = PublishedLog.RanToTheEnd;
        var clips = folds.Sum(f => f.TestClips);
        var epochs = folds[0].Epochs.Select(e => e.Epoch).ToList();
        var best = 100.0 * folds.Sum(f => f.Best.Accuracy.Correct) / clips;
        var final = 100.0 * folds.Sum(f => f.Epochs[^1].Correct) / clips;
        return new Figure("The published log by epoch",
            "CASME II, successor network, published by its authors.\n" +
            $"The {folds.Length} of {PublishedLog.CasmeII.Length} folds that ran every epoch (the harder subjects), " +
            $"n = {clips} clips")
            .Add("scatter", new
            {
                name = "accuracy at that epoch in every fold", mode = "lines+markers", x = epochs,
                y = epochs.Select(e => 100.0 * PublishedLog.AtEpoch(folds, e).Correct / clips),
                line = new { color = ChartTheme.Ink, width = 1.6 }, marker = new { size = 4, color = ChartTheme.Ink },
                hovertemplate = "epoch %{x}: %{y:.1f} %<extra></extra>",
            })
            .Add("scatter", new
            {
                name = $"{new BestTestEpoch().Label}, each fold its own: {Figures.Percent(best / 100)} %",
                mode = "lines", x = new[] { epochs[0], epochs[^1] }, y = new[] { best, best },
                line = new { color = ChartTheme.Colours[2], width = 2, dash = "dash" },
                hovertemplate = "%{y:.1f} %<extra></extra>",
            })
            .Add("scatter", new
            {
                name = $"{new FinalEpoch().Label}: {Figures.Percent(final / 100)} %", mode = "lines",
                x = new[] { epochs[0], epochs[^1] }, y = new[] { final, final },
                line = new { color = ChartTheme.Colours[1], width = 2, dash = "dot" },
                hovertemplate = "%{y:.1f} %<extra></extra>",
            })
            .Axes(0, "epoch", "accuracy (%)", yAxis: new { range = new[] { 0, 100 } })
            .LegendAt(-0.26)
            .Chart();
    }
}
