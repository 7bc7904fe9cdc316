using MerKernel.Interpretability;
using MerKernel.Reports.Charts;
using Plotly.NET;
using Figure = MerKernel.Reports.Charts.Figure;

namespace MerKernel.Reports.Attention;

/// <summary>
/// The head's features of one fold's networks in two principal components: left by emotion, right by subject.
/// </summary>
static class EmbeddingChart
{
    public static GenericChart Of(AttentionStudy study, IReadOnlyList<string> labels)
    {
        var subject = study.Subjects[0];
        var planes = labels.Select(label => new Plane(PrincipalComponents.Of(
            [.. study.Everyone(label, subject).Select(c => (IReadOnlyList<float>)c.Embedding)]))).ToList();
        var figure = new Figure("The head's features: principal components 1 and 2",
            $"Features in front of the last linear layer; the network that leaves out subject {subject}, whose clips " +
            "are ringed. Right: a colour and a symbol for each subject." +
            (planes.Any(p => p.Outside.Any()) ? " Arrows: a clip is that far out." : "") +
            $"\n{study.Dataset.Title()}: " +
            $"{DataNotice.Brief(study.Data.Synthetic, study.Study.Bench.Profile.Name)}, seed {study.Study.Seeds[0]}, " +
            $"n = {study.Data.Clips.Length} clips of {study.Data.Subjects.Length} subjects",
            height: 100 + 360 * labels.Count, columns: 2, rows: labels.Count, columnGap: 0.12, rowGap: 0.2);
        foreach (var (row, plane) in planes.Index())
        {
            Emotions(figure, study, plane, 2 * row);
            Subjects(figure, study, plane, 2 * row + 1);
            for (var panel = 2 * row; panel < 2 * row + 2; panel++)
            {
                Rings(figure, study, plane, subject, panel);
                Arrows(figure, plane, panel);
                figure.Axes(panel, plane.Title(0), panel == 2 * row ? plane.Title(1) : "",
                    $"{labels[row]}: by {(panel == 2 * row ? "emotion" : "subject")}",
                    new { range = plane.Range(0) }, new { range = plane.Range(1) });
            }
        }
        return figure.Chart();
    }

    static void Emotions(Figure figure, AttentionStudy study, Plane plane, int panel)
    {
        for (var c = 0; c < study.Data.Classes.Length; c++)
        {
            var clips = Enumerable.Range(0, study.Data.Clips.Length).Where(i => study.Data.Labels[i] == c).ToArray();
            figure.Add("scatter", new
            {
                name = $"{study.Data.Classes[c]} (n = {clips.Length})", legendgroup = $"{c}", showlegend = panel == 0,
                mode = "markers",
                x = clips.Select(i => plane.Place(i, 0)), y = clips.Select(i => plane.Place(i, 1)),
                text = clips.Select(i => Figure.Escape(study.Data.Clips[i].Id)),
                hovertemplate = "%{text}<extra></extra>",
                marker = new
                {
                    color = ChartTheme.Of(ChartTheme.Colours, c), symbol = ChartTheme.Of(ChartTheme.Symbols, c),
                    size = 8
                },
            }, panel);
        }
    }

    // Two dozen subjects have no two dozen colours: the symbol changes with each round of them.
    static void Subjects(Figure figure, AttentionStudy study, Plane plane, int panel)
    {
        var clips = Enumerable.Range(0, study.Data.Clips.Length).ToArray();
        var subjects = study.Data.Clips.Select(c => study.Data.Subjects.IndexOf(c.Subject)).ToArray();
        figure.Add("scatter", new
        {
            mode = "markers", showlegend = false, x = clips.Select(i => plane.Place(i, 0)),
            y = clips.Select(i => plane.Place(i, 1)),
            text = study.Data.Clips.Select(c => Figure.Escape($"subject {c.Subject}: {c.Id}")),
            hovertemplate = "%{text}<extra></extra>",
            marker = new
            {
                color = subjects.Select(s => ChartTheme.Of(ChartTheme.Colours, s)),
                symbol = subjects.Select(s => ChartTheme.Of(ChartTheme.Symbols, s / ChartTheme.Colours.Length)),
                size = 8
            },
        }, panel);
    }

    static void Rings(Figure figure, AttentionStudy study, Plane plane, string subject, int panel)
    {
        var clips = study.ClipsOf(subject).ToArray();
        figure.Add("scatter", new
        {
            name = $"left out: subject {subject}", legendgroup = "ring", showlegend = panel == 0, mode = "markers",
            hoverinfo = "skip",
            x = clips.Select(i => plane.Place(i, 0)), y = clips.Select(i => plane.Place(i, 1)),
            marker = new { symbol = "circle-open", size = 17, color = ChartTheme.Ink, line = new { width = 1.2 } },
        }, panel);
        if (panel % 2 == 0 || clips.Length == 0) return;
        var highest = clips.MaxBy(i => plane.Place(i, 1));
        var right = plane.Place(highest, 0) > plane.Middle(0);
        figure.Annotate(new
        {
            x = plane.Place(highest, 0), y = plane.Place(highest, 1), xref = Figure.Name("x", panel),
            yref = Figure.Name("y", panel), text = Figure.Escape(subject), showarrow = false,
            xanchor = right ? "right" : "left", xshift = right ? -10 : 10, font = new { size = 11 },
        });
    }

    static void Arrows(Figure figure, Plane plane, int panel)
    {
        foreach (var (x, y, words) in plane.Outside)
            figure.Annotate(new
            {
                x, y, xref = Figure.Name("x", panel), yref = Figure.Name("y", panel), text = words, showarrow = false,
                xanchor = x > plane.Middle(0) ? "right" : "left", xshift = x > plane.Middle(0) ? -9 : 9,
                font = new { size = 10 }, bgcolor = "rgba(255,255,255,0.7)",
            });
    }

    /// <summary>
    /// Clips in two components, and the window that shows them: a few clips far from all others would squeeze those
    /// into one spot, so those are drawn at the window's edge.
    /// </summary>
    internal sealed class Plane(PrincipalComponents components)
    {
        /// <summary>The share of clips at each end that may lie outside.</summary>
        const double Tail = 0.03;

        readonly (double Low, double High)[] _window =
            [.. Enumerable.Range(0, 2).Select(c => Window([.. components.Scores.Select(s => s[c])]))];

        /// <summary>Where a clip is drawn along a component: its score, or the window's edge.</summary>
        public double Place(int clip, int component) =>
            Math.Clamp(components.Scores[clip][component], _window[component].Low, _window[component].High);

        /// <summary>The middle of the window along a component.</summary>
        public double Middle(int component) => (_window[component].Low + _window[component].High) / 2;

        /// <summary>The range of a component's axis.</summary>
        public double[] Range(int component)
        {
            var (low, high) = _window[component];
            var margin = Math.Max(1e-6, 0.05 * (high - low));
            return [low - margin, high + margin];
        }

        /// <summary>The title of a component's axis.</summary>
        public string Title(int component) =>
            $"component {component + 1} ({Figures.Percent(components.Shares[component])} % of variance)";

        /// <summary>Clips outside: where they are drawn, and in words where they are.</summary>
        public IEnumerable<(double X, double Y, string Words)> Outside =>
            from clip in Enumerable.Range(0, components.Scores.Length)
            let words = string.Join(" ",
                Arrow(clip, 0, "←", "→").Concat(Arrow(clip, 1, "↓", "↑")))
            where words.Length > 0
            select (Place(clip, 0), Place(clip, 1), words);

        IEnumerable<string> Arrow(int clip, int component, string down, string up)
        {
            double score = components.Scores[clip][component];
            if (score == Place(clip, component)) yield break;
            yield return $"{(score < _window[component].Low ? down : up)} " +
                score.ToString("G3", CultureInfo.InvariantCulture);
        }

        // Half the width of the middle is let in on either side, so that clips which only lead the others stay.
        static (double Low, double High) Window(double[] scores)
        {
            Array.Sort(scores);
            var outside = (int)(Tail * scores.Length);
            var (low, high) = (scores[outside], scores[^(1 + outside)]);
            return (Math.Max(scores[0], low - (high - low) / 2), Math.Min(scores[^1], high + (high - low) / 2));
        }
    }
}
