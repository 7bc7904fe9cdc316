using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MerKernel.Cli;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Synthetic;

namespace MerKernel.Tests;

/// <summary>
/// The numbers of README and docs. Those that the library can compute in a moment, or that the published runs hold
/// (results/published/PROFILE/tables.json), are computed here as the page words them, so that a stale one fails.
/// docs/claims.json has for every section with figures the command that makes them. After a new published run
/// MER_ACCEPT_CLAIMS=1 writes the table of docs/results.md anew.
/// </summary>
public sealed partial class ClaimsTests
{
    static readonly string s_root = RepositoryRoot.Find();
    static readonly Lazy<List<JsonElement>> s_rows = new(() => Published("small")),
        s_medium = new(() => Published("medium")), s_mediumSeeds = new(() => Published("medium", "seeds"));

    const string FullRow = "CVA block + FPF block + AU embedding", LookUp = "action-unit lookup (no image)",
        Majority = "majority class", NoUnits = "full network without action units",
        UnitNetwork = "action-unit network (no image)";

    [Fact]
    public void README_has_the_figures_of_the_published_medium_run()
    {
        (string Text, string Row, string Protocol)[] lines =
        [
            ("majority class", Majority, "none"), ("look-up of the nearest action units, no image", LookUp, "none"),
            ("images only: full network without action units", NoUnits, "final"),
            ("images only: motion stream (CVA)", "CVA block", "final"), ("full network", FullRow, "final"),
            ("full network, epoch chosen on the test subject (the rule of the successor's published code)", FullRow,
                "best-test"),
        ];
        double Medium(string dataset, string row, string protocol = "final") =>
            Of(dataset, row, protocol, s_mediumSeeds.Value);
        Demand("README.md", [$"mean of {Seeds("medium")}", .. lines.Select(l =>
            $"| {l.Text} | {Medium("casme2", l.Row, l.Protocol):0.0} | {Medium("samm", l.Row, l.Protocol):0.0} |")]);
        var gains = Gains(s_medium.Value).ToList();
        Demand("README.md",
            Text($"adds {gains.Min():0} to {gains.Max():0} points to a row with seed 1, {gains.Average():0.0} on average"));
        string Side(string dataset) =>
            Medium(dataset, FullRow) - Medium(dataset, LookUp, "none") is var lead && lead >= 0
                ? Text($"{lead:0.0} points above it")
                : Text($"{-lead:0.0} points below it");
        Demand("README.md", $"{Side("casme2")} on CASME II and {Side("samm")} on SAMM");
        static string Both(string row, int? table = null) =>
            $"({string.Join(" and ", LookUpPs("medium", "seeds", row, table))})";
        static string Said(string p) =>
            double.Parse(p.Split(' ')[^1], CultureInfo.InvariantCulture) < 0.05 ? "is supported" : "is not";
        var (first, second) = (LookUpPs("medium", "seeds")[0], LookUpPs("medium", "seeds")[1]);
        Demand("README.md", $"The first difference {Said(first)} (UF1, all seeds' decisions pooled, {first} after " +
            $"Holm's correction), the second {Said(second)} ({second})");
        Demand("docs/results.md", $"the first difference {Said(first)} and the second {Said(second)} (UF1",
            Both(NoUnits), Both("AU embedding", table: 2),
            Text($"is {Medium("casme2", "AU embedding") - Medium("casme2", FullRow):0.0} points above the full network on CASME II and {Medium("samm", FullRow) - Medium("samm", "AU embedding"):0.0} below it on SAMM"),
            $"({first} and {LookUpPs("medium", "seeds", "action-unit network (no image)")[0]})");
    }

    /// <summary>How p of the full network and the look-up reads in the controls of a published run.</summary>
    static string LookUpP(string profile, string file = "tables")
    {
        var found = LookUpPs(profile, file);
        return $"(UF1, permutation test by subject, {found[0]} and {found[1]} after Holm's correction)";
    }

    /// <summary>
    /// p of the full network and a row, the look-up, on each data set, such as 'p = .157'; of one table where the label
    /// is the end of another table's too.
    /// </summary>
    static List<string> LookUpPs(string profile, string file, string row = LookUp, int? table = null)
    {
        var page = File.ReadAllText(Path.Combine(s_root, "results", "published", profile, file + ".md"));
        var found = page.Split("\n## ").Where(s => table is null || s.StartsWith($"Table {table}:"))
            // In a sentence, as the medium pages have it, or in the row's last column but two.
            .SelectMany(s => Regex.Matches(s, $@"(?:{Regex.Escape(row)} \([^,()]+, |" +
                $@"\| \*?{Regex.Escape(row)}\*? \|[^\n]* )(?<p>p [=<] [\d.]+)").Take(1))
            .Select(m => m.Groups["p"].Value).ToList();
        Assert.Equal(2, found.Count);
        return found;
    }

    static List<JsonElement> Published(string profile, string file = "tables") => [.. JsonDocument.Parse(
        File.ReadAllText(Path.Combine(s_root, "results", "published", profile, file + ".json")))
        .RootElement.EnumerateArray()];

    /// <summary>The seeds of the published rows of Table 2, in words.</summary>
    static string Seeds(string profile) => Published(profile, "seeds")
        .First(r => r.GetProperty("row").GetString() == FullRow && r.TryGetProperty("seeds", out _))
        .GetProperty("seeds").GetArrayLength() switch
    {
        2 => "two seeds",
        3 => "three seeds",
        4 => "four seeds",
        5 => "five seeds",
        var other => $"{other} seeds",
    };

    [Theory]
    [InlineData("small", "Small profile")]
    [InlineData("medium", "Medium profile")]
    public void The_tables_of_results_are_those_of_the_published_runs(string profile, string section)
    {
        var rows = profile == "small" ? s_rows.Value : s_medium.Value;
        var lines = new List<string>();
        foreach (var group in rows.Where(r => r.GetProperty("protocol").GetString() == "final"
            && r.GetProperty("measured").ValueKind == JsonValueKind.Object)
            .GroupBy(r => r.GetProperty("row").GetString()!))
        {
            string Cell(string dataset, string protocol) =>
                group.Any(r => r.GetProperty("dataset").GetString() == dataset)
                    ? Text($"{Of(dataset, group.Key, protocol, rows):0.0}") : "–";
            lines.Add($"| {group.First().GetProperty("table").GetInt32()} | {group.Key} | {Cell("casme2", "final")} " +
                $"| {Cell("casme2", "best-test")} | {Cell("samm", "final")} | {Cell("samm", "best-test")} |");
        }
        var page = Path.Combine(s_root, "docs", "results.md");
        var all = File.ReadAllText(page);
        var from = all.IndexOf($"## {section}\n", StringComparison.Ordinal);
        var to = all.IndexOf("\n## ", from + 1, StringComparison.Ordinal) is > 0 and var next ? next : all.Length;
        var text = all[from..to];
        if (Environment.GetEnvironmentVariable("MER_ACCEPT_CLAIMS") is { Length: > 0 })
        {
            text = ResultRows().Replace(text, string.Concat(lines.Select(l => l + "\n")));
            File.WriteAllText(page, all[..from] + text + all[to..]);
        }
        // Those of the run, and none that it does not have.
        Assert.Equal(lines, text.Split('\n').Where(l => ResultRow().IsMatch(l)));
    }

    [Fact]
    public void The_text_of_results_is_true_of_the_published_medium_run()
    {
        double Medium(string dataset, string row, string protocol = "final") =>
            Of(dataset, row, protocol, s_medium.Value);
        double Above(string dataset) => Medium(dataset, NoUnits) - Medium(dataset, Majority, "none");
        double Below(string dataset) => Medium(dataset, LookUp, "none") - Medium(dataset, FullRow);
        double Rule(string row) => Medium("casme2", row, "best-test") - Medium("casme2", row);
        const string detected = "With predicted AUs";
        Demand("docs/results.md",
            Text($"Without action units the full network has {Medium("casme2", NoUnits):0.0} and {Medium("samm", NoUnits):0.0} %, {Above("casme2"):0} and {Above("samm"):0} points above the majority class"),
            Text($"The motion stream by itself has {Medium("casme2", "CVA block"):0.0} and {Medium("samm", "CVA block"):0.0} %"),
            Text($"{Below("casme2"):0.0} points below it on CASME II and {Below("samm"):0.0} on SAMM"),
            LookUpP("medium"),
            Text($"from {Medium("casme2", FullRow):0.0} to {Medium("casme2", FullRow, "best-test"):0.0} % on CASME II and the images without action units from {Medium("casme2", NoUnits):0.0} to {Medium("casme2", NoUnits, "best-test"):0.0} %: {Rule(FullRow):0} and {Rule(NoUnits):0} points"),
            Text($"{Medium("casme2", detected):0.0} % on CASME II instead of {Medium("casme2", NoUnits):0.0}, and {Medium("samm", detected):0.0} on SAMM instead of {Medium("samm", NoUnits):0.0}"),
            Text($"vertical attention has {Medium("casme2", FullRow):0.0} and {Medium("samm", FullRow):0.0} %, horizontal {Medium("casme2", "Horizontal attention (X)"):0.0} and {Medium("samm", "Horizontal attention (X)"):0.0}"));
    }

    [Fact]
    public void The_text_of_results_is_true_of_the_published_small_run()
    {
        double Above(string row, string dataset) => Of(dataset, row) - Of(dataset, Majority, "none");
        var above = (from row in (string[])["Baseline (ResNet)", "CVA block", "FPF block", NoUnits]
                     from dataset in (string[])["casme2", "samm"]
                     select Above(row, dataset)).ToList();
        double Part(string dataset, string first, string second) => Of(dataset, first) - Of(dataset, second);
        var frames = (string[])["Apex input", "Onset input"];
        double Right(string row, string statistics) =>
            s_rows.Value.First(r => r.GetProperty("row").GetString() == row && r.TryGetProperty("statistics", out _))
                .GetProperty("statistics") is var s
                ? 100.0 * s.GetProperty(statistics).GetInt32() / s.GetProperty("clips").GetInt32() : 0;
        Demand("docs/results.md", LookUpP("small"),
            Text($"({Right("Graph-TCN (2020)", "running"):0} % of training clips right, {Right("Graph-TCN (2020)", "batch"):0} % with the batch's). AMAN: {Right("AMAN (2022)", "running"):0} % with running statistics, {Right("AMAN (2022)", "batch"):0} % with the batch's"),
            Text($"MiMaNet has {Right("MiMaNet (2021)", "running"):0} % of its training clips right"),
            Text($"The majority class has {Of("casme2", Majority, "none"):0.0} and {Of("samm", Majority, "none"):0.0} %"),
            Text($"ends {above.Min():0} to {above.Max():0} points above it"),
            Text($"with no image, has {Of("casme2", LookUp, "none"):0.0} and {Of("samm", LookUp, "none"):0.0} %. The full network has {Of("casme2", FullRow):0.0} and {Of("samm", FullRow):0.0}:"),
            Text($"A small network on the units and no image has {Of("casme2", UnitNetwork, "none"):0.0} and {Of("samm", UnitNetwork, "none"):0.0}, more than the full network on both."),
            Text($"vertical attention is {Part("casme2", FullRow, "Horizontal attention (X)"):0.0} points above horizontal on CASME II and {-Part("samm", FullRow, "Horizontal attention (X)"):0.0} below on SAMM"),
            Text($"two frames are {frames.Min(f => Part("casme2", FullRow, f)):0} to {frames.Max(f => Part("casme2", FullRow, f)):0} points above one, and on SAMM {frames.Min(f => -Part("samm", FullRow, f)):0} to {frames.Max(f => -Part("samm", FullRow, f)):0} points below"));
    }

    /// <summary>results/published/PROFILE/seeds.json: rows of Table 2 and the look-up with several seeds.</summary>
    [Theory]
    [InlineData("small")]
    [InlineData("medium")]
    public void Several_seeds_are_those_of_the_published_file(string profile)
    {
        var rows = Published(profile, "seeds").Where(r => r.GetProperty("protocol").GetString() is "final" or "none"
            && r.GetProperty("measured").ValueKind == JsonValueKind.Object).ToList();
        JsonElement Row(string dataset, string row) =>
            rows.First(r => r.GetProperty("dataset").GetString() == dataset && r.GetProperty("row").GetString() == row);
        double Accuracy(JsonElement row, string of = "measured") =>
            row.GetProperty(of).GetProperty("accuracy").GetDouble();
        string Cell(string dataset, string row) =>
            Row(dataset, row) is var r && r.TryGetProperty("seeds", out _)
                ? Text($"{Accuracy(r):0.0} ± {Accuracy(r, "deviation"):0.0}") : Text($"{Accuracy(r):0.0}");
        string[] images = ["Baseline (ResNet)", "CVA block", "FPF block", NoUnits];
        Demand("docs/results.md", [.. images.Concat(["AU embedding", FullRow, LookUp, Majority])
            .Select(row => $"| {row} | {Cell("casme2", row)} | {Cell("samm", row)} |")]);
        var above = (from row in images
                     from dataset in (string[])["casme2", "samm"]
                     select Accuracy(Row(dataset, row)) - Accuracy(Row(dataset, Majority))).ToList();
        double Below(string dataset) => Accuracy(Row(dataset, LookUp)) - Accuracy(Row(dataset, FullRow));
        Demand("docs/results.md", LookUpP(profile, "seeds"),
            Text($"end {above.Min():0} to {above.Max():0} points above the majority class in the mean of {Seeds(profile)}"),
            Text($"the look-up minus the full network is {Below("casme2"):0.0} points on CASME II and {Below("samm"):0.0} on SAMM"));
    }

    [Fact]
    public void Directions_and_frames_of_several_seeds_are_those_of_the_published_file()
    {
        var rows = Published("medium", "seeds");
        string Cells(string label) => string.Join(" and ", DatasetNames.Paper.Select(id =>
        {
            var row = Row(id.Key(), label, "final", rows);
            double Accuracy(string of) => row.GetProperty(of).GetProperty("accuracy").GetDouble();
            return Text($"{Accuracy("measured"):0.0} ± {Accuracy("deviation"):0.0}");
        }));
        string UF1(DatasetId id, string label) => Row(id.Key(), label, "final", rows).GetProperty("measured")
            .GetProperty("uf1").GetDouble().ToString(".000", CultureInfo.InvariantCulture);
        string Ps(string label) => string.Join(" and ", LookUpPs("medium", "seeds", label));
        Assert.All((string[])["Apex input", "Onset input"], label => Assert.All(DatasetNames.Paper,
            id => Assert.Equal(5, Row(id.Key(), label, "final", rows).GetProperty("seeds").GetArrayLength())));
        Demand("docs/results.md",
            $"the network has {Cells("With predicted AUs")} %, without any {Cells(NoUnits)}. " +
            $"In UF1 they are above none on both sets: {string.Join(" and ", DatasetNames.Paper.Select(id =>
                $"{UF1(id, "With predicted AUs")} against {UF1(id, NoUnits)}"))}.",
            $"vertical attention has {Cells("Vertical attention (Y)")} %, " +
            $"horizontal {Cells("Horizontal attention (X)")} ({Ps("Horizontal attention (X)")})",
            $"{Cells("Apex input")} %", $"{Cells("Onset input")} %",
            $"independent attention has {Cells("Independent attention")} % ({Ps("Independent attention")}), ViT in " +
            $"place of Swin {Cells("FPF block based on ViT")} ({Ps("FPF block based on ViT")})",
            $"({Ps("Apex input")}; {Ps("Onset input")})");
    }

    [Fact]
    public void What_the_full_network_reads_is_that_of_the_published_notebook()
    {
        var sets = PublishedTables("medium", "17-table7", "same prediction");
        Assert.Equal(2, sets.Count);
        string Same(string input) => string.Join(" and ", sets.Select(rows => rows.Single(r => r.Length == 3
            && r[0].StartsWith(input, StringComparison.Ordinal))[1]));
        string Right(string input) => string.Join(" and ", sets.Select(rows => rows.Single(r => r.Length == 3
            && r[0].StartsWith(input, StringComparison.Ordinal))[2]));
        string[] all = Same("as it is").Split(" and "), frames = Same("frames of another").Split(" and ");
        Demand("README.md", $"{frames[0]} of {all[0]} of its predictions on CASME II and {frames[1]} of {all[1]} on " +
            "SAMM stay the same");
        Demand("docs/results.md",
            $"{frames[0]} of {all[0]} predictions on CASME II and {frames[1]} of {all[1]} on SAMM stay the same; " +
            $"with that clip's units, {Same("units of another")}",
            $"Of the predictions on the other subject's frames {Right("frames of another")} are right, of those on " +
            $"the clips' own {Right("as it is")}.");
    }

    [Fact]
    public void Rows_without_units_are_those_of_the_published_notebook()
    {
        List<string[][]> Sets(string with) => PublishedTables("medium-no-units", "25-truth", with);
        // Table, row, what it sees, limit, accuracy, points below.
        var rows = Sets("How far each row is from its limit").Select(t => t.Where(r => r is ["3" or "4", ..]).ToList())
            .ToList();
        // Claim, truth, difference with its interval, in words.
        var claims = Sets("orders against the truth").Select(t => t.Where(r => r is [_, _, [_, ..], not "interval"])
            .ToList()).ToList();
        Assert.Equal([2, 2], [rows.Count, claims.Count]);
        string Row(string label, string name) =>
            $"| {name} | {string.Join(" | ", rows.Select(t => t.First(r => r[1] == label)[4]))} |";
        Demand("docs/results.md", [Row("Vertical attention (Y)", "rows (Y), continuous: the full network"),
            Row("Horizontal attention (X)", "columns (X)"), Row("Both directions (X+Y)", "both (X+Y)"),
            Row("Independent attention", "rows, independent"),
            .. claims[0].Zip(claims[1], (a, b) => $"| {a[0]} | {a[2]} | {b[2]} |")]);
        const string both = "Table 3: Y above both directions";
        string[] without = [.. claims.Select(set => set.Single(c => c[0] == both)[2].TrimStart('+'))];
        string[] with = [.. PublishedTables("medium", "25-truth", "orders against the truth")
            .Select(t => t.Single(r => r[0] == both)[2].TrimStart('+').Split(' ')[0])];
        Demand("README.md", $"at once is {without[0]} and {without[1]} points below rows",
            $"next to units, {with[0]} and {with[1]}.");
        Demand("docs/results.md", $"the same two rows are {with[0]} and {with[1]} points apart");
        // All that the page says of an interval.
        Assert.Equal(["contains 0", "contains 0", "contains 0", "contains 0", "above 0", "contains 0"],
            claims.SelectMany(set => set.Select(c => c[3])));
    }

    [Fact]
    public void No_row_of_Tables_3_to_6_has_a_supported_difference() => Assert.All(
        File.ReadAllText(Path.Combine(s_root, "results", "published", "medium", "seeds.md")).Split("\n## ")
            .Where(s => Regex.IsMatch(s, "^Table [3-6]:")).ToList() is { Count: 8 } tables ? tables : [""],
        table => Assert.Contains("Differences the data support: none.", table));

    [Fact]
    public void Detected_units_are_those_of_the_published_notebook()
    {
        // Unit, clips, F1, interval, F1 of naming it always.
        var sets = PublishedTables("small", "17-table7", "Action units as detectors find them")
            .Select(t => t.Where(r => r.Length == 5 && r[0] != "unit").ToArray()).ToList();
        Assert.Equal([11, 11], sets.Select(s => s.Length));
        Demand("docs/results.md", [.. sets[0].Zip(sets[1], (a, b) => $"| {string.Join(" | ", [.. a, .. b])} |")]);
        var better = sets.SelectMany(s => s).Count(r => r[0] != "mean"
            && double.Parse(r[2], CultureInfo.InvariantCulture) > double.Parse(r[4], CultureInfo.InvariantCulture));
        Demand("docs/results.md", $"{better} of the 20 units are found better than by naming them always");
    }

    [Fact]
    public void Sizes_of_the_streams_are_those_of_the_published_notebooks()
    {
        const string notebook = "27-stream-scale";
        static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
        var medium = PublishedTables("medium-no-units", notebook, "Fresh weights");
        var small = PublishedTables("small", notebook, "Fresh weights");
        // One data set and the paper's size; two and the paper's.
        Assert.Equal((2, 3), (medium.Count, small.Count));
        string Size(string[][] table, string row) => table.Single(r => r[0] == row)[3];
        double Paper(string row) => Number(Size(medium[1], row));
        Demand("docs/results.md",
            [.. ((string[])["rows (Y)", "both (X+Y)", "rows, independent", "both, independent"]).Select(row =>
                $"| {row} | {string.Join(" | ", ((string[][][])[medium[1], medium[0], small[1], small[0]])
                    .Select(table => Size(table, row)))} |"),
             $"by a factor of {Paper("rows (Y)") / Paper("both (X+Y)"):0}; that of Table 4's independent blocks is " +
             $"{Paper("rows, independent") / Paper("rows (Y)"):0} times as large"]);

        // Row, SAMM; row, CASME II, SAMM: training and test of each.
        var (one, two) = (Assert.Single(PublishedTables("medium-no-units", notebook, "training clips")),
            Assert.Single(PublishedTables("small", notebook, "training clips")));
        var rows = one.Where(r => r.Length == 3 && char.IsAsciiDigit(r[1][0])).Select(r => (string[])[r[0],
            .. r[1..], .. two.Single(t => t[0] == r[0])[3..], .. two.Single(t => t[0] == r[0])[1..3]]).ToList();
        Assert.Equal(7, rows.Count);
        Demand("docs/results.md", [.. rows.Select(r => $"| {string.Join(" | ", r)} |")]);

        // Three predictions, four questions of figure 1, the same four with equal sizes; set by set.
        var tests = PublishedTables("medium-no-units", notebook, "the first row minus the second")
            .Select(t => t.Where(r => r.Length == 7 && r[0] != "first").ToArray()).ToList();
        Assert.Equal([3, 4, 4], tests.Select(t => t.Length));
        var few = PublishedTables("small", notebook, "the first row minus the second")
            .Select(t => t.Where(r => r.Length == 7 && r[0] != "first").ToArray()).ToList();
        string Span(int prediction)
        {
            var apart = few.Where(t => t.Length == 3).Append(tests[0]).Select(t => Number(t[prediction][2])).ToList();
            Assert.All(apart, a => Assert.True(a > 0));
            return $"{apart.Min():0} to {apart.Max():0}";
        }
        Demand("docs/results.md", $"X+Y with F_M times 16 is above X+Y by {Span(0)} points, rows are above rows with " +
            $"F_M over 16 by {Span(1)}, and X+Y with independent blocks is above X+Y by {Span(2)}.");
        string P(string[] test) => test[6] == "below 0.001" ? "p < .001"
            : Number(test[6]).ToString("'p = '.000", CultureInfo.InvariantCulture);
        static string[] Both(string[][] four) =>
            four.Single(r => r[0].StartsWith("both (X+Y)", StringComparison.Ordinal));
        var (shown, equal) = (Both(tests[1]), Both(tests[2]));
        var accuracies = PublishedTables("medium-no-units", notebook, "accuracy in percent, final epoch")
            .Concat(PublishedTables("small", notebook, "accuracy in percent, final epoch").AsEnumerable().Reverse())
            .Select(t => t.Where(r => r.Length == 3 && char.IsAsciiDigit(r[1][0])).ToArray()).ToList();
        Assert.Equal([5, 5, 5], accuracies.Select(t => t.Length));
        // CASME II and SAMM, each in figure 1 and with equal sizes.
        var both = few.Where(t => t.Length == 4).Select(t => Both(t)[2].TrimStart('-')).ToList();
        Assert.Equal(4, both.Count);
        Assert.True(Number(both[3]) < Number(both[2]) / 2 && Number(both[1]) <= Number(both[0]) / 2);
        var gains = accuracies.SelectMany(t => t).Select(r => Number(r[2]) - Number(r[1])).ToList();
        Assert.All(gains, g => Assert.True(g > 0));
        Demand("docs/results.md",
            $"from {both[2]} to {both[3]} points on SAMM and from {both[0]} to {both[1]} on CASME II",
            $"in all three sets**, by {gains.Min():0} to {gains.Max():0} points");
        Assert.Contains("seeds 1, 2, 3 together", File.ReadAllText(Path.Combine(s_root, "results", "published",
            "medium-no-units", $"{notebook}.ipynb")));
        var levelled = accuracies[0].Select(r => Number(r[2])).ToList();
        Demand("docs/results.md",
            [$"(UF1, {P(tests[0][0])} and {P(tests[0][2])} after Holm's correction over the three) and not the " +
             $"second ({P(tests[0][1])})",
             .. accuracies[0].Select((r, i) =>
                 $"| {r[0]} | {string.Join(" | ", accuracies.SelectMany(t => t[i][1..]))} |"),
             $"{shown[2].TrimStart('-')} points below rows in the networks of figure 1 ({P(shown)} after Holm's " +
             $"correction over four) and level with them where the sizes are equal ({equal[2]}, 95 % interval " +
             $"{equal[3]}); all five rows are then between {levelled.Min():0.0} and {levelled.Max():0.0} %"]);
        Demand("README.md", $"({Number(accuracies[0].Single(r => r[0] == "both (X+Y)")[2]):0.0} and " +
            $"{Number(accuracies[0].Single(r => r[0] == "rows (Y)")[2]):0.0} %, medium SAMM, three seeds;");
    }

    [Fact]
    public void The_power_of_the_small_tables_is_that_of_the_published_run()
    {
        var page = File.ReadAllText(Path.Combine(s_root, "results", "published", "small", "tables.md"));
        // One line for each data set of Tables 2 to 7: here, here corrected, on the real counts, these corrected.
        var lines = page.Split('\n').Where(l => l.StartsWith("Power: ", StringComparison.Ordinal)).Skip(1)
            .Select(l => Regex.Matches(l,
                    @"(?:is|and) (?:([\d.]+) points|beyond reach, however large,) (?:in|after)")
                .Select(m => m.Groups[1].Success
                    ? double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) : (double?)null).ToList()).ToList();
        Assert.Equal(12, lines.Count);
        string Span(IEnumerable<double?> values) => $"{values.Min():0} to {values.Max():0}";
        // Where the real counts give the same, the line says so.
        var real = lines.Select(l => l.Count == 4 ? (l[2], l[3]) : (l[0], l[1])).ToList();
        Assert.All(lines, l => Assert.Null(l[1]));
        Assert.All(lines.Where((_, i) => i % 2 == 1 && i < 11), samm => Assert.Null(samm[0]));
        Assert.All(real.Where((_, i) => i % 2 == 1 && i < 11), samm => Assert.Null(samm.Item2));
        Assert.Equal([3, 9], real.Index().Where(r => r.Item.Item1 is null).Select(r => r.Index));
        Demand("docs/results.md", $"could show {Span(lines.Where((_, i) => i % 2 == 0).Select(l => l[0]))} points",
            $"could show any, {lines[11][0]:0} points", $"could show {Span(real.Select(r => r.Item1))} points",
            $"and {Span(real.Select(r => r.Item2))} after the correction");
    }

    [Fact]
    public void Linear_rules_are_those_of_the_published_notebooks()
    {
        string[] rules = ["one number and one absolute number per row", "the same per column",
            "the whole difference image"];
        var found = new[] { "small", "medium" }
            .SelectMany(p => PublishedTables(p, "25-truth", "Rows and columns"))
            .ToList();
        Assert.Equal(4, found.Count);
        string Row(string name, string rule, int from = 0) =>
            $"| {name} | {string.Join(" | ", found[from..].Select(t => t.Single(r => r[0] == rule)[1]))} |";
        Demand("docs/results.md", Row("linear rule on one profile along the rows", rules[0]),
            Row("linear rule on one along the columns", rules[1]),
            Row("linear rule on the whole difference", rules[2]));
        Demand("README.md", Row("images only: ridge regression on the difference image", rules[2], from: 2));
        var lead = DatasetNames.Paper.Zip(found[2..], (id, table) =>
            Of(id.Key(), "CVA block", rows: s_mediumSeeds.Value)
            - Exact(id, table.Single(r => r[0] == rules[2])[1])).ToList();
        // The printed share, as clips right of all: a difference is not taken from rounded figures.
        static double Exact(DatasetId id, string percent)
        {
            double clips = ClaimsTests.Row(id.Key(), LookUp, "none", s_mediumSeeds.Value)
                .GetProperty("clips").GetInt32();
            return 100 * Math.Round(double.Parse(percent, CultureInfo.InvariantCulture) * clips / 100) / clips;
        }
        Demand("README.md",
            Text($"The motion stream by itself is {lead[0]:0.0} points above the rule on CASME II"),
            Text($"and {-lead[1]:0.0} below it on SAMM, untested"));
    }

    /// <summary>The cells of the tables of a published notebook whose caption or cells have a text.</summary>
    static List<string[][]> PublishedTables(string profile, string notebook, string with)
    {
        var cells = JsonDocument.Parse(File.ReadAllText(
            Path.Combine(s_root, "results", "published", profile, notebook + ".ipynb"))).RootElement;
        return [.. cells.GetProperty("cells").EnumerateArray().Where(c => c.TryGetProperty("outputs", out _))
            .SelectMany(c => c.GetProperty("outputs").EnumerateArray())
            .Select(o => o.TryGetProperty("data", out var data) && data.TryGetProperty("text/html", out var text)
                ? string.Concat(text.EnumerateArray().Select(t => t.GetString())) : "")
            .SelectMany(html => html.Split("<caption")[1..])
            .Where(table => table.Contains(with, StringComparison.Ordinal)).Select(table => TableRow().Matches(table)
            .Select(r => TableCell().Matches(r.Value).Select(c => c.Groups[1].Value).ToArray()).ToArray())];
    }

    [Fact]
    public void Sizes_and_limits_of_the_synthetic_sets_are_the_generators()
    {
        var (small, medium, tiny) = (Counts(SyntheticOptions.Small), Counts(SyntheticOptions.Medium),
            Counts(SyntheticOptions.Tiny));
        Demand("README.md",
            $"CASME II (synthetic, {medium[0].Clips} clips) | SAMM (synthetic, {medium[1].Clips} clips)",
            $"synthetic CASME II and SAMM, {small[0].Subjects} subjects each");
        Demand("data/README.md", $"The small sets have {small[0].Clips} and {small[1].Clips} five-class clips",
            $"--size tiny --out data/tiny              # {tiny[0].Subjects} subjects per set",
            $"# {small[0].Subjects} subjects per set");
        Demand("docs/results.md",
            $"Eight subjects with {small[0].Clips} and {small[1].Clips} clips, {Profile.Small.Model.InputSize}-pixel " +
            $"frames, a sixteenth of the paper's width, {Profile.Small.Training.Epochs} epochs",
            $"the real counts of subjects and clips ({medium[0].Clips} and {medium[1].Clips})",
            $"2/{1 << small[0].Subjects}");
        foreach (var profile in (Profile[])[Profile.Tiny, Profile.Small, Profile.Medium, Profile.Paper])
            Demand("docs/glossary.md", $"| `{profile.Name}` | {profile.Model.InputSize} pixels |",
                $"| {profile.Training.Epochs} |");
        Demand("docs/glossary.md", $"{tiny[0].Clips} clips of {tiny[0].Subjects} subjects per set",
            $"{small[0].Clips} and {small[1].Clips} clips of {small[0].Subjects} subjects",
            $"{medium[0].Clips} and {medium[1].Clips} clips, the real counts");
        Assert.Equal((8, 8, 16), (small[0].Subjects, small[1].Subjects, Profile.Small.Model.WidthDivisor));

        var truths = (from size in (SyntheticSize[])[SyntheticSize.Small, SyntheticSize.Medium]
                      from id in DatasetNames.Paper
                      select KnownTruth.Of(id, size)).ToList();
        string Limits(string what, Func<KnownTruth, Limit> of) =>
            $"| {what} | {string.Join(" | ", truths.Select(t => Text($"{100 * of(t).Accuracy:0.0}")))} |";
        Demand("docs/results.md", Limits("the commonest class", t => t.Majority),
            Limits("limit from the 21 coded action units", t => t.ActionUnits),
            Limits("limit from the movement, with the traces that no coder notes", t => t.Movement),
            Limits("limit from both", t => t.Both));

        var four = SyntheticSet.Truth(DatasetId.CasmeII, SyntheticOptions.Full with { Subjects = 4 });
        SyntheticClip Clip(string subject, string name) => four.Single(c => (c.Subject, c.Name) == (subject, name));
        var (apexless, faceless) = (Clip("02", "EP02_12f"), Clip("03", "EP03_01"));
        Demand("docs/rehearsal.md",
            Text($"Four subjects of the full-size set: {four.Length} clips, {four.Sum(c => c.FrameCount):#,0} frames"),
            $"sub02/EP02_12f/img{apexless.Apex}.jpg",
            $"lacks the apex frame {apexless.Apex} (it has {apexless.Onset} to {apexless.Offset})",
            $"missing between {apexless.Apex - 1} and {apexless.Apex + 1}",
            $"sub03/EP03_01/img{faceless.Onset}.jpg, an onset");
    }

    [Fact]
    public void Counts_of_the_paper_and_its_tables_are_the_librarys()
    {
        var (casme2, samm) = (PaperAudit.Ablations(DatasetId.CasmeII), PaperAudit.Ablations(DatasetId.Samm));
        Demand("README.md",
            $"{samm.Count(f => !f.Possible)} of its {samm.Length} ablation differences on SAMM cannot be significant",
            $"and {casme2.Count(f => !f.Possible)} of {casme2.Length} on CASME II");
        var differences = DatasetNames.Paper.SelectMany(id => PaperAudit.Ablations(id))
            .Select(f => f.Full - f.Accuracy).ToList();
        Demand("docs/results.md",
            Text($"differ from its full network by {differences.Min():0.0} to {differences.Max():0.0} points"));
        Demand("data/README.md",
            $"{PublishedCounts.CasmeII2014.Total} (sheet of 2014) or {PublishedCounts.CasmeII2019.Total} (2019) of " +
            $"CASME II over {PublishedCounts.CasmeII2019.Subjects.Count} subjects, {PublishedCounts.Samm.Total} of " +
            $"SAMM over {PublishedCounts.Samm.Subjects.Count}");
        var folds = Tables.Work(Tables.All, DatasetNames.Paper).Sum(w => SyntheticSet.RealClips(w.Dataset).Length);
        Demand("docs/cluster.md", Text($"({folds:#,0} folds)"));
        Assert.Equal(12, Tables.Paper.Length);
        Demand("docs/method.md", "compares all twelve variants of Tables 2 to 7", $"flatten [{512 * 14 * 14}]");
    }

    [Fact]
    public void The_counts_of_the_two_kernels_are_the_corpuss()
    {
        var corpus = File.ReadLines(Path.Combine(s_root, "tests", "jupyter", "corpus.txt")).ToList();
        var (cells, differ) = (corpus.Count(l => l.StartsWith("## ", StringComparison.Ordinal)),
            corpus.Count(l => l.StartsWith("#~ ", StringComparison.Ordinal)));
        Demand("docs/kernel.md",
            $"{cells} cells, one per feature: {cells - differ} do the same in both, {differ} differ by choice");
    }

    [Fact]
    public void What_README_says_of_the_GPU_is_in_the_page_on_speed()
    {
        var figures = Gpu().Match(Page("README.md"));
        Assert.True(figures.Success);
        Demand("docs/speed.md", figures.Groups[1].Value + " times", figures.Groups[2].Value + " clips/s");
    }

    [Fact]
    public void Every_section_with_figures_names_the_command_that_makes_them()
    {
        var claims = JsonDocument.Parse(File.ReadAllText(Path.Combine(s_root, "docs", "claims.json"))).RootElement
            .EnumerateArray()
            .ToDictionary(c => (c.GetProperty("page").GetString()!, c.GetProperty("section").GetString()!),
                c => c.GetProperty("command").GetString()!);
        var sections = (from page in (string[])
        [
            "README.md", "environment.md", "data/README.md",
            .. Directory.GetFiles(Path.Combine(s_root, "docs"), "*.md").Select(f => "docs/" + Path.GetFileName(f))
        ]
                        from section in Heading()
                            .Split(Code().Replace(File.ReadAllText(Path.Combine(s_root, page)), ""))
                            .Select((text, i) => (Name: i == 0 ? "" : text.Split('\n')[0], text))
                        where Figure().IsMatch(section.text)
                        select (page, section.Name)).ToHashSet();
        Assert.True(sections.IsSubsetOf(claims.Keys),
            "docs/claims.json lacks: " + string.Join("; ", sections.Except(claims.Keys)));
        Assert.True(sections.IsSupersetOf(claims.Keys),
            "docs/claims.json has sections that are gone, or have no figures: " +
            string.Join("; ", claims.Keys.Except(sections)));
        string[] known = [.. RootCommands.Create().Subcommands.Select(c => c.Name)];
        Assert.All(claims.Values.SelectMany(c => MerCommand().Matches(c)).Select(m => m.Groups[1].Value),
            name => Assert.Contains(name, known));
    }

    /// <summary>Accuracy in percent of a row of a published run, the small one's if none is given.</summary>
    static double Of(string dataset, string row, string protocol = "final", List<JsonElement>? rows = null) =>
        Row(dataset, row, protocol, rows ?? s_rows.Value).GetProperty("measured").GetProperty("accuracy").GetDouble();

    static JsonElement Row(string dataset, string row, string protocol, List<JsonElement> rows) =>
        rows.First(r => r.GetProperty("dataset").GetString() == dataset && r.GetProperty("row").GetString() == row
            && r.GetProperty("protocol").GetString() == protocol
            && r.GetProperty("measured").ValueKind == JsonValueKind.Object);

    /// <summary>What the epoch rule of the published code adds to each experiment, in points.</summary>
    static IEnumerable<double> Gains(List<JsonElement> rows) =>
        from r in rows
        where r.GetProperty("measured").ValueKind == JsonValueKind.Object
            && r.TryGetProperty("experiment", out var hash) && hash.ValueKind == JsonValueKind.String
        group (r.GetProperty("protocol").GetString(), r.GetProperty("measured").GetProperty("accuracy")
            .GetDouble()) by r.GetProperty("experiment").GetString() into run
        where run.Any(p => p.Item1 == "best-test")
        select run.First(p => p.Item1 == "best-test").Item2 - run.First(p => p.Item1 == "final").Item2;

    /// <summary>Five-class clips and their subjects, CASME II and SAMM.</summary>
    static List<(int Subjects, int Clips)> Counts(SyntheticOptions options) => [.. DatasetNames.Paper.Select(id =>
    {
        var five = SyntheticSet.Truth(id, options)
            .Where(c => ClassSet.Five(id).LabelOf(c.Emotion.ToLowerInvariant()) is not null).ToList();
        return (five.Select(c => c.Subject).Distinct().Count(), five.Count);
    })];

    static void Demand(string page, params string[] texts)
    {
        var text = Page(page);
        var missing = texts.Where(t => !text.Contains(Space().Replace(t, " "), StringComparison.Ordinal)).ToList();
        Assert.True(missing.Count == 0, $"{page} should say, and does not:\n{string.Join('\n', missing)}");
    }

    static string Page(string page) => Space().Replace(File.ReadAllText(Path.Combine(s_root, page)), " ");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?s)<tr.*?</tr>")]
    private static partial Regex TableRow();

    [GeneratedRegex(@"<t[dh][^>]*>([^<]*)<")]
    private static partial Regex TableCell();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"(?m)(?:^\| [1-7] \| .*\n)+")]
    private static partial Regex ResultRows();

    [GeneratedRegex(@"^\| [1-7] \| ")]
    private static partial Regex ResultRow();

    [GeneratedRegex(@"at ([\d.]+) times PyTorch's eager speed, and (\d+) clips per second")]
    private static partial Regex Gpu();

    [GeneratedRegex(@"(?s)```.*?```|`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?m)^##+ ")]
    private static partial Regex Heading();

    [GeneratedRegex(
        @"\d+(?:[.,]\d+)*\s?(?:%|s|ms|min|minutes?|hours?|seconds?|GB|MB|GiB|MiB|times|clips/s|[TGP]FLOP(?:/s)?|points|clips|subjects)(?!\w)|\|\s*[+-]?\d+\.\d+\s*\|")]
    private static partial Regex Figure();

    [GeneratedRegex(@"\./mer ([a-z-]+)")]
    private static partial Regex MerCommand();
}
