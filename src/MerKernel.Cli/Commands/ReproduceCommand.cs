using System.CommandLine;
using MerKernel.Cli.Display;
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
        options.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            var status = LosoRun.Run(bench, Variants.All, Enum.GetValues<DatasetId>(), options.Workers(parsed), null, cancel);
            return status;
        }));
        return command;
    }
}
