using MerKernel.Cli.Notebooks;
using MerKernel.Training;

namespace MerKernel.Cli.Commands;

/// <summary>Runs notebooks without a browser.</summary>
static class NotebooksCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("name")
        {
            Description = "notebooks by the beginning or a part of their name, or files (default: all)",
            Arity = ArgumentArity.ZeroOrMore
        };
        var parameters = new Option<string[]>("-p", "--parameter")
        {
            Description = "name=value for the cell tagged 'parameters'"
        };
        var reports = new Option<string?>("--out")
        {
            Description = "folder for the executed notebooks (default: results/reports/PROFILE-DATA of the " +
                "checkout, with the changed parameters behind it)"
        };
        var kernel = new Option<string>("--kernel")
        {
            Description = $"csharp, or {KernelProgram.Interactive} for .NET Interactive",
            DefaultValueFactory = _ => "csharp"
        };
        kernel.AcceptOnlyFromAmong("csharp", KernelProgram.Interactive);
        var run = new Command("run",
            "Execute notebooks; write each with its outputs, and as a page.  Example: mer notebooks run table1 -p " +
            "profile=small")
        {
            names, parameters, kernel, reports
        };
        run.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var root = RepositoryRoot.Find();
            var given = parsed.GetValue(parameters) ?? [];
            if (given.FirstOrDefault(p => p.EndsWith('=')) is { } empty)
                throw new UserErrorException($"-p {empty} has an empty value; give one, or leave the parameter out.");
            given = [.. given.Select(Absolute)];
            var folder = parsed.GetValue(reports) ?? FolderFor(given);
            // The first failure stops the run: later notebooks may build on it.
            foreach (var notebook in NotebookRun.Find(Checkout.Notebooks(root), parsed.GetValue(names) ?? []))
                if (NotebookRun.Execute(root, notebook, given, folder, cancel,
                    parsed.GetValue(kernel) == KernelProgram.Interactive
                        ? KernelProgram.Interactive
                        : KernelProgram.Name)
                    is not 0 and var failed)
                    return failed;
            return 0;
        }));
        return new("notebooks", "Execute notebooks without a browser.  Example: mer notebooks run") { run };
    }

    /// <summary>A notebook runs in the folder that it lies in, and paths are meant from the caller's.</summary>
    internal static string Absolute(string parameter) =>
        parameter.Split('=', 2) is ["data" or "backbone", { Length: > 0 } path] && path != "null"
            ? parameter[..(parameter.IndexOf('=') + 1)] + Path.GetFullPath(path) : parameter;

    /// <summary>The report that notebooks with these parameters belong to.</summary>
    internal static string FolderFor(IEnumerable<string> parameters)
    {
        string? Value(string name) =>
            parameters.LastOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..]
                is { } value and not "null" ? value : null;
        using var bench = new Workbench
        {
            Profile = Profile.Named(Value("profile") ?? Profile.Small.Name), DataFolder = Value("data"),
            Backbone = Value("backbone"),
            // As Study.Open has it.
            HeldOutSubjects = Value("protocol")?.Contains("held-out", StringComparison.Ordinal) == true ? 2 : 0,
            Precision = PrecisionNames.Named(Value("precision"), Value("device") ?? "cpu"),
        };
        // What a notebook changes besides has pages of its own next to the run's.
        var changed = string.Join('-', parameters.Where(p => !s_ofRun.Contains(p.Split('=')[0]))
            .Order(StringComparer.Ordinal));
        return changed.Length == 0 ? bench.ReportFolder : $"{bench.ReportFolder}-{(changed.Length <= 60
            ? Workbench.InName(changed) : $"{Workbench.InName(changed[..60])}-{Sha.Of(changed)[..6]}")}";
    }

    static readonly string[] s_ofRun = ["profile", "data", "protocol", "seeds", "device", "precision", "backbone"];
}

/// <summary>Makes pages of executed and stored results; runs nothing.</summary>
static class ReportCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var folder = new Option<string?>("--out")
        {
            Description = "folder with the executed notebooks, where the pages go (default: " +
                "results/reports/PROFILE-DATA of the checkout)"
        };
        var zip = new Option<bool>("--zip")
        {
            Description = "also pack the report for sending, with every prediction and how to recompute it"
        };
        var publish = new Option<bool>("--publish")
        {
            Description = "also copy the executed notebooks, cards and tables to results/published/PROFILE, which " +
                "ships with the project"
        };
        var noPdf = new Option<bool>("--no-pdf") { Description = "do not print the front page" };
        var command = new Command("report",
            "Write a page of every executed notebook and a front page with the seven tables.  Example: mer " +
            "report --zip")
        {
            folder, zip, publish, noPdf
        };
        options.AddTo(command, refused: "--workers");
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            CommonOptions.RefuseAll(parsed, "nothing is trained", "--workers");
            using var bench = options.Open(parsed);
            bench.LoadPrepared(bench.Datasets);
            var rows = Scoring.Rows(bench);
            var report = new Report(bench, parsed.GetValue(folder) ?? bench.ReportFolder, Remark.Say);
            report.Write(rows, !parsed.GetValue(noPdf));
            if (parsed.GetValue(publish)) Console.WriteLine(report.Publish(rows, ReportFolder.Published));
            if (parsed.GetValue(zip)) Console.WriteLine(report.Zip(rows));
            Console.WriteLine(report.Index);
        }));
        return command;
    }
}

/// <summary>Looks at report pages in headless Chromium.</summary>
static class TestPagesCommand
{
    public static Command Create()
    {
        var pages = new Argument<string[]>("page")
        {
            Description = "pages or folders of pages (default: every report in results/reports)",
            Arity = ArgumentArity.ZeroOrMore
        };
        var shows = new Option<string[]>("--shows")
        {
            Description = "text that a reader must see on one of the pages, letter for letter; may be repeated",
            AllowMultipleArgumentsPerToken = true
        };
        var command = new Command("test-pages",
            "Open report pages in headless Chromium and fail on errors, requests and cut charts.  Example: mer " +
            "test-pages results/reports/small-synthetic") { pages, shows };
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var files = Files(parsed.GetValue(pages) is { Length: > 0 } given
                ? given
                : Directory.Exists(ReportFolder.All) ? Directory.GetDirectories(ReportFolder.All)
                : []);
            using var browser = PageBrowser.TryOpen()
                ?? throw new UserErrorException("No Chromium is installed; sudo apt-get install chromium.");
            var (wrong, unseen) = (0, (parsed.GetValue(shows) ?? []).ToHashSet());
            foreach (var file in files)
            {
                cancel.ThrowIfCancellationRequested();
                var complaints = browser.Check(file);
                Console.WriteLine($"{Path.GetFileName(file)}: " +
                    $"{(complaints.Count == 0 ? "in order" : $"{complaints.Count} complaints")}");
                foreach (var complaint in complaints) Console.Error.WriteLine($"  {complaint}");
                unseen.RemoveWhere(browser.Text.Contains);
                wrong += complaints.Count == 0 ? 0 : 1;
            }
            Console.WriteLine($"{files.Count - wrong} of {files.Count} pages in order");
            foreach (var text in unseen) Console.Error.WriteLine($"no page shows the text {text}");
            return wrong == 0 && unseen.Count == 0 ? 0 : 1;
        }));
        return command;
    }

    static List<string> Files(string[] given)
    {
        var files = given.SelectMany(Pages).ToList();
        return files.Count > 0 ? files : throw new UserErrorException("There are no pages in " +
            $"{(given.Length > 0 ? string.Join(", ", given) : ReportFolder.All)}; ./mer report makes them.");
    }

    static IEnumerable<string> Pages(string place) =>
        Directory.Exists(place) ? Directory.GetFiles(place, "*.html").Order(StringComparer.Ordinal)
        : File.Exists(place) ? [place]
        : throw new UserErrorException($"There is no page {place}; ./mer report makes the pages.");
}

/// <summary>Makes both kernels known to Jupyter, JupyterLab and VS Code, or unknown again.</summary>
static class KernelCommand
{
    public static Command Create()
    {
        var install = new Command("install",
            "Install the kernelspecs for this user; call it again after the checkout has moved.  Example: mer " +
            "kernel install");
        install.SetAction(_ =>
        {
            var root = RepositoryRoot.Find();
            // ./mer jupyter opens them.
            Checkout.Notebooks(root);
            KernelProgram.Install(root, KernelProgram.Name, null);
            try
            {
                KernelProgram.Install(root, KernelProgram.Interactive, null);
                Console.WriteLine($"two kernels: {KernelProgram.Choice}");
            }
            catch (UserErrorException e) { Remark.Say($"without {KernelProgram.InteractiveTitle}: {e.Message}"); }
        });
        var uninstall = new Command("uninstall",
            "Remove the kernelspecs that install wrote.  Example: mer kernel uninstall");
        uninstall.SetAction(_ => KernelProgram.Uninstall(RepositoryRoot.Find()));
        var list = new Command("list", "List the kernelspecs and the program each starts.  Example: mer kernel list");
        list.SetAction(_ => KernelProgram.List(RepositoryRoot.Find()));
        return new("kernel", "Install, list and remove the Jupyter kernels.  Example: mer kernel install")
        {
            install, uninstall, list
        };
    }
}
