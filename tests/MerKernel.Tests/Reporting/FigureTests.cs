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

    [Fact]
    public void A_panels_title_of_two_lines_takes_room_above_the_panel()
    {
        static JsonElement Of(string title) =>
            Json(new Figure("t", "s", height: 300).Axes(0, "x", "y", title).Chart()).GetProperty("layout");
        var (one, two) = (Of("short"), Of("CVA block\nand more"));
        Assert.Equal(16, two.GetProperty("height").GetInt32() - one.GetProperty("height").GetInt32());
        Assert.Equal(16, two.GetProperty("margin").GetProperty("t").GetInt32()
            - one.GetProperty("margin").GetProperty("t").GetInt32());
        Assert.Contains("CVA block<br>and more", $"{two}");
    }

    [Fact]
    public void Numbers_have_a_contrast_of_four_and_a_half_on_every_share()
    {
        static double Luminance(double[] rgb) => rgb.Zip((double[])[0.2126, 0.7152, 0.0722], (value, weight) =>
            weight * (value / 255 <= 0.04045 ? value / 255 / 12.92
                : Math.Pow((value / 255 + 0.055) / 1.055, 2.4))).Sum();
        static double[] Rgb(string hex) => [.. Convert.FromHexString(hex[1..]).Select(b => (double)b)];
        for (var share = 0.0; share <= 1; share += 0.01)
        {
            var (low, high) = share < 0.5 ? (0, 1) : (1, 2);
            var cell = Luminance([.. Rgb((string)ChartTheme.Shares[low][1]).Zip(Rgb((string)ChartTheme.Shares[high][1]),
                (a, b) => a + (b - a) * (share - low * 0.5) / 0.5)]);
            var text = Luminance(Rgb(ChartTheme.OnShare(share)));
            Assert.True((Math.Max(cell, text) + 0.05) / (Math.Min(cell, text) + 0.05) >= 4.5, $"{share}");
        }
    }

    [Theory]
    [InlineData(new[] { 31.7, 77.5, 94.2 }, new[] { 28.6, 101.4 })] // from 30 to 100, and 2 % more at either end
    [InlineData(new[] { 40.0, 40.0 }, new[] { 29.6, 50.4 })] // widened from 40 to 40
    [InlineData(new double[0], new[] { -2.0, 102.0 })]
    public void An_axis_in_percent_starts_at_the_ten_below_its_data(double[] values, double[] range) =>
        Assert.Equal(range, ScoreChart.Range(values).Select(v => Math.Round(v, 9)));

    [Fact]
    public void Panels_of_one_quantity_side_by_side_share_their_range()
    {
        var layout = Json(new Figure("t", "s", columns: 2, rows: 2)
            .Axes(0, "rows", "weight").Axes(1, "columns", "weight").Axes(2, "rows", "loss")
            .Axes(3, "columns", "weight", yAxis: new { range = new[] { 0, 1 } }).Chart()).GetProperty("layout");
        Assert.Equal("y", layout.GetProperty("yaxis2").GetProperty("matches").GetString());
        Assert.All(["yaxis", "yaxis3", "yaxis4"],
            axis => Assert.False(layout.GetProperty(axis).TryGetProperty("matches", out _)));
    }
}
