using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
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
