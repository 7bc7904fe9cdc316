using MerKernel.Data;
using MerKernel.Explanation;
using MerKernel.Reports.Charts;
using Plotly.NET;
using Figure = MerKernel.Reports.Charts.Figure;

namespace MerKernel.Reports.Attention;

/// <summary>The head's features of one fold's networks in two principal components: left by emotion, right by subject.</summary>
static class EmbeddingChart
{
    public static GenericChart Of(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var subject = study.Subjects[0];
        var figure = new Figure("The head's features: principal components 1 and 2",
            $"Features in front of the last linear layer; the network that leaves out subject {subject}, whose clips are ringed.\n{study.Dataset.Title()}: {DataNotice.Brief(study.Data.Synthetic, study.Study.Bench.Profile.Name)}, seed {study.Study.Seeds[0]}, n = {study.Data.Clips.Length} clips of {study.Data.Subjects.Length} subjects",
            height: 100 + 360 * labels.Count, columns: 2, rows: labels.Count, columnGap: 0.12, rowGap: 0.2);
        for (var row = 0; row < labels.Count; row++)
        {
            var pca = PrincipalComponents.Of([.. study.Everyone(labels[row], subject).Select(c => (IReadOnlyList<float>)c.Embedding)]);
            Emotions(figure, study, pca, 2 * row);
            Subjects(figure, study, pca, 2 * row + 1);
            Rings(figure, study, pca, subject, 2 * row);
            Rings(figure, study, pca, subject, 2 * row + 1);
            string Axis(int c) => $"component {c + 1} ({Figures.Percent(pca.Shares[c])} % of variance)";
            figure.Axes(2 * row, Axis(0), Axis(1), $"{labels[row]}: by emotion");
            figure.Axes(2 * row + 1, Axis(0), "", $"{labels[row]}: by subject");
        }
        return figure.Chart();
    }

    static void Emotions(Figure figure, AttentionStudy study, PrincipalComponents pca, int panel)
    {
        for (var c = 0; c < study.Data.Classes.Length; c++)
        {
            var clips = Enumerable.Range(0, study.Data.Clips.Length).Where(i => study.Data.Labels[i] == c).ToArray();
            figure.Add("scatter", new
            {
                name = $"{study.Data.Classes[c]} (n = {clips.Length})", legendgroup = $"{c}", showlegend = panel == 0, mode = "markers",
                x = clips.Select(i => pca.Scores[i][0]), y = clips.Select(i => pca.Scores[i][1]), text = clips.Select(i => Figure.Escape(study.Data.Clips[i].Id)), hovertemplate = "%{text}<extra></extra>",
                marker = new { color = ChartTheme.Of(ChartTheme.Colours, c), symbol = ChartTheme.Of(ChartTheme.Symbols, c), size = 8 },
            }, panel);
        }
    }

    // Two dozen subjects have no two dozen colours: each clip is its subject's number.
    static void Subjects(Figure figure, AttentionStudy study, PrincipalComponents pca, int panel) => figure.Add("scatter", new
    {
        mode = "text", showlegend = false, x = pca.Scores.Select(s => s[0]), y = pca.Scores.Select(s => s[1]), text = study.Data.Clips.Select(c => Figure.Escape(c.Subject)),
        textfont = new { size = 11, color = study.Data.Clips.Select(c => ChartTheme.Of(ChartTheme.Colours, study.Data.Subjects.IndexOf(c.Subject))) },
        hovertext = study.Data.Clips.Select(c => Figure.Escape(c.Id)), hoverinfo = "text",
    }, panel);

    static void Rings(Figure figure, AttentionStudy study, PrincipalComponents pca, string subject, int panel)
    {
        var clips = study.ClipsOf(subject).ToArray();
        figure.Add("scatter", new
        {
            name = $"left out: subject {subject}", legendgroup = "ring", showlegend = panel == 0, mode = "markers", hoverinfo = "skip",
            x = clips.Select(i => pca.Scores[i][0]), y = clips.Select(i => pca.Scores[i][1]),
            marker = new { symbol = "circle-open", size = 17, color = ChartTheme.Ink, line = new { width = 1.2 } },
        }, panel);
    }
}
