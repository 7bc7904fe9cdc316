using MerKernel.Reports.Charts;
using MerKernel.Reports.Pictures;
using Microsoft.Data.Analysis;
using OpenCvSharp;
using Plotly.NET;
using Figure = MerKernel.Reports.Charts.Figure;

namespace MerKernel.Reports.Datasets;

/// <summary>Looks at the data sets themselves: sheets, counts, action units, faces, single clips.</summary>
/// <param name="study">Profile and data.</param>
/// <param name="showFaces">Whether frames are shown; null shows them only for synthetic data.</param>
public sealed class DataStudy(Study study, bool? showFaces)
{
    /// <summary>Where it started from.</summary>
    public Study Study => study;

    /// <summary>The clips of a data set as its sheet codes them, repairs included.</summary>
    /// <param name="set">casme2 or samm.</param>
    public DataFrame Sheet(string set)
    {
        var data = study.Bench.Dataset(DatasetNames.Named(set));
        StringDataFrameColumn Text(string name, Func<Clip, string> of) => new(name, data.Clips.Select(of));
        Int32DataFrameColumn Number(string name, Func<Clip, int> of) => new(name, data.Clips.Select(of));
        return new DataFrame(
            Text("subject", c => c.Subject), Text("clip", c => c.Name), Number("onset", c => c.Onset),
            Number("apex", c => c.Apex), Number("offset", c => c.Offset),
            Text("action units", c => string.Join("+", c.ActionUnits.Select(InspectionSheet.Code))),
            Text("emotion", c => c.Emotion), Text("notes", c => string.Join("; ", c.Notes)));
    }

    /// <summary>Clips and subjects of each class next to the published counts.</summary>
    public IHtmlContent Counts() => CountPage.Table(this);

    /// <summary>Clips of each subject next to the published counts.</summary>
    public GenericChart Subjects() => CountPage.Subjects(this);

    /// <summary>Which action units go with which emotion.</summary>
    public GenericChart ActionUnits() => ActionUnitChart.Of(this);

    /// <summary>
    /// The onset face of the first clip of every subject as it is prepared; a message where faces may not be shown.
    /// </summary>
    /// <param name="set">casme2 or samm.</param>
    public object Faces(string set)
    {
        var data = study.Bench.Dataset(DatasetNames.Named(set));
        if (!Shows(data)) return Withheld(data);
        var views = ClipView.Open(study.Bench.Source(data.Id), data.Clips.DistinctBy(c => c.Subject).Select(c => c.Id),
            study.Bench.Preparation(data.Id));
        var rows = views.Select(v => new PictureGrid.Tile(v.Onset.Clone(), $"{v.Clip.Subject}, {v.Clip.Emotion}"))
            .Chunk(8).Select(tiles => new PictureGrid.Row("", tiles)).ToList();
        foreach (var view in views) view.Dispose();
        return PictureGrid.Draw($"{Title(data)}: one onset face per subject, as prepared",
            DataNotice.Brief(data.Synthetic, study.Bench.Profile.Name), [], rows);
    }

    /// <summary>
    /// Onset, landmarks, apex, difference and optical flow of a clip; a message where faces may not be shown.
    /// </summary>
    /// <param name="set">casme2 or samm.</param>
    /// <param name="clip">Id or name of the clip; null takes the clip with the most action units.</param>
    public object Clip(string set, string? clip = null)
    {
        var data = study.Bench.Dataset(DatasetNames.Named(set));
        if (!Shows(data)) return Withheld(data);
        using var view = ClipView.Open(study.Bench.Source(data.Id),
            clip ?? data.Clips.MaxBy(c => c.ActionUnits.Length)!.Id, study.Bench.Preparation(data.Id));
        using var sheet = InspectionSheet.Draw(view);
        return new Picture(sheet.Resize(new Size(), 0.55, 0.55, InterpolationFlags.Area),
            InspectionSheet.InWords(view));
    }

    /// <summary>Repairs of the sheets, and the clips that are not scored.</summary>
    public IHtmlContent Repairs() => CountPage.Repairs(this);

    /// <summary>Conclusions from the counts.</summary>
    public IHtmlContent Conclusion() => HtmlText.Paragraphs(CountPage.Conclusions(this));

    /// <summary>A data set's name; a synthetic one's says so.</summary>
    internal static string Title(MerDataset data) => $"{data.Id.Title()}{(data.Synthetic ? " (synthetic)" : "")}";

    bool Shows(MerDataset data) => showFaces ?? data.Synthetic;

    static IHtmlContent Withheld(MerDataset data) => HtmlText.Paragraphs(
        [$"{data.Id.Title()}: faces are not shown. The licence allows the faces of only a few of its subjects to be " +
            "published, and an executed notebook is kept. Set showFaces = true to look at them here, and clear the " +
            "outputs before you pass the notebook on."]);
}

/// <summary>Counts of clips, classes and subjects, next to those of the published sheets.</summary>
static class CountPage
{
    public static IHtmlContent Table(DataStudy study)
    {
        var rows = new List<string[]>();
        foreach (var (data, published) in Sets(study))
        {
            // How many clips of each class the sheet of 2019 has is not published; three of them are not in the sheet
            // of 2014.
            var (classes, edition) = published.Classes.IsEmpty
                ? (PublishedCounts.CasmeII2014.Classes, " (2014)")
                : (published.Classes, "");
            string Name(string what) => $"{DataStudy.Title(data)}, {what}";
            // The published counts are of the five classes.
            string Compared(string of) => DatasetFacts.Of(data).HasPaperClasses ? of : "–";
            rows.AddRange(data.Classes.Select((name, c) => new[]
            {
                Name(name), Count(data.Labels.Count(l => l == c)),
                Compared($"{classes.GetValueOrDefault(name)}{edition}")
            }));
            rows.Add([Name("all clips"), Count(data.Clips.Length), Compared(Count(published.Total))]);
            rows.Add([Name("subjects"), Count(data.Subjects.Length), Count(published.Subjects.Count)]);
        }
        return TextTable.OfFigures($"Clips of each class, here and in the published sheets\n{Brief(study)}",
            ["data set, class", "here", "published"], rows,
            string.Join(" ", Sets(study).Select(s => $"{s.Data.Id.Title()}'s published counts: " +
                $"{s.Published.Source}{(s.Published.Classes.IsEmpty
                    ? ", whose classes are not published; those of 2014 are shown"
                    : "")}.")) +
            (Sets(study).Any(s => s.Data.Synthetic)
                ? " The synthetic set of a smaller profile has fewer subjects by design." : ""));
    }

    public static GenericChart Subjects(DataStudy study)
    {
        var sets = Sets(study).ToList();
        var figure = new Figure("Clips of each subject (one fold each)", Brief(study), height: 180 + 220 * sets.Count,
            rows: sets.Count, rowGap: 0.3);
        for (var panel = 0; panel < sets.Count; panel++)
        {
            var (data, published) = sets[panel];
            var subjects = published.Subjects.Keys.Union(data.Subjects).Order(StringComparer.Ordinal).ToArray();
            figure.Add("bar", new
            {
                name = "here", legendgroup = "here", showlegend = panel == 0, x = subjects.Select(Figure.Escape),
                y = subjects.Select(s => Shown(data.Clips.Count(c => c.Subject == s))),
                marker = new { color = ChartTheme.Colours[6], line = new { color = ChartTheme.Ink, width = 1 } },
            }, panel);
            figure.Add("scatter", new
            {
                name = "published", legendgroup = "published", showlegend = panel == 0, mode = "markers",
                x = subjects.Select(Figure.Escape),
                y = subjects.Select(s => Shown(published.Subjects.GetValueOrDefault(s))),
                marker = new { symbol = "line-ew-open", size = 14, color = ChartTheme.Ink, line = new { width = 2.5 } },
            }, panel);
            figure.Axes(panel, "subject", "clips", DataStudy.Title(data), new { type = "category", tickangle = -60 });
        }
        return figure.Layout("legend",
            new { orientation = "h", x = 1, xanchor = "right", y = 1.02, yanchor = "bottom" }).Chart();
    }

    public static IHtmlContent Repairs(DataStudy study)
    {
        var rows = Sets(study).SelectMany(s => s.Data.Clips.Where(c => c.Notes.Length > 0)
            .Select(c => new[] { $"{s.Data.Id.Title()} {c.Id}", string.Join("; ", c.Notes) })
            .Concat((s.Data.Manifest?.Dropped ?? []).GroupBy(d => d.Reason).Select(g => new[]
            {
                $"{s.Data.Id.Title()}, {g.Count()} not scored",
                $"{g.Key} ({string.Join(", ", g.Take(3).Select(d => d.Clip))}{(g.Count() > 3 ? ", ..." : "")})"
            }))).ToList();
        return rows.Count == 0 ? HtmlText.Paragraphs(["No row needed a repair and every clip is scored."])
            : TextTable.Of($"Rows that were repaired, and clips that are not scored\n{Brief(study)}",
                ["clip", "repair or reason"], rows);
    }

    public static IEnumerable<string> Conclusions(DataStudy study)
    {
        foreach (var (data, _) in Sets(study))
        {
            var largest = data.Labels.GroupBy(l => l).MaxBy(g => g.Count())!;
            var clips = DatasetFacts.Of(data).Clips;
            var units = clips.GroupBy(c => string.Join("+", c.ActionUnits)).ToArray();
            var shared = units.Where(g => g.Select(c => c.Label).Distinct().Count() > 1).Sum(g => g.Count());
            var told = units.Where(g => g.Select(c => c.Label).Distinct().Count() == 1
                && g.Select(c => c.Subject).Distinct().Count() > 1).Sum(g => g.Count());
            var duration = data.Clips.Select(c => c.Apex - c.Onset).Order().ToArray();
            yield return $"{data.Id.Title()} ({DataNotice.Brief(data.Synthetic, study.Study.Bench.Profile.Name)}): " +
                $"{data.Clips.Length} clips of {data.Subjects.Length} subjects; the largest class, " +
                $"{data.Classes[largest.Key]}, has {Figures.Percent(largest.Count() / (double)data.Clips.Length)} %. " +
                $"There are {units.Length} different sets of the 21 action units; {shared} clips " +
                $"({Figures.Percent(shared / (double)data.Clips.Length)} %) share theirs with a clip of another " +
                $"emotion. {told} have a set that other subjects show too, and always with the same emotion: these " +
                "could be told from the action units of people never seen. " +
                "From onset to apex half of the clips take at most " +
                $"{duration[duration.Length / 2].ToString(CultureInfo.InvariantCulture)} frames.{Lone(clips)}";
        }
    }

    /// <summary>
    /// Units that one subject shows: where it is left out, training sees none, the running variance of BatchNorm goes
    /// to 0, and what is left of it is its epsilon, 1e-5.
    /// </summary>
    internal static string Lone(IEnumerable<LabelledClip> clips)
    {
        var lone = clips.SelectMany(c => c.ActionUnits.Select(unit => (unit, c.Subject, c.Id))).GroupBy(u => u.unit)
            .Where(g => g.Select(u => u.Subject).Distinct().Count() == 1).OrderBy(g => g.Key)
            .Select(g => $"AU {g.Key} ({string.Join(", ", g.Select(u => u.Id))})").ToList();
        return lone.Count == 0 ? "" : $" One subject by itself shows {string.Join(", ", lone)}. A network that " +
            "leaves it out is never trained on that unit, and the BatchNorm in front of the head's second layer " +
            "multiplies it by up to 316: the full network's decision on such a clip is arbitrary.";
    }

    public static string Brief(DataStudy study) => string.Join("; ", study.Study.Datasets.Select(study.Study.Brief));

    public static IEnumerable<(MerDataset Data, PublishedCounts Published)> Sets(DataStudy study) =>
        study.Study.Datasets.Where(DatasetNames.Paper.Contains).Select(id =>
            (study.Study.Bench.Dataset(id),
                PublishedCounts.Of(CodingSheet.Read(FrameLayout.Find(study.Study.Bench.Source(id)).Sheet))!));

    // A bar or line at 0 would look like a subject.
    static int? Shown(int clips) => clips == 0 ? null : clips;

    static string Count(int n) => n.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Action units by emotion: share of an emotion's clips that show a unit.</summary>
static class ActionUnitChart
{
    public static GenericChart Of(DataStudy study)
    {
        var figure = new Figure("Action units by emotion",
            $"Share of the emotion's clips that show the unit (%).\n{CountPage.Brief(study)}", height: 560,
            rows: study.Study.Datasets.Length, rowGap: 0.3);
        for (var panel = 0; panel < study.Study.Datasets.Length; panel++)
        {
            var data = study.Study.Bench.Dataset(study.Study.Datasets[panel]);
            var units = data.Clips.SelectMany(c => c.ActionUnits.Select(u => u.Number)).Distinct().Order().ToArray();
            var clips = data.Classes
                .Select((_, c) => data.Clips.Where((_, i) => data.Labels[i] == c).ToArray()).ToArray();
            var shares = clips.Select(of =>
                units.Select(u => of.Count(c => c.ActionUnits.Any(a => a.Number == u)) / (double)Math.Max(1, of.Length))
                    .ToArray()).ToArray();
            figure.Add("heatmap", new
            {
                z = shares, text = shares.Select(row => row.Select(s => s == 0 ? "" : $"{100 * s:0}")),
                texttemplate = "%{text}", textfont = new { size = 10 },
                colorscale = ChartTheme.Shares, zmin = 0, zmax = 1, xgap = 1, ygap = 1, showscale = panel == 0,
                hovertemplate = "%{y}, AU %{x}: %{z:.0%}<extra></extra>",
                colorbar = new
                {
                    title = new { text = "share of<br>clips" }, tickformat = ".0%", len = 0.4, y = 1, yanchor = "top",
                    thickness = 12
                },
            }, panel);
            figure.Axes(panel, "action unit (FACS number)", "", DataStudy.Title(data),
                new
                {
                    tickmode = "array", tickvals = Enumerable.Range(0, units.Length),
                    ticktext = units.Select(u => $"{u}"), showgrid = false
                },
                new
                {
                    tickmode = "array", tickvals = Enumerable.Range(0, clips.Length),
                    ticktext = data.Classes.Select((name, c) => Figure.Escape($"{name} (n = {clips[c].Length})")),
                    autorange = "reversed", showgrid = false
                });
        }
        return figure.Chart();
    }
}
