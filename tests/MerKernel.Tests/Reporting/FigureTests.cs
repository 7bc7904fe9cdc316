using System.Text.Json;
using MerKernel.Reports.Charts;
using Plotly.NET;
using Figure = MerKernel.Reports.Charts.Figure;

namespace MerKernel.Tests.Reporting;

public class FigureTests
{
    static JsonElement Json(GenericChart chart) => JsonDocument.Parse(GenericChart.toFigureJson(chart)).RootElement;

    [Fact]
    public void Panels_fill_the_figure_without_touching()
    {
        var figure = new Figure("t", "s", columns: 2, rows: 2, columnGap: 0.2, rowGap: 0.4);
        for (var panel = 0; panel < 4; panel++) figure.Axes(panel, "x", "y");
        var layout = Json(figure.Chart()).GetProperty("layout");
        double[] Domain(string axis) => [.. layout.GetProperty(axis).GetProperty("domain").EnumerateArray()
            .Select(v => Math.Round(v.GetDouble(), 9))];
        // Two columns of (1 - 0.2) / 2 and two rows of (1 - 0.4) / 2; the first row is the upper one.
        Assert.Equal([0, 0.4], Domain("xaxis"));
        Assert.Equal([0.6, 1], Domain("xaxis4"));
        Assert.Equal([0.7, 1], Domain("yaxis"));
        Assert.Equal([0, 0.3], Domain("yaxis3"));
    }

    [Fact]
    public void A_long_subtitle_is_broken_and_the_figure_grows_with_it()
    {
        var one = Json(new Figure("t", "short", height: 300).Chart()).GetProperty("layout");
        var long3 = Json(new Figure("t", string.Join(' ', Enumerable.Repeat("word", 60)), height: 300).Chart())
            .GetProperty("layout");
        var lines = long3.GetProperty("title").GetProperty("text").GetString()!.Split("<br>").Length - 1;
        Assert.Equal(3, lines); // 60 words of 4 letters and a space: 299 characters on lines of at most 124
        Assert.Equal(2 * 16, long3.GetProperty("height").GetInt32() - one.GetProperty("height").GetInt32());
    }

    [Fact]
    public void Text_that_comes_from_outside_is_escaped()
    {
        var text = GenericChart.toFigureJson(new Figure("<b>x</b> & y", "<script>").Axes(0, "<i>", "y", "<u>").Chart());
        Assert.DoesNotContain("<script>", text);
        Assert.DoesNotContain("<i>", text);
        Assert.DoesNotContain("<u>", text);
        Assert.Contains("&lt;b&gt;x&lt;/b&gt; &amp; y", text);
    }
}
