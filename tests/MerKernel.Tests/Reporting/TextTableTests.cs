using System.Collections.Immutable;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Tests.Reporting;

public class TextTableTests
{
    static readonly TextTable Table = new("a & b\nline <2>",
        ["name", new("x", true, "g_1"), new("y", true, "g_1"), ">n"],
        [[new("r|1", Tint: TextTable.Tint.Added), new("1.5", "[1–2]\nΔ −3"), "2", "3"], ["<script>", "", "", "50 %"]])
    { Notes = ["a note"] };

    static ImmutableArray<ResultRow> Table3 => SampleTables.Scoring.Rows(Tables.Numbered(3));

    [Fact]
    public void Markdown_names_the_group_in_the_heading_and_keeps_the_columns() =>
        Assert.Equal("## a & b\n\nline \\<2>\n\n| name | g_1: x | g_1: y | n |\n| --- | ---: | ---: | ---: |\n" +
            "| *r\\|1* | 1.5 [1–2] Δ −3 | 2 | 3 |\n| \\<script> |  |  | 50 % |\n\na note\n\n",
            Table.ToMarkdown());

    [Fact]
    public void Csv_quotes_what_needs_it() =>
        Assert.Equal("n,\"a,b\"\n1,\"say \"\"x\"\"\"\n", TextTable.Of("", [">n", "a,b"], [["1", "say \"x\""]]).ToCsv());

    [Fact]
    public void Latex_spans_groups_and_escapes_every_special_character()
    {
        var latex = Table.ToLatex();
        Assert.Contains("\\caption{a \\& b. line $<$2$>$}", latex);
        // LaTeX writes a number of its own.
        Assert.Contains("\\caption{CVA. SAMM}", (Table with { Title = "Table 2: CVA\nSAMM" }).ToLatex());
        Assert.Contains("\\begin{tabular}{lrrr}", latex);
        Assert.Contains(" & \\multicolumn{2}{c}{g\\_1} &  \\\\\n\\cmidrule(lr){2-3}\n", latex);
        Assert.Contains("\\emph{r|1} & 1.5 {\\scriptsize [1--2] $\\Delta$ $-$3} & 2 & 3 \\\\", latex);
        Assert.Contains("50 \\%", latex);
        Assert.Equal(latex.Count(c => c == '{'), latex.Count(c => c == '}'));
    }

    [Fact]
    public void Html_escapes_text_and_says_which_heading_belongs_to_which_cells()
    {
        var html = Table.ToString();
        Assert.DoesNotContain("<script", html);
        Assert.Contains("&lt;script&gt;", html);
        Assert.Contains("<strong>a &amp; b<br>line &lt;2&gt;</strong></caption>", html);
        Assert.Contains("<th scope=\"colgroup\" colspan=\"2\"", html);
        Assert.Contains("<em>r|1</em>", html);
        Assert.Contains("<strong>1.5</strong><br><small>[1–2]<br>Δ −3</small>", html);
    }

    [Fact]
    public void Html_breaks_before_a_deviation_and_not_within_it() =>
        Assert.Contains("73.3 &#177;&nbsp;1.6", TextTable.Of("", ["x"], [["73.3 ± 1.6"]]).ToString());

    [Fact]
    public void Html_names_its_rows_and_needs_no_light_page()
    {
        var html = new TextTable("t", ["a", ">b"], [["row", new("1", Tint: TextTable.Tint.Agrees)],
            ["other", new("2", Tint: TextTable.Tint.Apart)]]).ToString();
        Assert.Equal(2, html.Split("<th scope=\"row\"").Length - 1);
        // Every colour is half transparent or a grey that both pages show.
        var colours = System.Text.RegularExpressions.Regex.Matches(html, "(?:background|color):([^;\"]+)");
        Assert.NotEmpty(colours);
        Assert.All(colours, m => Assert.Matches("^(rgba\\(|#808080)", m.Groups[1].Value));
    }

    [Fact]
    public void A_kernel_finds_the_HTML_by_the_attributes_name()
    {
        Assert.Equal(["text/html", "text/plain"], Formats.Preferred(Table));
        Assert.Equal(Table.ToString(), Formats.Of(Table, "text/html"));
        Assert.Equal("(table: a & b line <2>)", Formats.Of(Table, "text/plain"));
        Assert.Equal("<p>x &lt; y</p>", Formats.Of(HtmlText.Paragraphs(["x < y"]), "text/html"));
    }

    [Theory]
    // SampleTables' full network has 60 % with an interval of 50 to 67 %.
    [InlineData(70.0, "paper above")]
    [InlineData(60.0, "paper inside")]
    [InlineData(40.0, "paper below")]
    public void A_cell_says_in_words_where_the_papers_figure_lies(double accuracy, string words)
    {
        var row = Table3.First(r => r.Method == Tables.Full) with
        {
            Paper = new Printed((decimal)accuracy, 0.5m),
            Synthetic = false,
            IsComparable = true
        };
        Assert.Contains(
            $"<strong>60.0</strong><br><small>[50–67]<br>Δ {60 - accuracy:+0.0;−0.0;0.0}<br>{words}</small>",
            Assert.Single(ResultTable.TextOf([row])).ToString());
    }

    [Theory]
    [InlineData(true, "paper"), InlineData(true, "small"), InlineData(false, "small"), InlineData(false, "tiny")]
    public void Where_nothing_compares_the_printed_figure_stands_apart_without_a_verdict(bool synthetic, string profile)
    {
        var html = Assert.Single(ResultTable.TextOf(
            [Table3.First(r => r.Method == Tables.Full) with { Synthetic = synthetic, Profile = profile }])).ToString();
        Assert.Contains(synthetic ? "printed, other data" : "printed, other setting", html);
        Assert.Contains("color:#808080\">94.35<", html);
        Assert.DoesNotContain("Δ", html);
        Assert.DoesNotContain("paper inside", html);
        Assert.DoesNotContain("background:", html);
    }

    [Fact]
    public void A_row_with_other_cells_than_columns_is_named()
    {
        Assert.StartsWith("Row 2 of the table 't' has 3 cells, and there are 2 columns.",
            Assert.Throws<ArgumentException>(() => TextTable.Of("t", ["a", ">b"], [["x", "1"], ["y", "2", "3"]]))
                .Message);
        Assert.Equal("a,b\nx,\n", TextTable.OfFigures("t", ["a", "b"], [["x", null!]]).ToCsv());
    }

    [Fact]
    public void A_row_s_label_cannot_become_markup() =>
        Assert.DoesNotContain("<script",
            string.Concat(ResultTable.TextOf([.. Table3.Select(r => r with { Label = "<script>alert(1)</script>" })])));
}
