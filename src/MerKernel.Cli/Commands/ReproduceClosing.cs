using MerKernel.Experiments;
using MerKernel.Reporting;

namespace MerKernel.Cli.Commands;

/// <summary>How a reproduction ends, here and on a cluster: the tables shown and kept beside the run store.</summary>
static class ReproduceClosing
{
    public static void Run(Workbench bench, CancellationToken cancel)
    {
        var rows = BenchTables.Rows(bench, cancel: cancel);
        TablesCommand.Show(rows);
        AtomicFile.Write(Path.Combine(ResultsOf(bench), "tables.md"), MarkdownTables.Render(rows));
        AtomicFile.Write(Path.Combine(ResultsOf(bench), "tables.json"), JsonTables.Render(rows) + "\n");
        Console.WriteLine($"The same tables: {Path.Combine(ResultsOf(bench), "tables.md")} and tables.json beside it.");
    }

    /// <summary>Beside the run store: results/ for results/runs.</summary>
    static string ResultsOf(Workbench bench) => Path.GetDirectoryName(bench.Store.Folder)!;
}
