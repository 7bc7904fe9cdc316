using System.IO.Compression;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text;
using DevTools;
using MerKernel.Evaluation;
using MerKernel.Training;
using TorchSharp;

namespace MerKernel.Cli.Notebooks;

/// <summary>
/// The report of a run, in a folder of its own: a page for each executed notebook, the front page with the seven
/// tables, its PDF, and all of it in one archive. Pages of another run are kept and not linked.
/// </summary>
/// <param name="bench">Data, store, profile and seed of the front page's tables.</param>
/// <param name="folder">Where the executed notebooks are and the pages go.</param>
/// <param name="say">Receives one message for everything worth knowing.</param>
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
        var state = State();
        var pages = PageRenderer.Render(state.Executed.Select(n => ((JsonNode)n, Path.ChangeExtension(n, ".html"))));
        foreach (var page in pages.Where(p => p.Errors > 0))
            say($"{Path.GetFileName(page.File)}: {page.Errors} cells ended with an error.");
        if (state.Others.Length > 0)
            say("of another run, so not linked: " +
                $"{string.Join(", ", state.Others.Select(o => $"{o.Name} ({o.Run})"))}; this one is " +
                $"{RunMark.Text(bench)}.");
        if (state.Missing.Length > 0)
            say($"not executed yet: {string.Join(", ", state.Missing)}; {Running(state.Missing)} does it.");
        if (state.Outdated.Length > 0)
            say($"changed since executed: {string.Join(", ", state.Outdated)}; {Running(state.Outdated)} brings them " +
                "up to date.");

        // Not disposed: the workbench is the caller's.
        var study = new Study { Bench = bench, Protocols = EpochProtocol.SideBySide, Device = torch.CPU };
        PageRenderer.Render([(IndexNotebook.Of(study, rows, pages, Computing(rows)), Index)]);
        // One of an earlier index would be packed next to this one.
        File.Delete(Pdf);
        if (pdf) Print();
    }

    /// <summary>The command that executes notebooks on this run.</summary>
    string Running(IEnumerable<string> names) => "./mer notebooks run " +
        string.Join(' ', [.. names, .. ClosingReport.Parameters(bench).Select(p => $"-p {Shell.Word(p)}")]);

    ReportFolder State()
    {
        var state = ReportFolder.Of(folder, Checkout.Notebooks(RepositoryRoot.Find()), RunMark.Text(bench));
        // No command would execute them on such a run.
        if (ClosingReport.OutOfReach(bench) is not null) return state with { Missing = [], Outdated = [] };
        // Only the tables' notebooks can be told of a backbone.
        return bench.Backbone is null ? state
            : state with { Missing = Of(state.Missing), Outdated = Of(state.Outdated) };

        static ImmutableArray<string> Of(ImmutableArray<string> names) => [.. names.Where(n => n.Contains("-table"))];
    }

    /// <summary>
    /// Packs the files for a colleague: the pages, the PDF, the executed notebooks, the tables, every prediction, both
    /// cards, and how to recompute it.
    /// </summary>
    /// <returns>The archive.</returns>
    public string Zip(IReadOnlyList<ResultRow> rows)
    {
        var unfinished = Archive + ".new";
        File.Delete(unfinished);
        using (var zip = ZipFile.Open(unfinished, ZipArchiveMode.Create))
        {
            void Add(string name, string text)
            {
                using var entry = new StreamWriter(
                    zip.CreateEntry($"mer-report/{name}", CompressionLevel.SmallestSize).Open());
                entry.Write(text);
            }
            foreach (var file in State().Executed.SelectMany(n => new[] { n, Path.ChangeExtension(n, ".html") })
                .Concat([Index, Pdf]).Where(File.Exists).Order(StringComparer.Ordinal))
                zip.CreateEntryFromFile(file, $"mer-report/{Path.GetFileName(file)}", CompressionLevel.SmallestSize);
            foreach (var (name, text) in Texts(rows)) Add(name, text);
            var runs = Runs(rows);
            foreach (var run in runs)
                if (bench.Store.TryReadAll(run.Experiment!, bench.Dataset(run.Dataset).Subjects) is { } folds)
                    Add($"predictions/{run.Experiment}.csv",
                        RunExport.EveryEpoch(folds, bench.Dataset(run.Dataset).Classes, run.Seed).ToCsv());
            Add("predictions/runs.csv", RunPredictions.List(runs));
            Add("RECOMPUTE.md", Recompute.ToMarkdown(bench, rows, runs));
        }
        File.Move(unfinished, Archive, overwrite: true);
        return Archive;
    }

    /// <summary>
    /// Copies the files that ship with the project: executed notebooks, cards and tables of synthetic data.
    /// </summary>
    /// <returns>Where they are.</returns>
    /// <exception cref="UserErrorException">
    /// The data are real, no notebook was executed, or one has changed since.
    /// </exception>
    public string Publish(IReadOnlyList<ResultRow> rows, string published)
    {
        if (bench.Datasets.FirstOrDefault(id => !bench.Dataset(id).Synthetic) is var real
            && bench.Datasets.Any(id => !bench.Dataset(id).Synthetic))
            throw new UserErrorException($"{real.Title()} is real data, whose licence forbids passing frames on; " +
                "only reports of synthetic data are published.");
        var state = State();
        if (state.Executed.Length == 0 || state.Outdated.Length > 0)
        {
            var open = state.Executed.Length == 0 ? state.Missing : state.Outdated;
            throw new UserErrorException($"{string.Join(", ", open)} must be executed first: {Running(open)}");
        }
        var target = Path.Combine(published, bench.Profile.Name);
        foreach (var notebook in state.Executed)
            AtomicFile.Write(Path.Combine(target, Path.GetFileName(notebook)), File.ReadAllText(notebook));
        foreach (var (name, text) in Texts(rows)) AtomicFile.Write(Path.Combine(target, name), text);
        // A notebook that was renamed would stay for ever; one that was not executed now stays as it was.
        var notebooks = Checkout.Notebooks(RepositoryRoot.Find());
        foreach (var gone in Directory.GetFiles(target, "*.ipynb")
            .Where(f => !File.Exists(Path.Combine(notebooks, Path.GetFileName(f)))))
            File.Delete(gone);
        return target;
    }

    IEnumerable<(string Name, string Text)> Texts(IReadOnlyList<ResultRow> rows)
    {
        var facts = StudyFacts.Of(bench);
        return [("tables.md", ResultTable.ToMarkdown(rows)), ("tables.json", JsonTables.Render(rows) + "\n"),
            ("model-card.md", ModelCard.ToMarkdown(facts)),
            ("reproduction-statement.md", ReproductionStatement.ToMarkdown(facts))];
    }

    void Print()
    {
        try
        {
            using var browser = PageBrowser.TryOpen();
            if (browser is null) say("no Chromium is installed, so there is no PDF; sudo apt-get install chromium.");
            else AtomicFile.Write(Pdf, stream => stream.Write(browser.Pdf(Index)));
        }
        catch (Exception e) when (e is UserErrorException or ChromiumException)
        {
            say($"there is no PDF: {e.Message}");
        }
    }

    /// <summary>Computing time of the shown runs, added up over folds that ran side by side.</summary>
    string Computing(IReadOnlyList<ResultRow> rows)
    {
        var runs = Runs(rows);
        var facts = runs.SelectMany(r =>
            bench.Dataset(r.Dataset).Subjects.Select(s => bench.Store.TryReadFacts(r.Experiment!, s)))
            .OfType<FoldFacts>().ToList();
        return string.Create(CultureInfo.InvariantCulture,
            $"{facts.Sum(f => f.Seconds) / 60:0} minutes in all for {runs.Count} experiments of {facts.Count} folds, added up over folds that ran side by side{(facts.Count == 0 ? "" : $"; the last one was finished on {facts.Max(f => f.Finished):yyyy-MM-dd HH:mm} UTC")}");
    }

    /// <summary>A row of each experiment that was trained here.</summary>
    static List<ResultRow> Runs(IEnumerable<ResultRow> rows) =>
        [.. rows.Where(r => r.Experiment is not null && r.Method is not ReadMethod).DistinctBy(r => r.Experiment)];
}

/// <summary>Executed notebooks next to the notebooks they came from.</summary>
/// <param name="Executed">Executed notebooks of this run, in the order of their names.</param>
/// <param name="Others">Executed notebooks of another run, which they name.</param>
/// <param name="Missing">Names of notebooks that were not executed yet in this run.</param>
/// <param name="Outdated">Names of notebooks whose code has changed since they were executed.</param>
sealed record ReportFolder(ImmutableArray<string> Executed, ImmutableArray<(string Name, string Run)> Others,
    ImmutableArray<string> Missing, ImmutableArray<string> Outdated)
{
    /// <summary>results/reports of the checkout, which holds a folder for each run's report.</summary>
    public static string All => Path.Combine(RepositoryRoot.Find(), "results", "reports");

    /// <summary>results/published of the checkout: the executed notebooks that ship.</summary>
    public static string Published => Path.Combine(RepositoryRoot.Find(), "results", "published");

    /// <summary>Looks into a folder.</summary>
    /// <param name="folder">With executed notebooks.</param>
    /// <param name="notebooks">Where they come from.</param>
    /// <param name="run">The <see cref="RunMark"/> of the run that is asked for.</param>
    public static ReportFolder Of(string folder, string notebooks, string run)
    {
        var marks = Notebooks(folder)
            .Select(f => (File: f, Name: Path.GetFileNameWithoutExtension(f), Run: Mark(f))).ToList();
        var own = marks.Where(m => m.Run == run).ToList();
        // A user's notebook without parameters cannot be told of a run, so no command would execute it on this one.
        var sources = Notebooks(notebooks)
            .Where(f => From<object>(f, cells => cells.FirstOrDefault(NotebookParameters.Declares)) is not null)
            .ToDictionary(f => Path.GetFileNameWithoutExtension(f));
        var done = own.ToDictionary(m => m.Name, m => m.File);
        return new([.. own.Select(m => m.File)], [.. marks.Except(own).Select(m => (m.Name, m.Run ?? "names no run"))],
            [.. sources.Keys.Except(done.Keys).Order(StringComparer.Ordinal)],
            [.. sources.Keys.Intersect(done.Keys)
                .Where(n => Code(sources[n]) is { } now && Code(done[n]) is { } then && !now.SequenceEqual(then))
                .Order(StringComparer.Ordinal)]);
    }

    static ImmutableArray<string> Notebooks(string folder) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.ipynb").Order(StringComparer.Ordinal)] : [];

    /// <summary>
    /// The run that an executed notebook says it shows; null where it says nothing, or is no notebook.
    /// </summary>
    static string? Mark(string file) => From(file, cells =>
        (from cell in cells
         from output in cell!["outputs"]?.AsArray() ?? []
         let html = output!["data"]?["text/html"]
         where html is not null
         select RunMark.In(KeptNotebook.Joined(html))).FirstOrDefault(mark => mark is not null));

    /// <summary>
    /// The code cells but for injected parameters; null for a file that is no notebook, which whoever reads it says.
    /// </summary>
    static List<string>? Code(string file) => From<List<string>>(file, cells =>
        [.. from cell in cells
            where (string?)cell!["cell_type"] == "code"
                && cell["metadata"]?["tags"]?.AsArray().Any(t => (string?)t == "injected-parameters") != true
            select KeptNotebook.Joined(cell["source"])]);

    static T? From<T>(string file, Func<JsonArray, T?> read) where T : class
    {
        try { return read(JsonNode.Parse(File.ReadAllText(file))!["cells"]!.AsArray()); }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>The predictions of a report, files that mer score reads in any checkout with the same data.</summary>
static class RunPredictions
{
    /// <summary>Which file is of which network.</summary>
    public static string List(IEnumerable<ResultRow> runs) => TextTable.Of("", ["file", "data set", "network", "seed"],
        runs.Select(r => (IEnumerable<string>)[$"{r.Experiment}.csv", r.Dataset.Key(), r.Method!.Name, $"{r.Seed}"]))
        .ToCsv();
}

/// <summary>How a colleague who has the report computes its numbers again.</summary>
static class Recompute
{
    /// <summary>The page as Markdown.</summary>
    public static string ToMarkdown(Workbench bench, IReadOnlyCollection<ResultRow> rows,
        IReadOnlyCollection<ResultRow> runs)
    {
        var made = bench.DataFolder is null && bench.Datasets.All(id => bench.Dataset(id).Synthetic);
        var options = RunOptions.Of(bench, rows, made ? null : "FOLDER",
            bench.Backbone is { } file ? Path.GetFileName(file) : null);
        var score = bench.ProfileOption() + (made ? "" : " --data FOLDER") + bench.SetsOption();
        var text = new StringBuilder(
            $"# How to compute these numbers again\n\nThis report is of the run {RunMark.Text(bench)}.\n\n");
        text.Append(
            $"From the predictions, in a minute and without training: `predictions/` has the logits of every clip after every epoch, and `./mer score predictions/HASH.csv --dataset NAME{score}` of a checkout with the same data checks and scores a file. `runs.csv` says which file is of which network.\n\n");
        // Those of the parts, where a set is made of several.
        var choices = made ? "" : string.Concat(bench.Datasets.SelectMany(id => FoldProtocol.Of(id) is null ? [id]
                : bench.Dataset(id).Clips.Select(c => c.Dataset).Distinct()).Distinct()
            .Select(id => (id, Chosen: $"{bench.Choices(id)}")).Where(c => c.Chosen.Length > 0)
            .Select(c => $"    ./mer data prepare --data FOLDER --dataset {c.id.Key()} {c.Chosen}\n"));
        text.Append(
            $"From the data, by training: check out the commit below and call\n\n{choices}    ./mer reproduce {options}\n\nEvery random draw comes from the seed, so the same processor gives the same bytes; another one adds in another order and trains a slightly different network (docs/reliability.md).\n\n");
        text.Append(
            TextTable.Of("Computed with", [.. Provenance.Versions, ("machine", Provenance.Machine)]).ToMarkdown());
        text.Append(TextTable.Of("Data", ["data set", "kind", ">clips", "fingerprint"],
            bench.Datasets.Select(bench.Dataset).Select(d => (string[])[d.Id.Title(),
                d.Synthetic
                    ? made ? "synthetic, made by ./mer reproduce" : "synthetic, made by ./mer data synthesize"
                    : "real, by licence from its authors; data/README.md says where its files go",
                $"{d.Clips.Length}", d.Fingerprint])).ToMarkdown());
        text.Append(TextTable.Of("Experiments", ["data set", "network", ">seed", "experiment"],
            runs.Select(r => (string[])[r.Dataset.Title(), r.Method!.Name, $"{r.Seed}", r.Experiment!])).ToMarkdown());
        return text.ToString();
    }
}

/// <summary>
/// The end of a reproduction: the table notebooks are executed, then pages and front page are written. Its last line
/// names the file to open.
/// </summary>
static class ClosingReport
{
    /// <summary>0, also where there is no Jupyter to do it with; 1 if a notebook failed.</summary>
    public static int Write(Workbench bench, IReadOnlyList<ResultRow> rows, Action<string> say,
        CancellationToken cancel)
    {
        if (!JupyterPython.HasJupyter())
        {
            say("Jupyter's client and nbconvert are not installed, so no pages were made; the tables above are " +
                "complete (sudo apt-get install python3-nbclient python3-nbconvert brings the pages).");
            return 0;
        }
        var root = RepositoryRoot.Find();
        var folder = bench.ReportFolder;
        var report = new Report(bench, folder, say);
        var status = 0;
        if (OutOfReach(bench) is { } why) say(why);
        else if (!KernelProgram.IsBuilt(root))
            say("the C# kernel is not built, so the notebooks were not executed; ./mer reproduce builds it.");
        else status = Execute(root, folder, bench, rows, say, cancel);
        report.Write(rows);
        Console.WriteLine($"Open {report.Index}");
        return status;
    }

    /// <summary>Why the notebooks cannot show a workbench's runs; null where they can.</summary>
    public static string? OutOfReach(Workbench bench) =>
        !bench.HasUsualStore ? "the notebooks read results/runs and not --store, so they were not executed."
        : bench.WeightsFolder is not null
            ? "the notebooks start from data/weights and not from --weights, so they were not executed."
        : bench.Only is not null
            ? "the notebooks show every data set that is there and not only that of --dataset, so they were not " +
              "executed."
        : bench.HeldOutSubjects > 0
            ? "the notebooks take no --held-out, so they were not executed; Study.Open(..., heldOut: " +
              $"{bench.HeldOutSubjects}) shows such runs in a notebook."
        : null;

    /// <summary>A workbench as a notebook's parameters.</summary>
    public static string[] Parameters(Workbench bench) =>
    [
        $"profile={bench.Profile.Name}", $"seeds={string.Join(',', bench.Seeds)}",
        .. bench.DataFolder is { } data ? [$"data={Path.GetFullPath(data)}"] : Array.Empty<string>(),
        .. bench.Backbone is { } backbone ? [$"backbone={Path.GetFullPath(backbone)}"] : Array.Empty<string>(),
        // Notebooks compute on the processor unless told otherwise.
        .. bench.Device == "cpu" ? Array.Empty<string>() : [$"device={bench.Device}"],
        .. bench.Precision == PrecisionNames.Named(null, "cpu")
            ? Array.Empty<string>()
            : [$"precision={bench.Precision.Name()}"],
    ];

    /// <summary>
    /// Executes the notebooks not executed yet with these parameters on these results, and remembers them.
    /// </summary>
    static int Execute(string root, string folder, Workbench bench, IReadOnlyList<ResultRow> rows, Action<string> say,
        CancellationToken cancel)
    {
        var parameters = Parameters(bench);
        var memory = Path.Combine(root, "results", "cache", "executed-notebooks.json");
        var executed = Remembered(memory);
        var notebooks = Checkout.Notebooks(root);
        // A notebook that was executed by hand with other parameters has taken the page's place.
        var here = ReportFolder.Of(folder, notebooks, RunMark.Text(bench)).Executed
            .Select(Path.GetFileNameWithoutExtension).ToHashSet();
        foreach (var notebook in NotebookRun.Find(notebooks, ["-table"]))
        {
            var (name, text) = (Path.GetFileNameWithoutExtension(notebook), File.ReadAllText(notebook));
            var state = State(text, parameters, rows);
            string Place() => $"{Path.GetFileName(folder)}/{name}";
            // A notebook trains missing folds; the tables that were not asked for stay away.
            if (!rows.Any(r => name.EndsWith($"-table{r.Table.Number}", StringComparison.Ordinal))) continue;
            // The store holds no weights, and a fold of that size takes hours.
            if (bench.Profile.Name == Profile.Paper.Name && text.Contains("study.Network(", StringComparison.Ordinal))
            {
                say($"{name} looks into networks and would train some folds again, so it was not executed; to do it: " +
                    $"./mer notebooks run {name} {string.Join(' ', parameters.Select(p => $"-p {Shell.Word(p)}"))}");
                continue;
            }
            if (executed.GetValueOrDefault(Place()) == state && here.Contains(name)) continue;
            if (NotebookRun.Execute(root, notebook, parameters, folder, cancel) is not 0 and var failed) return failed;
            executed[Place()] = state;
            AtomicFile.Write(memory, JsonSerializer.Serialize(executed) + "\n");
        }
        return 0;
    }

    /// <summary>
    /// A hash of everything an executed notebook depends on: its text, its parameters, the results, the library.
    /// </summary>
    static string State(string notebook, IEnumerable<string> parameters, IReadOnlyList<ResultRow> rows) =>
        Sha.Of(string.Join('\0',
            [notebook, .. parameters, JsonTables.Render(rows), $"{typeof(Study).Module.ModuleVersionId}"]));

    static Dictionary<string, string> Remembered(string file)
    {
        try
        {
            return File.Exists(file)
                ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file)) ?? [] : [];
        }
        catch (JsonException) { return []; }
    }
}
