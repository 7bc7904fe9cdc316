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
            foreach (var notebook in NotebookRun.Find(Path.Combine(root, "notebooks"), parsed.GetValue(names) ?? []))
                if (NotebookRun.Execute(root, notebook, parsed.GetValue(parameters) ?? [], folder, cancel) is not 0 and var failed) return failed;
            return 0;
        }));
        return new("notebooks", "Notebooks without a browser.  Example: mer notebooks run") { run };
    }
}
