using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using MerKernel.Experiments;
using MerKernel.Reports;
using Spectre.Console;

namespace MerKernel.Tests.Reporting;

public class RendererTests
{
    static ImmutableArray<ResultRow> Rows => SampleTables.Scoring.Rows(Tables.All);

    static string Terminal(IReadOnlyList<ResultRow> rows)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 150;
        foreach (var table in ResultTable.TextOf([.. rows])) table.WriteTo(console);
        return text.ToString();
    }

    [Fact]
    public void Json_rows_hold_the_promised_fields_in_the_papers_units()
    {
        using var json = JsonDocument.Parse(JsonTables.Render(Rows));
        var row = json.RootElement.EnumerateArray()
            .First(r => r.GetProperty("row").GetString() == "Vertical attention (Y)");
        Assert.Equal(
            ["table", "row", "dataset", "data", "profile", "protocol", "paper", "measured", "clips", "folds", "seed",
                "experiment"],
            row.EnumerateObject().Select(p => p.Name));
        Assert.Equal("casme2", row.GetProperty("dataset").GetString());
        Assert.Equal("synthetic", row.GetProperty("data").GetString());
        Assert.Equal("final", row.GetProperty("protocol").GetString());
        Assert.Equal(94.35m, row.GetProperty("paper").GetProperty("accuracy").GetDecimal());
        Assert.Equal(60, row.GetProperty("measured").GetProperty("accuracy").GetDouble(), 9);
        Assert.Equal(["accuracy", "uf1", "uar"], row.GetProperty("measured").EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void Json_says_null_where_nothing_was_measured()
    {
        using var json = JsonDocument.Parse(JsonTables.Render(Rows));
        var row = json.RootElement.EnumerateArray().First(r => r.GetProperty("row").GetString() == "GEME (2021)");
        Assert.Equal(JsonValueKind.Null, row.GetProperty("measured").ValueKind);
        Assert.Equal("none", row.GetProperty("protocol").GetString());
    }

    [Theory]
    [InlineData(true, "small", "Synthetic data: these numbers show how much networks learn from drawn faces")]
    [InlineData(true, "paper", "Synthetic data (paper profile)")]
    [InlineData(false, "small", "not comparable with the paper")]
    [InlineData(false, "tiny", "not comparable with the paper")]
    [InlineData(false, "paper", "Real data, paper profile.")]
    public void Every_page_says_which_data_and_profile_its_numbers_come_from(bool synthetic, string profile,
        string expected)
    {
        List<ResultRow> rows = [.. Rows.Select(r => r with { Synthetic = synthetic, Profile = profile })];
        Assert.Contains(expected, ResultTable.ToMarkdown(rows));
    }

    [Fact]
    public void Every_table_names_its_data_beside_its_data_set()
    {
        var pages = Terminal(Rows);
        // Seven tables and the controls.
        Assert.Equal(8, pages.Split("CASME II (synthetic data, small profile)").Length - 1);
    }

    [Fact]
    public void A_chosen_epoch_is_called_that_in_every_rendering()
    {
        Assert.Contains("epoch chosen on the test subject", Terminal(Rows));
        Assert.Contains("epoch chosen on the test subject", ResultTable.ToMarkdown(Rows));
    }

    [Fact]
    public void The_terminal_shows_interval_and_difference_below_the_figure()
    {
        var lines = Terminal([.. Rows.Select(r => r with { Synthetic = false, IsComparable = true })]).Split('\n');
        var row = Array.FindIndex(lines, l => l.Contains("Vertical attention"));
        Assert.Contains("60.0", lines[row]);
        Assert.Contains("[50–67]", lines[row + 1]);
        Assert.Contains("Δ −34.4", lines[row + 2]);
    }

    [Fact]
    public void Every_page_says_which_clips_it_scored_and_which_differences_the_data_support()
    {
        foreach (var page in (string[])[Regex.Replace(Terminal(Rows), @"\s+", " "), ResultTable.ToMarkdown(Rows)])
        {
            Assert.Contains("5 clips of 2 subjects, seed 7: every clip of the 3 classes", page);
            Assert.Contains("Differences the data support: none", page);
            Assert.Matches(@"full network without action units.*−\.250.*p = 1", page);
        }
    }

    [Fact]
    public void Controls_stand_once_behind_several_tables_and_under_a_single_one()
    {
        Assert.Single(Rows.Where(r => r.Label == "majority class").DistinctBy(r => r.Table.Number)
            .Select(_ => ResultTable.ToMarkdown(Rows).Split("| *majority class* |").Length - 1).Distinct(), 1);
        Assert.Contains("| *majority class* |", ResultTable.ToMarkdown(SampleTables.Scoring.Rows(Tables.Numbered(3))));
    }

    [Fact]
    public void The_smallest_p_that_is_possible_stands_under_a_table()
    {
        // Only Table 7: 'Without AU embedding' and the four rules are compared on two subjects; each pair of signs is
        // as extreme as the other: 5 x 2 / 4, which is more than 1.
        Assert.Contains("With 2 subjects and 5 rows the smallest p that all of the data could give is 1.",
            ResultTable.ToMarkdown(SampleTables.Scoring.Rows(Tables.Numbered(7))));
        // Behind the other tables the rules are elsewhere, and belong to the same family: one p-value, whatever a page
        // shows.
        Assert.Contains("With 2 subjects and 5 rows the smallest p that all of the data could give is 1.",
            ResultTable.ToMarkdown(Rows));
        Assert.DoesNotContain("1 row the smallest", ResultTable.ToMarkdown(Rows));
    }

    [Fact]
    public void Markdown_rows_have_as_many_cells_as_their_header()
    {
        foreach (var table in ResultTable.ToMarkdown(Rows).Split("\n\n").Where(block => block.StartsWith('|')))
            Assert.Single(table.Trim().Split('\n').Select(l => l.Count(c => c == '|')).Distinct());
    }
}
