using MerKernel.Interpretability;
using MerKernel.Reports.Charts;
using Plotly.NET;
using Figure = MerKernel.Reports.Charts.Figure;

namespace MerKernel.Reports.Attention;

/// <summary>The networks as a whole: the clips they recognise, and those close in their features.</summary>
static class NetworkPage
{
    public static IHtmlContent Table(AttentionStudy study)
    {
        var truth = study.TestClips.Select(i => study.Data.Labels[i]).ToArray();
        return TextTable.OfFigures($"The networks examined\n{study.Brief}",
            ["network", "recognised", "of", "accuracy (%)"],
            study.Labels.Select(label =>
            {
                var right = study.Of(label).Zip(truth).Count(p => p.First.Predicted == p.Second);
                return new[] { label, $"{right}", $"{truth.Length}", Figures.Percent((double)right / truth.Length) };
            }),
            $"Subjects left out: {string.Join(", ", study.Subjects)}. Weights after the last epoch.");
    }

    public static IHtmlContent Neighbours(AttentionStudy study, IReadOnlyList<string> labels) => TextTable.OfFigures(
        "Is a clip's nearest neighbour of its own kind? (%, in brackets: if the neighbour were any other clip)\n" +
        $"{study.Brief}",
        ["network", "emotion,\nclips trained on", "emotion,\nclips left out", "subject,\nclips left out"],
        labels.Select(label => new[]
        {
            label, Written(study, label, c => study.Data.Clips[c].Emotion, leftOut: false),
            Written(study, label, c => study.Data.Clips[c].Emotion, leftOut: true),
            Written(study, label, c => study.Data.Clips[c].Subject, leftOut: true),
        }),
        "Features in front of the head's last linear layer; Euclidean distance; all clips of the set are possible " +
        "neighbours; share of all clips, each with the network of its fold.");

    /// <summary>Agreement over the clips of all folds that were trained on, or left out.</summary>
    public static (double Share, double Chance) Agreement(AttentionStudy study, string label, Func<int, string> kind,
        bool leftOut)
    {
        var kinds = Enumerable.Range(0, study.Data.Clips.Length).Select(kind).ToArray();
        var folds = study.Subjects.Select(subject =>
        {
            var points = study.Everyone(label, subject).Select(c => (IReadOnlyList<float>)c.Embedding).ToArray();
            return NeighbourAgreement.Of(points, kinds,
                [.. Enumerable.Range(0, points.Length).Where(i => study.Data.Clips[i].Subject == subject == leftOut)]);
        }).ToArray();
        double Mean(Func<NeighbourAgreement, double> of) => folds.Sum(f => of(f) * f.Count) / folds.Sum(f => f.Count);
        return (Mean(f => f.Share), Mean(f => f.Chance));
    }

    static string Written(AttentionStudy study, string label, Func<int, string> kind, bool leftOut)
    {
        var (share, chance) = Agreement(study, label, kind, leftOut);
        return $"{Figures.Percent(share)} ({Figures.Percent(chance)})";
    }
}

/// <summary>Mean weight of each row of the face in each block; the vertical axis is the face's own.</summary>
static class RowProfileChart
{
    public static GenericChart Networks(AttentionStudy study, IReadOnlyList<string> labels) => Draw(study,
        "Vertical attention from top to bottom of the face",
        "Mean size of a row's weights over channels and clips; bars: standard deviation between the clips of a fold.",
        [.. labels.Select(label => (label, (IReadOnlyList<IReadOnlyList<ClipExplanation>>)[.. study.ByFold(label)]))],
        bars: true);

    public static GenericChart Emotions(AttentionStudy study, string label)
    {
        var clips = study.Of(label);
        var classes = study.TestClips.Select((clip, place) => (Class: study.Data.Labels[clip], place))
            .GroupBy(p => p.Class, p => clips[p.place]).OrderBy(g => g.Key);
        return Draw(study, $"Vertical attention, emotion by emotion: {label}",
            "Mean size of a row's weights over channels and the emotion's clips, all folds' networks together.",
            [.. classes.Select(g => ($"{study.Data.Classes[g.Key]} (n = {g.Count()})",
                (IReadOnlyList<IReadOnlyList<ClipExplanation>>)[[.. g]]))], bars: false);
    }

    static GenericChart Draw(AttentionStudy study, string title, string what,
        IReadOnlyList<(string Name, IReadOnlyList<IReadOnlyList<ClipExplanation>> Folds)> series, bool bars)
    {
        var blocks = series[0].Folds[0][0].Vertical.Length;
        var bands = study.Face.Bands;
        var figure = new Figure(title, $"{what}\n{study.Brief}", height: 440, columns: blocks, columnGap: 0.05);
        for (var block = 0; block < blocks; block++)
        {
            for (var s = 0; s < series.Count; s++)
            {
                var rows = series[s].Folds[0][0].Vertical[block].GetLength(1);
                var weights = Enumerable.Range(0, rows).Select(r => AttentionStudy.Summary(series[s].Folds,
                    c => WeightPage.RowWeights(c.Vertical[block])[r])).ToArray();
                figure.Add("scatter", new
                {
                    name = series[s].Name, legendgroup = $"{s}", showlegend = block == 0, mode = "lines+markers",
                    x = weights.Select(w => w.Mean), y = Enumerable.Range(0, rows).Select(r => (r + 0.5) / rows),
                    error_x = bars
                        ? new { type = "data", array = weights.Select(w => w.WithinFolds), thickness = 1, width = 2 }
                        : null,
                    line = new
                    {
                        color = ChartTheme.Of(ChartTheme.Colours, s), dash = ChartTheme.Of(ChartTheme.Dashes, s),
                        width = 2
                    },
                    marker = new { symbol = ChartTheme.Of(ChartTheme.Symbols, s), size = 5 },
                }, block);
            }
            foreach (var band in bands.Skip(1))
                figure.Shape(new
                {
                    type = "line", xref = $"{Figure.Name("x", block)} domain", yref = Figure.Name("y", block), x0 = 0,
                    x1 = 1, y0 = band.Top, y1 = band.Top, line = new { color = "#888888", width = 1, dash = "dot" }
                });
            figure.Axes(block, "weight", "",
                $"block {block + 1}: {series[0].Folds[0][0].Vertical[block].GetLength(1)} rows",
                new { rangemode = "tozero", nticks = 4 }, new
                {
                    range = new[] { 1.0, 0 }, showgrid = false, tickmode = "array",
                    tickvals = bands.Select(b => (b.Top + b.Bottom) / 2), ticktext = bands.Select(b => b.Name),
                    showticklabels = block == 0, ticks = "",
                });
        }
        // Below the axis titles, also where the names of five classes take two lines.
        return figure.LegendAt(-0.22).Chart();
    }
}
