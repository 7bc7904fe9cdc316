using System.Collections.Immutable;
using System.Text.Encodings.Web;
using MerKernel.Experiments;
using MerKernel.Reports;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Tests.Reporting;

public class HtmlTablesTests
{
    static string Text(IHtmlContent content)
    {
        var text = new StringWriter();
        content.WriteTo(text, HtmlEncoder.Default);
        return text.ToString();
    }

    static ImmutableArray<TableRow> Table3 => SampleTables.Builder.Build(Tables.Numbered(3));

    [Theory]
    // SampleTables' full network has 60 % with an interval of 50 to 67 %.
    [InlineData(70.0, "paper above")]
    [InlineData(60.0, "paper inside")]
    [InlineData(40.0, "paper below")]
    public void A_cell_says_in_words_where_the_papers_figure_lies(double accuracy, string words)
    {
        var row = Table3.First(r => r.Method == Tables.Full) with { Paper = new Printed((decimal)accuracy, 0.5m) };
        var html = Text(HtmlTables.Render([row]));
        Assert.Contains($"<strong>60.0</strong><br><small>50–67</small><br><small>Δ {60 - accuracy:+0.0;−0.0;0.0}<br>{words}</small>", html);
    }

    [Fact]
    public void Text_that_comes_from_outside_is_escaped()
    {
        var html = Text(HtmlTables.Render([.. Table3.Select(r => r with { Row = "<script>alert(1)</script>" })]));
        Assert.DoesNotContain("<script", html);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html);
    }

    [Fact]
    public void The_page_says_that_its_numbers_are_synthetic() =>
        Assert.Contains("They say nothing about real faces", Text(HtmlTables.Render(Table3)));

    [Fact]
    public void Several_seeds_add_mean_and_deviation()
    {
        var row = Table3.First(r => r.Method == Tables.Full && r.Measured is not null);
        var seeds = SeedRow.Of([row, row with { Seed = 8, Measured = row.Measured! with { Accuracy = 0.8 } }]);
        // 60 and 80: mean 70, deviation sqrt((10² + 10²) / 1) = 14.1.
        Assert.Contains("70.0 ± 14.1", Text(HtmlTables.Render([row], seeds)));
    }
}
