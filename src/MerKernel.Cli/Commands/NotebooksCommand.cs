using System.CommandLine;
using MerKernel.Cli.Notebooks;

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
            foreach (var notebook in Find(Path.Combine(root, "notebooks"), parsed.GetValue(names) ?? []))
                if (NotebookRun.Execute(root, notebook, parsed.GetValue(parameters) ?? [], folder, cancel) is not 0 and var failed) return failed;
            return 0;
        }));
        return new("notebooks", "Notebooks without a browser.  Example: mer notebooks run") { run };
    }

    /// <summary>Notebooks by a part of their name, or files; all of them where none is named.</summary>
    internal static List<string> Find(string folder, string[] names)
    {
        var all = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.ipynb").Order(StringComparer.Ordinal).ToList() : [];
        if (names.Length == 0) return all.Count > 0 ? all : throw new UserErrorException($"There are no notebooks in {folder}.");
        return [.. names.SelectMany(n => File.Exists(n) ? [n] : all.Where(a => Path.GetFileName(a).Contains(n, StringComparison.OrdinalIgnoreCase)).ToList() is { Count: > 0 } found
            ? found
            : throw new UserErrorException($"No notebook matches '{n}'; there are {string.Join(", ", all.Select(Path.GetFileNameWithoutExtension))}.")).Distinct()];
    }
}
