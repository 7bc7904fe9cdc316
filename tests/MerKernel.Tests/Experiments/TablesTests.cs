using System.Globalization;
using System.Text.RegularExpressions;
using MerKernel.Cli.Commands;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Tests.Models;

namespace MerKernel.Tests.Experiments;

public partial class TablesTests
{
    /// <summary>
    /// The rows as the paper prints them: the paper's text where it lies next to the checkout, else the list typed
    /// a second time.
    /// </summary>
    static IReadOnlyDictionary<int, string[]> Expected => PaperText() is { } text ? TablesIn(text) : PaperNumbers.Rows;

    [Fact]
    public void Every_number_is_the_papers_digit_for_digit()
    {
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], Tables.All.Select(t => t.Number));
        foreach (var table in Tables.All)
            Assert.Equal(Expected[table.Number], table.Printed.Select(Digits));
    }

    [Fact]
    public void The_second_typing_is_the_papers_too()
    {
        Assert.SkipUnless(PaperText() is not null, "The paper's text does not lie next to this checkout.");
        foreach (var (table, rows) in PaperNumbers.Rows) Assert.Equal(Expected[table], rows);
    }

    [Fact]
    public void Tables_2_to_7_print_twelve_networks_and_every_method_has_a_key_of_its_own()
    {
        Assert.Equal(12, Tables.Paper.Select(c => (c.Of(Networks.Small()).Model, c.Of(Networks.Small()).ActionUnits))
            .Distinct().Count());
        Assert.Equal(12, Tables.Paper.Length);
        Assert.Equal(Tables.Full, Tables.Methods[0]);
        Assert.Equal(Tables.Methods.Length, Tables.Methods.Select(m => m.Key).Distinct().Count());
    }

    [Fact]
    public void Every_compared_system_stands_in_Table_1_and_one_that_is_not_run_says_why()
    {
        var rows = Tables.Numbered(1).Rows;
        Assert.Equal(Peers.All.Select(p => p.Key).Order(),
            rows.Select(r => r.Method).OfType<Peer>().Select(p => p.Key).Order());
        Assert.All(rows.Where(r => r.Method is null), r => Assert.Contains("Not run", r.Note));
    }

    [Fact]
    public void Without_Table_1_no_other_system_is_run()
    {
        var work = Tables.Work(Tables.All.Where(t => t.Number != 1), DatasetNames.Paper);
        Assert.DoesNotContain(work, w => w.Method is Peer);
        Assert.Contains(Tables.Work(Tables.All, DatasetNames.Paper),
            w => w.Method is Peer { Key: "dssn" } && w.Dataset == DatasetId.CasmeII);
        Assert.DoesNotContain(Tables.Work(Tables.All, DatasetNames.Paper),
            w => w.Method is Peer && w.Dataset == DatasetId.Samm);
        Assert.Equal(work.Length, work.Select(w => (w.Method, w.Dataset)).Distinct().Count());
        // On both data sets the paper's twelve, shuffled and predicted action units, and both readings of the learned
        // direction.
        Assert.Equal(2 * (12 + 2 + 2), work.Length);
    }

    [Fact]
    public void Work_says_which_tables_show_it() =>
        Assert.Equal([3, 5], Assert.Single(Tables.Work([Tables.Numbered(3), Tables.Numbered(5)], DatasetNames.Paper),
            w => w.Method == Tables.Full && w.Dataset == DatasetId.Samm).Tables.AsEnumerable());

    /// <summary>
    /// Where the paper prints nothing there is nothing to leave out: another data set has the rows of every table.
    /// </summary>
    [Fact]
    public void Other_data_sets_have_the_rows_of_every_table()
    {
        Assert.All(Tables.All, t => Assert.True(t.IsOn(DatasetId.Composite) && t.IsOn(DatasetId.Own)));
        Assert.Equal([1], Tables.All.Where(t => !t.IsOn(DatasetId.Samm)).Select(t => t.Number));
        var work = Tables.Work(Tables.All, [DatasetId.Composite]);
        Assert.Contains(work, w => w.Method is Peer { Key: "ststnet" });
        Assert.Equal(Tables.Work(Tables.All, [DatasetId.CasmeII]).Select(w => w.Method), work.Select(w => w.Method));
    }

    /// <summary>A plan of no folds has no costliest one; it ended in a stack trace.</summary>
    [Fact]
    public void Tables_without_rows_on_the_data_are_refused()
    {
        using var bench = new Workbench { Only = [DatasetId.Samm] };
        Assert.Equal([DatasetId.Samm],
            TablesCommand.On(bench, [Tables.Numbered(1), Tables.Numbered(2)]).AsEnumerable());
        Assert.Contains("have no rows on SAMM",
            Assert.Throws<UserErrorException>(() => TablesCommand.On(bench, [Tables.Numbered(1)])).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("loso --dataset samm --sets casme2,smic", "--dataset samm is one set")]
    [InlineData("tables --sets casme2,smic", "no --dataset is given")]
    public void Sets_that_no_protocol_joins_are_refused(string line, string why)
    {
        var error = Assert.Throws<UserErrorException>(() =>
            MerKernel.Cli.RootCommands.Create().Parse(line).Invoke(new() { EnableDefaultExceptionHandler = false }));
        Assert.Contains($"--sets names the parts of --dataset composite or cross-dataset; {why}", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_full_network_stands_in_every_table() =>
        Assert.All(Tables.All, t => Assert.Contains(t.Printed, r => r.Method == Tables.Full));

    [Fact]
    public void Only_table_1_lacks_SAMM() =>
        Assert.Equal([1],
            Tables.All.Where(t => t.Printed.Any(r => r.On(DatasetId.Samm) is null)).Select(t => t.Number));

    static readonly MerNetOptions Base = new() { InputSize = 56, WidthDivisor = 8, Classes = 4 };

    [Fact]
    public void A_change_leaves_size_and_classes_alone() => Assert.All(Tables.Changes, change =>
    {
        var options = (MerNetOptions)change.Of(Base).Model;
        Assert.Equal((56, 8, 4), (options.InputSize, options.WidthDivisor, options.Classes));
    });

    [Fact]
    public void The_full_network_is_the_base_itself() => Assert.Equal(Base, Tables.Full.Of(Base).Model);

    // Motion stream, position stream, action units: the readings of the four ablations of Table 2 and of Table 7.
    [Theory]
    [InlineData("baseline", MotionStream.ResNet18, PositionStream.None, ActionUnitSource.None)]
    [InlineData("cva", MotionStream.ContinuousAttention, PositionStream.None, ActionUnitSource.None)]
    [InlineData("fpf", MotionStream.ResNet18, PositionStream.Swin, ActionUnitSource.None)]
    [InlineData("au", MotionStream.ResNet18, PositionStream.None, ActionUnitSource.Annotated)]
    [InlineData("au-shuffled", MotionStream.ContinuousAttention, PositionStream.Swin, ActionUnitSource.Shuffled)]
    [InlineData("no-au", MotionStream.ContinuousAttention, PositionStream.Swin, ActionUnitSource.None)]
    public void Ablations_take_away_what_their_row_says(string key, MotionStream motion, PositionStream position,
        ActionUnitSource units)
    {
        var experiment = Tables.ChangeNamed(key).Of(Base);
        var options = (MerNetOptions)experiment.Model;
        Assert.Equal((motion, position, units), (options.Motion, options.Position, experiment.ActionUnits));
    }

    [Fact]
    public void An_unknown_key_lists_the_known_ones()
    {
        Assert.Contains("both-directions", Assert.Throws<UserErrorException>(() => Tables.ChangeNamed("both")).Message);
        Assert.Contains("ststnet", Assert.Throws<UserErrorException>(() => Tables.Named("both")).Message);
    }

    static string Digits(Row row) => string.Join(' ',
        new[] { row.CasmeII, row.Samm }.OfType<Printed>()
            .SelectMany(f => new[] { f.Accuracy, f.F1 }).Select(d => d.ToString(CultureInfo.InvariantCulture)));

    /// <summary>
    /// The paper's text, shared/paper.txt next to the checkout or one of its parents; it is not part of the repository.
    /// </summary>
    static string? PaperText()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "paper.txt");
            if (File.Exists(path)) return File.ReadAllText(path);
        }
        return null;
    }

    /// <summary>
    /// Numbers of each table's rows: tab-separated lines that end in numbers, up to the caption below them.
    /// </summary>
    static Dictionary<int, string[]> TablesIn(string text)
    {
        var tables = new Dictionary<int, string[]>();
        var rows = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            var cells = line.Split('\t').Skip(1).Select(c => Markup().Replace(c, "").Trim()).ToArray();
            if (cells.Length > 0
                && cells.All(c => decimal.TryParse(c, NumberStyles.Number, CultureInfo.InvariantCulture, out _)))
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
