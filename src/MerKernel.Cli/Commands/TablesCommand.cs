using System.CommandLine;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using Spectre.Console;

namespace MerKernel.Cli.Commands;

/// <summary>Shows the tables from what is stored; trains nothing.</summary>
static class TablesCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var tables = TableOption();
        var json = new Option<bool>("--json") { Description = "an array of rows" };
        var markdown = new Option<bool>("--markdown") { Description = "Markdown" };
        var protocols = new Option<string[]>("--protocol")
        {
            Description = "epoch protocols side by side: final, best-test, held-out, last-K (default: final best-test)",
            AllowMultipleArgumentsPerToken = true,
        };
        var clips = new Option<string>("--clips") { Description = "all, or paper for the clips the paper seems to score", DefaultValueFactory = _ => "all" };
        var metrics = new Option<string>("--metrics")
        {
            Description = "main (accuracy, UF1, UAR), or all: weighted F1, mean per-fold F1, kappa and each class's scores too",
            DefaultValueFactory = _ => "main",
        };
        var command = new Command("tables", "Prints paper beside measured, from what is stored.  Example: mer tables --table 3 --markdown") { tables, protocols, clips, metrics, json, markdown };
        options.AddTo(command);
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            bench.LoadPrepared(Enum.GetValues<DatasetId>());
            var chosen = parsed.GetValue(protocols) is { Length: > 0 } names ? names.Select(EpochProtocol.Named) : null;
            var rows = BenchTables.Rows(bench, Chosen(parsed.GetValue(tables)), chosen, SampleSet.Named(parsed.GetValue(clips)!));
            var all = parsed.GetValue(metrics) switch
            {
                "main" => false,
                "all" => true,
                var other => throw new UserErrorException($"--metrics {other} is not known; use main or all."),
            };
            if (parsed.GetValue(json)) Console.WriteLine(JsonTables.Render(rows, all));
            else if (parsed.GetValue(markdown)) Console.Write(MarkdownTables.Render(rows) + (all ? MetricTables.ToMarkdown(rows) : ""));
            else Show(rows, all);
        }));
        return command;
    }

    /// <summary>Shows rows in the terminal; wide enough for the tables where the output is no terminal.</summary>
    public static void Show(IReadOnlyList<Reports.TableRow> rows, bool allMetrics = false)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 150;
        TerminalTables.Write(AnsiConsole.Console, rows);
        if (allMetrics) MetricTables.Write(AnsiConsole.Console, rows);
    }

    /// <summary>Which tables: --table 2 3, or --tables 2,3.</summary>
    public static Option<string[]> TableOption() => new("--table", "--tables") { Description = "only these tables, for example 2 3 or 2,3", AllowMultipleArgumentsPerToken = true };

    /// <summary>The tables named, all seven where none is.</summary>
    public static IEnumerable<Experiments.Table> Chosen(string[]? names) => names is null or [] ? Experiments.Tables.All :
        [.. names.SelectMany(n => n.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(n => int.TryParse(n, out var number)
            ? Experiments.Tables.Numbered(number) : throw new UserErrorException($"'{n}' is no table's number; the paper's tables are 1 to {Experiments.Tables.All.Length}.")).Distinct()];
}
