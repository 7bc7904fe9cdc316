using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MerKernel.Cli.Commands;
using MerKernel.Experiments;
using MerKernel.Reporting;
using MerKernel.Training;

namespace MerKernel.Cli.Notebooks;

/// <summary>The end of a reproduction: the table notebooks are executed, then pages and front page are written. Its last line names the file to open.</summary>
static class ClosingReport
{
    /// <summary>0, also where there is no Jupyter to do it with; 1 if a notebook failed.</summary>
    public static int Write(Workbench bench, IReadOnlyList<TableRow> rows, Action<string> say, CancellationToken cancel)
    {
        if (!JupyterPython.HasJupyter())
        {
            say("Jupyter's client and nbconvert are not installed, so no pages were made; the tables above are complete (sudo apt-get install python3-nbclient python3-nbconvert brings the pages).");
            return 0;
        }
        var root = RepositoryRoot.Find();
        var report = new Report(bench, ReportFolder.Default, say);
        var status = 0;
        if (bench.StoreFolder is not null) say("the notebooks read results/runs and not --store, so they were not executed.");
        else if (bench.Only is not null) say("the notebooks show every data set that is there and not --dataset alone, so they were not executed.");
        else if (!KernelProgram.IsBuilt(root)) say("the C# kernel is not built, so the notebooks were not executed; ./mer reproduce builds it.");
        else status = Execute(root, bench, rows, cancel);
        report.Write(rows);
        Console.WriteLine($"Open {report.Index}");
        return status;
    }

    /// <summary>Executes what was not executed yet with these parameters on these results, and remembers what was.</summary>
    static int Execute(string root, Workbench bench, IReadOnlyList<TableRow> rows, CancellationToken cancel)
    {
        string[] parameters =
        [
            $"profile={bench.Profile.Name}", $"seeds={string.Join(',', bench.Seeds)}", .. bench.DataFolder is { } data ? [$"data={Path.GetFullPath(data)}"] : Array.Empty<string>(),
            // The notebooks' build computes on the processor; what a GPU trained they only read.
            .. bench.Precision == PrecisionNames.Named(null, "cpu") ? Array.Empty<string>() : [$"precision={bench.Precision.Name()}"],
        ];
        var memory = Path.Combine(root, "results", "cache", "executed-notebooks.json");
        var executed = Remembered(memory);
        foreach (var notebook in NotebooksCommand.Find(Path.Combine(root, "notebooks"), ["-table"]))
        {
            var (name, state) = (Path.GetFileNameWithoutExtension(notebook), State(File.ReadAllText(notebook), parameters, rows));
            // A notebook trains what it lacks; the tables that were not asked for stay away.
            if (!rows.Any(r => name.EndsWith($"-table{r.Table}", StringComparison.Ordinal))) continue;
            if (executed.GetValueOrDefault(name) == state && File.Exists(Path.Combine(ReportFolder.Default, name + ".ipynb"))) continue;
            if (NotebookRun.Execute(root, notebook, parameters, ReportFolder.Default, cancel) is not 0 and var failed) return failed;
            executed[name] = state;
            AtomicFile.Write(memory, JsonSerializer.Serialize(executed) + "\n");
        }
        return 0;
    }

    /// <summary>A hash of everything an executed notebook depends on: its text, its parameters, the results, the library.</summary>
    static string State(string notebook, IEnumerable<string> parameters, IReadOnlyList<TableRow> rows) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\0', [notebook, .. parameters, JsonTables.Render(rows), $"{typeof(Study).Module.ModuleVersionId}"]))));

    static Dictionary<string, string> Remembered(string file)
    {
        try { return File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file)) ?? [] : []; }
        catch (JsonException) { return []; }
    }
}
