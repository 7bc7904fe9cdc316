using System.Globalization;
using MerKernel.Data;
using MerKernel.Reporting.Charts;
using Microsoft.AspNetCore.Html;
using Plotly.NET;
using Figure = MerKernel.Reporting.Charts.Figure;

namespace MerKernel.Reporting.Datasets;

/// <summary>Counts of clips, classes and subjects, beside what the published sheets hold.</summary>
static class CountPage
{
    public static IHtmlContent Table(DataStudy study)
    {
        var rows = new List<string[]>();
        foreach (var (data, published) in Sets(study))
        {
            // How many clips of each class the sheet of 2019 has is not published; three of them are not in the sheet of 2014.
            var (classes, edition) = published.Classes.IsEmpty ? (PublishedCounts.CasmeII2014.Classes, " (2014)") : (published.Classes, "");
            string Name(string what) => $"{DataStudy.Title(data)}, {what}";
            rows.AddRange(data.Classes.Select((name, c) => new[] { Name(name), Count(data.Labels.Count(l => l == c)), $"{classes.GetValueOrDefault(name)}{edition}" }));
            rows.Add([Name("all clips"), Count(data.Clips.Length), Count(published.Total)]);
            rows.Add([Name("subjects"), Count(data.Subjects.Length), Count(published.Subjects.Count)]);
        }
        return HtmlText.Table($"Clips of each class, here and in the published sheets\n{Brief(study)}", ["data set, class", "here", "published"], rows,
            string.Join(" ", Sets(study).Select(s => $"{s.Data.Id.Title()}'s published counts: {s.Published.Source}{(s.Published.Classes.IsEmpty ? ", whose classes are not published; those of 2014 stand here" : "")}.")) + (Sets(study).Any(s => s.Data.Synthetic) ? " A look-alike of a smaller profile has fewer subjects by design." : ""));
    }

    public static GenericChart Subjects(DataStudy study)
    {
        var sets = Sets(study).ToList();
        var figure = new Figure("Clips of each subject (one fold each)", Brief(study), height: 180 + 220 * sets.Count, rows: sets.Count, rowGap: 0.3);
        for (var panel = 0; panel < sets.Count; panel++)
        {
            var (data, published) = sets[panel];
            var subjects = published.Subjects.Keys.Union(data.Subjects).Order(StringComparer.Ordinal).ToArray();
            figure.Add("bar", new
            {
                name = "here", legendgroup = "here", showlegend = panel == 0, x = subjects.Select(Figure.Escape), y = subjects.Select(s => Shown(data.Clips.Count(c => c.Subject == s))),
                marker = new { color = ChartTheme.Colours[6], line = new { color = ChartTheme.Ink, width = 1 } },
            }, panel);
            figure.Add("scatter", new
            {
                name = "published", legendgroup = "published", showlegend = panel == 0, mode = "markers", x = subjects.Select(Figure.Escape), y = subjects.Select(s => Shown(published.Subjects.GetValueOrDefault(s))),
                marker = new { symbol = "line-ew-open", size = 14, color = ChartTheme.Ink, line = new { width = 2.5 } },
            }, panel);
            figure.Axes(panel, "subject", "clips", DataStudy.Title(data), new { type = "category", tickangle = -60 });
        }
        return figure.Layout("legend", new { orientation = "h", x = 1, xanchor = "right", y = 1.02, yanchor = "bottom" }).Chart();
    }

    public static IHtmlContent Repairs(DataStudy study)
    {
        var rows = Sets(study).SelectMany(s => s.Data.Clips.Where(c => c.Notes.Length > 0).Select(c => new[] { $"{s.Data.Id.Title()} {c.Id}", string.Join("; ", c.Notes) })
            .Concat((s.Data.Manifest?.Dropped ?? []).GroupBy(d => d.Reason).Select(g => new[] { $"{s.Data.Id.Title()}, {g.Count()} not scored", $"{g.Key} ({string.Join(", ", g.Take(3).Select(d => d.Clip))}{(g.Count() > 3 ? ", ..." : "")})" }))).ToList();
        return rows.Count == 0 ? HtmlText.Paragraphs(["No row needed a repair and every clip is scored."])
            : HtmlText.Table($"Rows that were repaired, and clips that are not scored\n{Brief(study)}", ["clip", "what and why"], rows);
    }

    public static IEnumerable<string> Conclusions(DataStudy study)
    {
        foreach (var (data, _) in Sets(study))
        {
            var largest = data.Labels.GroupBy(l => l).MaxBy(g => g.Count())!;
            var units = DatasetFacts.Of(data).Clips.GroupBy(c => string.Join("+", c.ActionUnits)).ToArray();
            var shared = units.Where(g => g.Select(c => c.Label).Distinct().Count() > 1).Sum(g => g.Count());
            var duration = data.Clips.Select(c => c.Apex - c.Onset).Order().ToArray();
            yield return $"{data.Id.Title()} ({DataNotice.Brief(data.Synthetic, study.Study.Bench.Profile.Name)}): {data.Clips.Length} clips of {data.Subjects.Length} subjects; the largest class, {data.Classes[largest.Key]}, has {Figures.Percent(largest.Count() / (double)data.Clips.Length)} %. " +
                $"There are {units.Length} different sets of the 21 action units; {shared} clips ({Figures.Percent(shared / (double)data.Clips.Length)} %) share theirs with a clip of another emotion, so the other {data.Clips.Length - shared} could be told from the action units alone. " +
                $"From onset to apex half of the clips take at most {duration[duration.Length / 2].ToString(CultureInfo.InvariantCulture)} frames.";
        }
    }

    public static string Brief(DataStudy study) => string.Join("; ", study.Study.Datasets.Select(study.Study.Brief));

    public static IEnumerable<(MerDataset Data, PublishedCounts Published)> Sets(DataStudy study) => study.Study.Datasets.Select(id =>
        (study.Study.Bench.Dataset(id), PublishedCounts.For(CodingSheet.Read(FrameLayout.Find(study.Study.Bench.Source(id)).Sheet))));

    // A bar or line at 0 would look like a subject.
    static int? Shown(int clips) => clips == 0 ? null : clips;

    static string Count(int n) => n.ToString(CultureInfo.InvariantCulture);
}
