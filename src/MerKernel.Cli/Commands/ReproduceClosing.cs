using MerKernel.Cli.Notebooks;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Cli.Commands;

/// <summary>How a reproduction ends, here and on a cluster: tables and pages from stored folds.</summary>
static class ReproduceClosing
{
    /// <summary>Keeps the tables in the run's report and sums them up, or prints them.</summary>
    public static IReadOnlyList<ResultRow> Show(Workbench bench, IEnumerable<Table>? tables = null, bool print = false)
    {
        var rows = Scoring.Rows(bench, tables);
        if (print) TablesCommand.Show(rows);
        else foreach (var sentence in ResultTable.Opening(rows).Concat(Summary.Of(rows))) Console.WriteLine(sentence);
        AtomicFile.Write(Path.Combine(bench.ReportFolder, "tables.md"), ResultTable.ToMarkdown(rows));
        AtomicFile.Write(Path.Combine(bench.ReportFolder, "tables.json"), JsonTables.Render(rows) + "\n");
        Console.WriteLine($"Tables: {Path.Combine(bench.ReportFolder, "tables.md")} and tables.json next to it; mer tables prints them.");
        return rows;
    }

    /// <summary>Pages on a node: as at the end of mer reproduce where there are notebooks and Jupyter, else a message on how to make them later.</summary>
    public static int Pages(Workbench bench, IReadOnlyList<ResultRow> rows, CancellationToken cancel)
    {
        var root = RepositoryRoot.Find();
        if (Directory.Exists(Path.Combine(root, "notebooks")) && JupyterPython.HasJupyter())
            return ClosingReport.Write(bench, rows, Remark.Say, cancel);
        Console.WriteLine($"No pages were made: notebooks and Jupyter are not both here. Later, in a checkout: copy {bench.Store.Folder} to its results/runs and call ./mer reproduce --profile {bench.Profile.Name}{(bench.DataFolder is { } data ? $" --data {data}" : "")}; it retrains nothing.");
        return 0;
    }
}
