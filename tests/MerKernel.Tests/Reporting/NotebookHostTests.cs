using System.Text.Json;
using System.Text.Json.Nodes;
using MerKernel.Reports;
using MerKernel.Reports.Charts;
using Plotly.NET;
using Figure = MerKernel.Reports.Charts.Figure;

namespace MerKernel.Tests.Reporting;

/// <summary>
/// The charts that .NET Interactive is told of, next to the text that Plotly.NET itself writes, which the C# kernel
/// shows.
/// </summary>
public class NotebookHostTests
{
    [Fact]
    public void A_charts_JSON_is_that_of_Plotly_NET()
    {
        var chart = new Figure("a <b> title", "data, n = 3", columns: 2)
            .Add("scatter", new
            {
                name = "s", mode = "markers", x = new[] { 1.5, 2, 1e-7 }, y = new List<int> { 1, 2, 3 },
                marker = new { color = "#0072B2", size = 9 }, text = new[] { "a", "b" }.Select(t => t + "!")
            })
            .Add("heatmap",
                new { z = new[] { new[] { 0.25f, 1 }, [0, 0.5f] }, colorscale = ChartTheme.Shares, showscale = false },
                panel: 1)
            .Axes(0, "x", "y", "left", new { range = new[] { 0, 100 } }).Axes(1, "x", "y")
            .Annotate(new { x = 1, text = "here" }).Chart();
        var theirs = JsonNode.Parse(GenericChart.toFigureJson(chart))!.AsObject();
        theirs.Remove("frames");
        // As texts, so that numbers are compared by value: one writes 0.0 where the other writes 0.
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(theirs.ToJsonString()).RootElement,
            JsonDocument.Parse(NotebookHost.FigureOf(chart).ToJsonString()).RootElement),
            $"{theirs}\n{NotebookHost.FigureOf(chart)}");
    }
}
