using System.Diagnostics;
using System.Text.Json;
using CliWrap;

namespace MerKernel.Cli.Notebooks;

/// <summary>Executes one notebook without a browser and shows each cell as it runs.</summary>
static class NotebookRun
{
    /// <summary>Notebooks by a part of their name, or files; all of them where none is named.</summary>
    public static List<string> Find(string folder, string[] names)
    {
        var all = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.ipynb").Order(StringComparer.Ordinal).ToList() : [];
        if (names.Length == 0)
            return all.Count > 0 ? all : throw new UserErrorException($"There are no notebooks in {folder}.");
        return [.. names.SelectMany(n => File.Exists(n)
            ? [n]
            : all.Where(a => Path.GetFileName(a).Contains(n, StringComparison.OrdinalIgnoreCase)).ToList()
                is { Count: > 0 } found
                ? found
                : throw new UserErrorException($"No notebook matches '{n}'; {(n.StartsWith('-')
                    ? $"a parameter of notebooks is written like {Parameter(n, names)}"
                    : all.Count == 0 ? $"there are none in {folder}"
                    : $"there are {string.Join(", ", all.Select(Path.GetFileNameWithoutExtension))}")}.")).Distinct()];
    }

    /// <summary>
    /// The parameter for an option of other commands: -p profile=tiny for --profile tiny, and for --param profile=tiny.
    /// </summary>
    static string Parameter(string option, string[] names)
    {
        var next = Array.IndexOf(names, option) + 1;
        var (name, value) = option.TrimStart('-').Split('=', 2) is [var key, var given]
            ? (key, given) : (option.TrimStart('-'), next < names.Length ? names[next] : "VALUE");
        return value.Contains('=') ? $"-p {value}" : $"-p {name}={value}";
    }

    /// <summary>
    /// 0, or 1 when a cell failed; the executed notebook and its page are written either way, those of a failure into
    /// 'failed', so that they take no good page's place.
    /// </summary>
    public static int Execute(string root, string notebook, IReadOnlyList<string> parameters, string reports,
        CancellationToken cancel, string kernel = KernelProgram.Name)
    {
        var name = Path.GetFileNameWithoutExtension(notebook);
        var (kept, page) = (Path.Combine(reports, name + ".ipynb"), Path.Combine(reports, name + ".html"));
        if (Path.GetFullPath(kept) == Path.GetFullPath(notebook))
            throw new UserErrorException($"The executed {name}.ipynb would take the place of {notebook} itself; name " +
                "another folder with --out.");
        var json = Read(notebook);
        NotebookParameters.Inject(json, name, parameters);
        // A folder of this call's own: another may run with another libtorch, and readers of a checkout write nothing.
        var specs = Directory.CreateTempSubdirectory("mer-kernel-").FullName;

        Directory.CreateDirectory(reports);
        var (input, executed) = (Path.GetTempFileName(), Path.GetTempFileName());
        try
        {
            KernelProgram.Install(root, kernel, specs);
            File.WriteAllText(input, json.ToJsonString());
            var clock = Stopwatch.StartNew();
            Console.WriteLine($"{name}");
            string[] arguments = [Path.Combine(AppContext.BaseDirectory, "run_notebook.py"), input, executed,
                Path.GetDirectoryName(Path.GetFullPath(notebook))!, kernel];
            var run = JupyterPython.Result(CliWrap.Cli.Wrap(JupyterPython.Program).WithArguments(arguments)
                .WithEnvironmentVariables(e => e.Set("JUPYTER_PATH", specs))
                .WithValidation(CommandResultValidation.None)
                .WithStandardOutputPipe(
                    PipeTarget.ToDelegate(line => { if (line.StartsWith('{')) Show(JsonNode.Parse(line)!); }))
                .WithStandardErrorPipe(PipeTarget.ToStream(Console.OpenStandardError()))
                .ExecuteAsync(cancel));
            if (new FileInfo(executed).Length == 0)
                throw new UserErrorException($"{name} could not be run; the lines above are from Python.");
            if (run.ExitCode != 0)
                (kept, page) = (InFailed(kept), InFailed(page));
            AtomicFile.Write(kept, KeptNotebook.Text(Read(executed), root,
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)));
            PageRenderer.Render([(kept, page)]);
            Console.WriteLine($"  {clock.Elapsed.TotalSeconds:0.0} s, {kept} and .html");
            return run.ExitCode;
        }
        finally
        {
            File.Delete(input);
            File.Delete(executed);
            Directory.Delete(specs, recursive: true);
        }
    }

    static string InFailed(string file) =>
        Path.Combine(Path.GetDirectoryName(file)!, "failed", Path.GetFileName(file));

    /// <summary>Reads a notebook file.</summary>
    /// <exception cref="UserErrorException">It is none.</exception>
    internal static JsonObject Read(string notebook)
    {
        try
        {
            // Without the option a duplicate name is met only when it is looked at.
            if (JsonNode.Parse(File.ReadAllText(notebook), documentOptions: new() { AllowDuplicateProperties = false })
                is JsonObject json
                && NotebookParameters.IsNotebook(json))
                return json;
        }
        catch (JsonException) { }
        throw new UserErrorException($"{notebook} is no Jupyter notebook; save it again from Jupyter or restore it.");
    }

    static void Show(JsonNode e)
    {
        var live = !Console.IsOutputRedirected;
        switch (e["event"]!.GetValue<string>())
        {
            case "start":
                var first = e["source"]!.GetValue<string>().Split('\n').FirstOrDefault(l => l.Trim() != "")?.Trim()
                    ?? "";
                s_line = $"  [{e["cell"]}/{e["of"]}] {(first.Length > 70 ? first[..70] + "…" : first)}";
                s_told.Restart();
                if (live) Console.Write(s_line);
                break;
            case "progress":
                // A terminal is written over; a log gets a line now and then.
                if (live) Console.Write($"\r{Fitting($"  [{e["cell"]}] {e["text"]}")}");
                else if (s_told.Elapsed > BetweenLogLines)
                {
                    s_told.Restart();
                    Console.WriteLine($"    {e["text"]}");
                }
                break;
            case "done":
                Console.WriteLine($"{(live
                    ? "\r" + Fitting($"{s_line}  {e["seconds"]!.GetValue<double>():0.00} s")
                    : $"{s_line}  {e["seconds"]!.GetValue<double>():0.00} s")}");
                break;
            case "failed":
                Console.WriteLine(live ? "" : s_line);
                Console.Error.WriteLine("mer: this cell failed:\n" +
                    $"{string.Join("\n", e["source"]!.GetValue<string>().Split('\n').Select(l => "    " + l))}\n" +
                    $"{e["error"]}");
                break;
        }
    }

    /// <summary>As wide as the terminal, so that nothing of the line before it stays.</summary>
    static string Fitting(string line)
    {
        var width = Math.Max(20, Console.WindowWidth - 1);
        return line.Length > width ? line[..width] : line.PadRight(width);
    }

    static readonly TimeSpan BetweenLogLines = TimeSpan.FromSeconds(15);

    static readonly Stopwatch s_told = new();

    static string s_line = "";
}
