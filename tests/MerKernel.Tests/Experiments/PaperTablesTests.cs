using System.Globalization;
using System.Text.RegularExpressions;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Tests.Experiments;

public partial class PaperTablesTests
{
    /// <summary>The rows as the paper prints them: the paper's text where it lies beside the checkout, else the list typed a second time.</summary>
    static IReadOnlyDictionary<int, string[]> Printed => PaperText() is { } text ? TablesIn(text) : PaperNumbers.Rows;

    [Fact]
    public void Every_number_is_the_papers_digit_for_digit()
    {
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], PaperTables.All.Select(t => t.Number));
        foreach (var table in PaperTables.All)
            Assert.Equal(Printed[table.Number], table.Rows.Select(Digits));
    }

    [Fact]
    public void The_second_typing_is_the_papers_too()
    {
        foreach (var (table, rows) in PaperNumbers.Rows) Assert.Equal(Printed[table], rows);
    }

    [Fact]
    public void The_tables_hold_twelve_experiments_and_all_are_known()
    {
        var keys = PaperTables.All.SelectMany(t => t.Rows).Select(r => r.Variant).OfType<string>().Except(Peers.All.Select(p => p.Key)).Distinct().Order();
        Assert.Equal(Variants.All.Select(v => v.Key).Order(), keys);
        Assert.Equal(12, Variants.All.Length);
    }

    [Fact]
    public void Every_compared_system_stands_in_Table_1_and_one_that_is_not_run_says_why()
    {
        var rows = PaperTables.Numbered(1).Rows.Concat(PaperTables.Numbered(1).Added).ToList();
        Assert.Equal(Peers.All.Select(p => p.Key).Order(), rows.Select(r => r.Variant).OfType<string>().Where(k => k != "full").Order());
        Assert.All(rows.Where(r => r.Variant is null), r => Assert.Contains("Not run", r.Note));
    }

    [Fact]
    public void Without_Table_1_no_other_system_is_run()
    {
        var work = TableWork.Of(PaperTables.All.Where(t => t.Number != 1));
        Assert.DoesNotContain(work, w => w.Method is Peer);
        Assert.Contains(TableWork.Of(PaperTables.All), w => w.Method is Peer { Key: "dssn" } && w.Dataset == DatasetId.CasmeII);
        Assert.DoesNotContain(TableWork.Of(PaperTables.All), w => w.Method is Peer && w.Dataset == DatasetId.Samm);
        Assert.Equal(work.Length, work.Distinct().Count());
        // The paper's twelve and the shuffled control on both data sets, and both readings of the learned direction.
        Assert.Equal(2 * (12 + 1 + 2), work.Length);
    }

    [Fact]
    public void The_full_network_stands_in_every_table() =>
        Assert.All(PaperTables.All, t => Assert.Contains(t.Rows, r => r.Variant == "full"));

    [Fact]
    public void Only_table_1_lacks_SAMM() =>
        Assert.Equal([1], PaperTables.All.Where(t => t.Rows.Any(r => r.On(DatasetId.Samm) is null)).Select(t => t.Number));

    static string Digits(PaperRow row) => string.Join(' ',
        new[] { row.CasmeII, row.Samm }.OfType<PaperFigure>()
            .SelectMany(f => new[] { f.Accuracy, f.F1 }).Select(d => d.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The paper's text, shared/paper.txt beside the checkout or one of its parents; it is not part of the repository.</summary>
    static string? PaperText()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "paper.txt");
            if (File.Exists(path)) return File.ReadAllText(path);
        }
        return null;
    }

    /// <summary>Numbers of each table's rows: tab-separated lines that end in numbers, up to the caption below them.</summary>
    static Dictionary<int, string[]> TablesIn(string text)
    {
        var tables = new Dictionary<int, string[]>();
        var rows = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            var cells = line.Split('\t').Skip(1).Select(c => Markup().Replace(c, "").Trim()).ToArray();
            if (cells.Length > 0 && cells.All(c => decimal.TryParse(c, NumberStyles.Number, CultureInfo.InvariantCulture, out _)))
                rows.Add(string.Join(' ', cells));
            else if (Caption().Match(line) is { Success: true } caption)
            {
                tables.Add(int.Parse(caption.Groups[1].Value, CultureInfo.InvariantCulture), [.. rows]);
                rows.Clear();
            }
        }
        return tables;
    }

    [GeneratedRegex(@"</?b>")]
    private static partial Regex Markup();

    [GeneratedRegex(@"^Table (\d+):")]
    private static partial Regex Caption();
}
