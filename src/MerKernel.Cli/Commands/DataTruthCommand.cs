using System.CommandLine;
using MerKernel.Cli.Display;
using MerKernel.Reports;

namespace MerKernel.Cli.Commands;

/// <summary>mer data truth: the known truth of the synthetic data, and how far the stored rows are from it.</summary>
static class DataTruthCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var markdown = new Option<bool>("--markdown") { Description = "Markdown" };
        var command = new Command("truth", "Show the best score that any rule can reach on the synthetic data, and how far the stored rows are from it.  Example: mer data truth --profile small") { markdown };
        options.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            // The limits need no run; a store that was named and is not there is a slip.
            if (bench.StoreFolder is not null) bench.Store.MustExist();
            foreach (var id in bench.Datasets) bench.Load(id, cancel);
            var tables = bench.Datasets.SelectMany(id => TruthReport.Of(bench, id)).ToList();
            if (parsed.GetValue(markdown)) Console.Write(string.Concat(tables.Select(t => t.ToMarkdown())));
            else Terminal.Write(tables);
        }, cancel));
        return command;
    }
}
