using System.CommandLine;
using MerKernel.Cli.Notebooks;
using MerKernel.Data;
using MerKernel.Reports;

namespace MerKernel.Cli.Commands;

/// <summary>Runs notebooks without a browser.</summary>
static class NotebooksCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("name") { Description = "notebooks by the beginning or a part of their name, or files (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var parameters = new Option<string[]>("-p", "--parameter") { Description = "name=value for the cell tagged 'parameters'" };
        var reports = new Option<string?>("--out") { Description = "folder for the executed notebooks (default: results/reports of the checkout)" };
        var run = new Command("run", "Executes notebooks and writes them, with their outputs, and a page each.  Example: mer notebooks run table1 -p profile=small") { names, parameters, reports };
        run.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var root = RepositoryRoot.Find();
            var folder = parsed.GetValue(reports) ?? Path.Combine(root, "results", "reports");
            // The first failure stops the run: later notebooks may build on it.
            foreach (var notebook in NotebookRun.Find(Path.Combine(root, "notebooks"), parsed.GetValue(names) ?? []))
                if (NotebookRun.Execute(root, notebook, parsed.GetValue(parameters) ?? [], folder, cancel) is not 0 and var failed) return failed;
            return 0;
        }));
        return new("notebooks", "Notebooks without a browser.  Example: mer notebooks run") { run };
    }
}

/// <summary>Makes pages of what was executed and stored; runs nothing.</summary>
static class ReportCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var folder = new Option<string?>("--out") { Description = "folder with the executed notebooks, where the pages go (default: results/reports of the checkout)" };
        var zip = new Option<bool>("--zip") { Description = "also pack the report for sending" };
        var noPdf = new Option<bool>("--no-pdf") { Description = "do not print the front page" };
        var command = new Command("report", "Makes a page of every executed notebook and a front page with the seven tables.  Example: mer report --zip") { folder, zip, noPdf };
        options.AddTo(command);
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            bench.LoadPrepared(bench.Datasets);
            var rows = Scoring.Rows(bench);
            var report = new Report(bench, parsed.GetValue(folder) ?? ReportFolder.Default, Remark.Say);
            report.Write(rows, !parsed.GetValue(noPdf));
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
        var pages = new Argument<string[]>("page") { Description = "pages or folders of pages (default: results/reports)", Arity = ArgumentArity.ZeroOrMore };
        var shows = new Option<string[]>("--shows") { Description = "text that a reader must see on one of the pages, letter for letter; may be repeated", AllowMultipleArgumentsPerToken = true };
        var command = new Command("test-pages", "Opens report pages in headless Chromium and fails on errors, requests and cut charts.  Example: mer test-pages results/reports/13-table3.html") { pages, shows };
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var files = Files(parsed.GetValue(pages) is { Length: > 0 } given ? given : [ReportFolder.Default]);
            using var browser = PageBrowser.TryOpen() ?? throw new UserErrorException("No Chromium is installed; sudo apt-get install chromium.");
            var (wrong, unseen) = (0, (parsed.GetValue(shows) ?? []).ToHashSet());
            foreach (var file in files)
            {
                cancel.ThrowIfCancellationRequested();
                var complaints = browser.Check(file);
                Console.WriteLine($"{Path.GetFileName(file)}: {(complaints.Count == 0 ? "in order" : $"{complaints.Count} complaints")}");
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
        return files.Count > 0 ? files : throw new UserErrorException($"There are no pages in {string.Join(", ", given)}; ./mer report makes them.");
    }

    static IEnumerable<string> Pages(string place) =>
        Directory.Exists(place) ? Directory.GetFiles(place, "*.html").Order(StringComparer.Ordinal)
        : File.Exists(place) ? [place]
        : throw new UserErrorException($"There is no page {place}; ./mer report makes the pages.");
}

/// <summary>Makes the C# kernel known to Jupyter, JupyterLab and VS Code, or unknown again.</summary>
static class KernelCommand
{
    public static Command Create()
    {
        var install = new Command("install", "Installs the kernelspec for this user; call it again after the checkout has moved.  Example: mer kernel install");
        install.SetAction(_ =>
        {
            var root = RepositoryRoot.Find();
            var exit = KernelProgram.Install(root, KernelProgram.Name, KernelProgram.DisplayName, null);
            // Where .NET Interactive itself is installed, its kernel keeps its name.
            KernelProgram.Install(root, KernelProgram.Alias, ".NET (C#), by " + KernelProgram.DisplayName, null);
            return exit;
        });
        var uninstall = new Command("uninstall", "Removes the kernelspecs that install wrote.  Example: mer kernel uninstall");
        uninstall.SetAction(_ => KernelProgram.Uninstall(RepositoryRoot.Find(), KernelProgram.Name) | KernelProgram.Uninstall(RepositoryRoot.Find(), KernelProgram.Alias));
        var list = new Command("list", "Lists the kernelspecs of this kernel and the program each starts.  Example: mer kernel list");
        list.SetAction(_ => KernelProgram.List(RepositoryRoot.Find()));
        return new("kernel", "The C# kernel for Jupyter.  Example: mer kernel install") { install, uninstall, list };
    }
}
