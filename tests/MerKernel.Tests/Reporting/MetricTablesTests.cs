using System.Text.Json;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Tests.Reporting;

public class MetricTablesTests
{
    static readonly IReadOnlyList<TableRow> Rows = SampleTables.Builder.Build(Tables.Numbered(3));

    static bool IsFull(string row, string protocol) => row == "Vertical attention (Y)" && protocol == "final epoch";

    [Fact]
    public void Every_score_of_a_row_is_the_one_worked_by_hand()
    {
        // All five said to be class 0: labels 0 0 1 | 0 2. F1 of class 0: 6/8; weighted 3/5 of it. Subject s1: F1 4/5 and 0, s2: 2/3 and 0.
        var row = MetricRow.Of(Rows).Single(r => IsFull(r.Row, r.Protocol));
        Assert.Equal(0.6, row.Accuracy, 12);
        Assert.Equal(0.25, row.UF1, 12);
        Assert.Equal(1.0 / 3, row.Uar, 12);
        Assert.Equal(0.45, row.WeightedF1, 12);
        Assert.Equal((0.4 + 1.0 / 3) / 2, row.MeanFoldF1, 12);
        Assert.Equal(0, row.Kappa, 12);
    }

    [Fact]
    public void Where_the_epoch_is_chosen_on_the_test_subject_everything_is_right() =>
        Assert.All(MetricRow.Of(Rows).Where(r => r is { Row: "Vertical attention (Y)", Protocol: "epoch chosen on the test subject" }),
            r => Assert.Equal((1, 1, 1, 1, 1, 1), (r.Accuracy, r.UF1, r.Uar, r.WeightedF1, r.MeanFoldF1, r.Kappa)));

    [Fact]
    public void Classes_are_named_with_their_clips_precision_and_recall()
    {
        var classes = ClassRow.Of(Rows).Where(r => IsFull(r.Row, r.Protocol)).ToList();
        Assert.Equal([("a", 3), ("b", 1), ("c", 1)], classes.Select(c => (c.Class, c.Clips)));
        Assert.Equal((0.6, 1.0, 0.75), (classes[0].Precision, classes[0].Recall, classes[0].F1));
        Assert.All(classes.Skip(1), c => Assert.Equal((0.0, 0.0, 0.0), (c.Precision, c.Recall, c.F1)));
    }

    [Fact]
    public void Markdown_has_each_row_and_explains_each_score_once()
    {
        var page = MetricTables.ToMarkdown(Rows);
        Assert.Contains("| Vertical attention (Y) | final epoch | 7 | 60.0 | 0.250 | 0.333 | 0.450 | 0.367 | 0.000 |", page);
        Assert.Contains("| Vertical attention (Y) | final epoch | 7 | 0.60 / 1.00 | 0.00 / 0.00 | 0.00 / 0.00 |", page);
        foreach (var name in (string[])["UF1", "weighted F1", "mean per-fold F1", "kappa"]) Assert.Equal(2, page.Split($"- **{name}**").Length);
    }

    [Fact]
    public void A_notebook_gets_the_same_rows()
    {
        var html = new StringWriter();
        MetricTables.ToHtml(Rows).WriteTo(html, System.Text.Encodings.Web.HtmlEncoder.Default);
        Assert.Contains(">mean per-fold F1</th>", html.ToString());
        Assert.Contains(">0.367</td>", html.ToString());
        Assert.Contains(">0.60 / 1.00</td>", html.ToString());
    }

    [Fact]
    public void Json_gives_all_of_it_on_request_and_the_confusion_matrix()
    {
        using var json = JsonDocument.Parse(JsonTables.Render(Rows, allMetrics: true));
        var measured = json.RootElement.EnumerateArray().First(r => r.GetProperty("row").GetString() == "Vertical attention (Y)").GetProperty("measured");
        Assert.Equal(["accuracy", "uf1", "uar", "weightedF1", "meanFoldF1", "kappa", "classes", "confusion"], measured.EnumerateObject().Select(p => p.Name));
        Assert.Equal([[3, 0, 0], [1, 0, 0], [1, 0, 0]], measured.GetProperty("confusion").EnumerateArray().Select(r => r.EnumerateArray().Select(c => c.GetInt32()).ToArray()));
    }
}
