using MerKernel.Data;
using MerKernel.Reporting.Charts;
using Plotly.NET;
using Figure = MerKernel.Reporting.Charts.Figure;

namespace MerKernel.Reporting.Datasets;

/// <summary>Action units by emotion: share of an emotion's clips that show a unit.</summary>
static class ActionUnitChart
{
    public static GenericChart Of(DataStudy study)
    {
        var figure = new Figure("Action units by emotion", $"Share of the emotion's clips that show the unit (%).\n{CountPage.Brief(study)}", height: 560, rows: study.Study.Datasets.Length, rowGap: 0.3);
        for (var panel = 0; panel < study.Study.Datasets.Length; panel++)
        {
            var data = study.Study.Bench.Dataset(study.Study.Datasets[panel]);
            var units = data.Clips.SelectMany(c => c.ActionUnits.Select(u => u.Number)).Distinct().Order().ToArray();
            var clips = data.Classes.Select((_, c) => data.Clips.Where((_, i) => data.Labels[i] == c).ToArray()).ToArray();
            var shares = clips.Select(of => units.Select(u => of.Count(c => c.ActionUnits.Any(a => a.Number == u)) / (double)Math.Max(1, of.Length)).ToArray()).ToArray();
            figure.Add("heatmap", new
            {
                z = shares, text = shares.Select(row => row.Select(s => s == 0 ? "" : $"{100 * s:0}")), texttemplate = "%{text}", textfont = new { size = 10 },
                colorscale = ChartTheme.Shares, zmin = 0, zmax = 1, xgap = 1, ygap = 1, showscale = panel == 0, hovertemplate = "%{y}, AU %{x}: %{z:.0%}<extra></extra>",
                colorbar = new { title = new { text = "share of<br>clips" }, tickformat = ".0%", len = 0.4, y = 1, yanchor = "top", thickness = 12 },
            }, panel);
            figure.Axes(panel, "action unit (FACS number)", "", DataStudy.Title(data),
                new { tickmode = "array", tickvals = Enumerable.Range(0, units.Length), ticktext = units.Select(u => $"{u}"), showgrid = false },
                new { tickmode = "array", tickvals = Enumerable.Range(0, clips.Length), ticktext = data.Classes.Select((name, c) => Figure.Escape($"{name} (n = {clips[c].Length})")), autorange = "reversed", showgrid = false });
        }
        return figure.Chart();
    }
}
