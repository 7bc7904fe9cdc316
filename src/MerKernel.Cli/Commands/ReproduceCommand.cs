using System.Diagnostics;
using MerKernel.Cli.Notebooks;

namespace MerKernel.Cli.Commands;

/// <summary>The main job: every row of Tables 1 to 7 on the data sets that are there.</summary>
static class ReproduceCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var command = new Command("reproduce",
            "Train every row of Tables 1 to 7 that is not stored yet, on the data sets that are there, then sum up; " +
            "--tables 2,3,4,5,6,7 leaves out the systems that Table 1 compares.  Example: mer reproduce " +
            "--profile small");
        var tables = TablesCommand.TableOption();
        var noReports = new Option<bool>("--no-reports") { Description = "execute no notebooks and write no pages" };
        command.Options.Add(tables);
        command.Options.Add(noReports);
        var print = new Option<bool>("--print") { Description = "print every table at the end, not only the summary" };
        command.Options.Add(print);
        options.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var clock = Stopwatch.StartNew();
            using var bench = options.Open(parsed);
            var chosen = TablesCommand.Chosen(parsed.GetValue(tables)).ToList();
            var work = Tables.Work(chosen, TablesCommand.On(bench, chosen));
            foreach (var id in bench.Datasets) bench.Load(id, cancel);
            var status = LosoRun.Run(bench, work.Select(w => (w.Method, w.Dataset)), options.Workers(parsed), cancel);
            var rows = ReproduceClosing.Show(bench, chosen, parsed.GetValue(print));
            Console.WriteLine($"Finished in {Figures.Clock(clock.Elapsed)}.");
            if (status != 0)
                Console.WriteLine("Incomplete: the folds and experiments named above failed, so their rows have no " +
                    "measured values; the same command tries them once more.");
            if (!parsed.GetValue(noReports))
                status = Math.Max(status, ClosingReport.Write(bench, rows, Remark.Say, cancel));
            return status;
        }));
        return command;
    }
}

/// <summary>How a reproduction ends, here and on a cluster: tables and pages from stored folds.</summary>
static class ReproduceClosing
{
    /// <summary>
    /// Keeps the tables in the run's report and sums them up, or prints them: those asked for, and those that were run
    /// in full before.
    /// </summary>
    public static IReadOnlyList<ResultRow> Show(Workbench bench, IEnumerable<Table> tables, bool print = false)
    {
        var asked = tables.Select(t => t.Number).ToHashSet();
        ImmutableArray<ResultRow> rows = [.. Scoring.Rows(bench).GroupBy(r => r.Table.Number)
            .Where(table => asked.Contains(table.Key)
                || table.All(r => r.Method is null || r.Kind == RowKind.Baseline || r.Score is not null))
            .SelectMany(r => r)];
        if (print) TablesCommand.Show(rows);
        else foreach (var sentence in ResultTable.Opening(rows).Concat(Summary.Of(rows))) Console.WriteLine(sentence);
        AtomicFile.Write(Path.Combine(bench.ReportFolder, "tables.md"), ResultTable.ToMarkdown(rows));
        AtomicFile.Write(Path.Combine(bench.ReportFolder, "tables.json"), JsonTables.Render(rows) + "\n");
        Console.WriteLine($"Tables: {Path.Combine(bench.ReportFolder, "tables.md")} and tables.json next to it; mer " +
            "tables prints them.");
        return rows;
    }

    /// <summary>
    /// Pages on a node: as at the end of mer reproduce where there are notebooks and Jupyter, else a message on how to
    /// make them later.
    /// </summary>
    public static int Pages(Workbench bench, IReadOnlyList<ResultRow> rows, CancellationToken cancel)
    {
        var root = RepositoryRoot.Find();
        if (Directory.Exists(Path.Combine(Checkout.Of(root), "notebooks")) && JupyterPython.HasJupyter())
            return ClosingReport.Write(bench, rows, Remark.Say, cancel);
        Console.WriteLine("No pages were made: notebooks and Jupyter are not both here. Later, in a checkout with " +
            $"the same data: copy {bench.Store.Folder} to its results/runs and call ./mer reproduce " +
            $"{RunOptions.Of(bench, rows, bench.DataFolder, bench.Backbone)}; it trains no fold of the tables again.");
        return 0;
    }
}
