using System.CommandLine;
using System.Diagnostics;
using MerKernel.Cli.Notebooks;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>The main job: every row of Tables 1 to 7 on both data sets.</summary>
static class ReproduceCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var command = new Command("reproduce", "Runs every row of Tables 1 to 7 on both data sets, then shows the tables.  Example: mer reproduce --profile small");
        var noReports = new Option<bool>("--no-reports") { Description = "do not execute the table notebooks and write no pages" };
        command.Options.Add(noReports);
        options.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var clock = Stopwatch.StartNew();
            using var bench = options.Open(parsed);
            var status = LosoRun.Run(bench, Variants.WithControls, Enum.GetValues<DatasetId>(), options.Workers(parsed), cancel);
            var rows = ReproduceClosing.Tables(bench, cancel);
            Console.WriteLine($"Finished in {clock.Elapsed:hh\\:mm\\:ss}.");
            if (status != 0) Console.WriteLine("Incomplete: the folds named above failed twice, so their rows have no measured values; the same command tries them once more.");
            if (!parsed.GetValue(noReports)) status = Math.Max(status, ClosingReport.Write(bench, rows, text => Console.Error.WriteLine($"mer: {text}"), cancel));
            return status;
        }));
        return command;
    }
}
