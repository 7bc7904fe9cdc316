using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using System.Text.Json;
using System.Text;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using MerKernel.Training;
using Microsoft.AspNetCore.Html;
using TorchSharp;

namespace MerKernel.Cli.Notebooks;

/// <summary>The report of a workbench: a page for each executed notebook, the front page with the seven tables, its PDF, and all of it in one archive.</summary>
/// <param name="bench">Data, store, profile and seed of the front page's tables.</param>
/// <param name="folder">Where the executed notebooks are and the pages go.</param>
/// <param name="say">Receives one sentence for everything worth knowing.</param>
sealed class Report(Workbench bench, string folder, Action<string> say)
{
    /// <summary>The front page.</summary>
    public string Index => Path.Combine(folder, "index.html");

    string Pdf => Path.Combine(folder, "index.pdf");

    string Archive => Path.Combine(folder, "mer-report.zip");

    /// <summary>Writes every page that is not up to date, and the front page; executes nothing.</summary>
    /// <param name="rows">Rows of the tables, scored.</param>
    /// <param name="pdf">Whether the front page is printed too.</param>
    public void Write(IReadOnlyList<ResultRow> rows, bool pdf = true)
    {
        Directory.CreateDirectory(folder);
        var state = ReportFolder.Of(folder, Path.Combine(RepositoryRoot.Find(), "notebooks"));
        var pages = PageRenderer.Render(state.Executed.Select(n => ((JsonNode)n, Path.ChangeExtension(n, ".html"))));
        foreach (var page in pages.Where(p => p.Errors > 0)) say($"{Path.GetFileName(page.File)}: {page.Errors} cells ended with an error.");
        if (state.Missing.Length > 0) say($"not executed yet: {string.Join(", ", state.Missing)}; ./mer notebooks run {string.Join(' ', state.Missing)} does it.");
        if (state.Outdated.Length > 0) say($"changed since executed: {string.Join(", ", state.Outdated)}; ./mer notebooks run {string.Join(' ', state.Outdated)} brings them up to date.");

        // Not disposed: the workbench is the caller's.
        var study = new Study { Bench = bench, Protocols = EpochProtocol.SideBySide, Device = torch.CPU };
        PageRenderer.Render([(IndexNotebook.Of(study, rows, pages, Computing(rows)), Index)]);
        if (pdf) Print();
    }

    /// <summary>Packs what one would send to a colleague: the pages, the PDF, the executed notebooks and the tables as JSON.</summary>
    /// <returns>The archive.</returns>
    public string Zip(IReadOnlyList<ResultRow> rows)
    {
        var unfinished = Archive + ".new";
        File.Delete(unfinished);
        using (var zip = ZipFile.Open(unfinished, ZipArchiveMode.Create))
        {
            foreach (var pattern in (string[])["*.html", "*.pdf", "*.ipynb"])
                foreach (var file in Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal))
                    zip.CreateEntryFromFile(file, $"mer-report/{Path.GetFileName(file)}", CompressionLevel.SmallestSize);
            using var tables = new StreamWriter(zip.CreateEntry("mer-report/tables.json", CompressionLevel.SmallestSize).Open());
            tables.Write(JsonTables.Render(rows) + "\n");
        }
        File.Move(unfinished, Archive, overwrite: true);
        return Archive;
    }

    void Print()
    {
        using var browser = PageBrowser.TryOpen();
        if (browser is null) say("no Chromium is installed, so there is no PDF; sudo apt-get install chromium.");
        else AtomicFile.Write(Pdf, stream => stream.Write(browser.Pdf(Index)));
    }

    /// <summary>Computing time of the shown runs, added up over folds that ran side by side.</summary>
    string Computing(IReadOnlyList<ResultRow> rows)
    {
        var runs = rows.Where(r => r.Experiment is not null).DistinctBy(r => r.Experiment).ToList();
        var facts = runs.SelectMany(r => bench.Dataset(r.Dataset).Subjects.Select(s => bench.Store.TryReadFacts(r.Experiment!, s))).OfType<FoldFacts>().ToList();
        return string.Create(CultureInfo.InvariantCulture,
            $"{facts.Sum(f => f.Seconds) / 60:0} minutes in all for {runs.Count} experiments of {facts.Count} folds, added up over folds that ran side by side; the last one was finished on {facts.Select(f => f.Finished).DefaultIfEmpty().Max():yyyy-MM-dd HH:mm} UTC");
    }
}

/// <summary>Executed notebooks beside the notebooks they came from.</summary>
/// <param name="Executed">Executed notebooks, in the order of their names.</param>
/// <param name="Missing">Names of notebooks that were not executed yet.</param>
/// <param name="Outdated">Names of notebooks whose code has changed since they were executed.</param>
sealed record ReportFolder(ImmutableArray<string> Executed, ImmutableArray<string> Missing, ImmutableArray<string> Outdated)
{
    /// <summary>results/reports of the checkout.</summary>
    public static string Default => Path.Combine(RepositoryRoot.Find(), "results", "reports");

    /// <summary>Looks into a folder.</summary>
    public static ReportFolder Of(string folder, string notebooks)
    {
        var executed = Notebooks(folder);
        var sources = Notebooks(notebooks).ToDictionary(f => Path.GetFileNameWithoutExtension(f));
        var done = executed.ToDictionary(f => Path.GetFileNameWithoutExtension(f));
        return new(executed, [.. sources.Keys.Except(done.Keys).Order(StringComparer.Ordinal)],
            [.. sources.Keys.Intersect(done.Keys).Where(n => Code(sources[n]) is { } now && Code(done[n]) is { } then && !now.SequenceEqual(then)).Order(StringComparer.Ordinal)]);
    }

    static ImmutableArray<string> Notebooks(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.ipynb").Order(StringComparer.Ordinal)] : [];

    /// <summary>The code cells but for injected parameters; null for a file that is no notebook, which whoever reads it says.</summary>
    static List<string>? Code(string file)
    {
        try
        {
            return [.. from cell in JsonNode.Parse(File.ReadAllText(file))!["cells"]!.AsArray()
                       where (string?)cell!["cell_type"] == "code" && cell["metadata"]?["tags"]?.AsArray().Any(t => (string?)t == "injected-parameters") != true
                       select cell["source"] is JsonArray lines ? string.Concat(lines.Select(l => (string)l!)) : (string)cell["source"]!];
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidOperationException) { return null; }
    }
}

/// <summary>The front page of a report as a notebook, so that it is made by the same converter and template as the pages it links to.</summary>
static class IndexNotebook
{
    /// <param name="study">Data, profile, seeds and protocols.</param>
    /// <param name="rows">Rows of the tables, scored.</param>
    /// <param name="pages">The pages beside it.</param>
    /// <param name="computing">How long what is shown took to compute.</param>
    public static JsonObject Of(Study study, IReadOnlyList<ResultRow> rows, IReadOnlyList<RenderedPage> pages, string computing)
    {
        var cells = new JsonArray
        {
            Text("# Seven tables: the paper and what was measured"),
            Output(study.Notice),
            Text("Each table of the paper stands here for each data set: what is printed, beside what was measured under both epoch rules. " +
                "The final epoch is the honest figure; the epoch chosen on the test subject is the published code's rule, applied to the same runs. " +
                "Below the paper's rows stand controls and rules without images, without which a table cannot be read."),
            Text("## Pages"),
            Output(Links(pages)),
        };
        foreach (var table in rows.GroupBy(r => r.Table.Number))
        {
            cells.Add((JsonNode)Text($"## Table {table.Key}: {WebUtility.HtmlEncode(table.First().Table.Title)}"));
            cells.Add((JsonNode)Output(HtmlText.All(ResultTable.TextOf([.. table]))));
        }
        cells.Add((JsonNode)Text("## How it ran"));
        cells.Add((JsonNode)Output(Provenance.Of(study, ("computing time", computing))));
        return new() { ["nbformat"] = 4, ["nbformat_minor"] = 4, ["metadata"] = new JsonObject(), ["cells"] = cells };
    }

    static HtmlString Links(IReadOnlyList<RenderedPage> pages) => new(pages.Count == 0
        ? "<p>No notebook was executed yet.</p>"
        : $"<ul>{string.Concat(pages.Select(p => $"<li><a href=\"{Uri.EscapeDataString(Path.GetFileName(p.File))}\">{WebUtility.HtmlEncode(p.Title)}</a></li>"))}</ul>");

    static JsonObject Text(string markdown) => new() { ["cell_type"] = "markdown", ["metadata"] = new JsonObject(), ["source"] = markdown };

    static JsonObject Output(IHtmlContent html)
    {
        return new()
        {
            ["cell_type"] = "code", ["metadata"] = new JsonObject(), ["execution_count"] = null, ["source"] = "",
            ["outputs"] = new JsonArray(new JsonObject
            {
                ["output_type"] = "display_data", ["metadata"] = new JsonObject(),
                ["data"] = new JsonObject { ["text/html"] = HtmlText.Of(html), ["text/plain"] = "(HTML)" },
            }),
        };
    }
}

/// <summary>The end of a reproduction: the table notebooks are executed, then pages and front page are written. Its last line names the file to open.</summary>
static class ClosingReport
{
    /// <summary>0, also where there is no Jupyter to do it with; 1 if a notebook failed.</summary>
    public static int Write(Workbench bench, IReadOnlyList<ResultRow> rows, Action<string> say, CancellationToken cancel)
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
    static int Execute(string root, Workbench bench, IReadOnlyList<ResultRow> rows, CancellationToken cancel)
    {
        string[] parameters =
        [
            $"profile={bench.Profile.Name}", $"seeds={string.Join(',', bench.Seeds)}", .. bench.DataFolder is { } data ? [$"data={Path.GetFullPath(data)}"] : Array.Empty<string>(),
            // The notebooks' build computes on the processor; what a GPU trained they only read.
            .. bench.Precision == PrecisionNames.Named(null, "cpu") ? Array.Empty<string>() : [$"precision={bench.Precision.Name()}"],
        ];
        var memory = Path.Combine(root, "results", "cache", "executed-notebooks.json");
        var executed = Remembered(memory);
        foreach (var notebook in NotebookRun.Find(Path.Combine(root, "notebooks"), ["-table"]))
        {
            var (name, state) = (Path.GetFileNameWithoutExtension(notebook), State(File.ReadAllText(notebook), parameters, rows));
            // A notebook trains what it lacks; the tables that were not asked for stay away.
            if (!rows.Any(r => name.EndsWith($"-table{r.Table.Number}", StringComparison.Ordinal))) continue;
            if (executed.GetValueOrDefault(name) == state && File.Exists(Path.Combine(ReportFolder.Default, name + ".ipynb"))) continue;
            if (NotebookRun.Execute(root, notebook, parameters, ReportFolder.Default, cancel) is not 0 and var failed) return failed;
            executed[name] = state;
            AtomicFile.Write(memory, JsonSerializer.Serialize(executed) + "\n");
        }
        return 0;
    }

    /// <summary>A hash of everything an executed notebook depends on: its text, its parameters, the results, the library.</summary>
    static string State(string notebook, IEnumerable<string> parameters, IReadOnlyList<ResultRow> rows) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\0', [notebook, .. parameters, JsonTables.Render(rows), $"{typeof(Study).Module.ModuleVersionId}"]))));

    static Dictionary<string, string> Remembered(string file)
    {
        try { return File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file)) ?? [] : []; }
        catch (JsonException) { return []; }
    }
}
