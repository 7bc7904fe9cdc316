using MerKernel.Evaluation;
using MerKernel.Experiments;
using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>The published log by epoch, over the folds that ran every epoch: pooled accuracy, and what two rules make of the same runs.</summary>
static class PublishedLogChart
{
    public static GenericChart Of()
    {
        var folds = PublishedLog.RanToTheEnd;
        var clips = folds.Sum(f => f.TestClips);
        var epochs = folds[0].Epochs.Select(e => e.Epoch).ToList();
        var best = 100.0 * folds.Sum(f => f.Best.Accuracy.Correct) / clips;
        var final = 100.0 * folds.Sum(f => f.Epochs[^1].Correct) / clips;
        return new Figure("The published log by epoch", $"CASME II, successor network, published by its authors.\nThe {folds.Length} of {PublishedLog.CasmeII.Length} folds that ran every epoch, n = {clips} clips")
            .Add("scatter", new
            {
                name = "accuracy at that epoch in every fold", mode = "lines+markers", x = epochs, y = epochs.Select(e => 100.0 * PublishedLog.AtEpoch(folds, e).Correct / clips),
                line = new { color = ChartTheme.Ink, width = 1.6 }, marker = new { size = 4, color = ChartTheme.Ink }, hovertemplate = "epoch %{x}: %{y:.1f} %<extra></extra>",
            })
            .Add("scatter", new
            {
                name = $"{new BestTestEpoch().Label}, each fold its own: {Figures.Percent(best / 100)} %", mode = "lines", x = new[] { epochs[0], epochs[^1] }, y = new[] { best, best },
                line = new { color = ChartTheme.Colours[2], width = 2, dash = "dash" }, hovertemplate = "%{y:.1f} %<extra></extra>",
            })
            .Add("scatter", new
            {
                name = $"{new FinalEpoch().Label}: {Figures.Percent(final / 100)} %", mode = "lines", x = new[] { epochs[0], epochs[^1] }, y = new[] { final, final },
                line = new { color = ChartTheme.Colours[1], width = 2, dash = "dot" }, hovertemplate = "%{y:.1f} %<extra></extra>",
            })
            .Axes(0, "epoch", "accuracy (%)", yAxis: new { range = new[] { 0, 100 } })
            .Layout("legend", new { orientation = "h", x = 0, xanchor = "left", y = -0.26, yanchor = "top" })
            .Chart();
    }
}
