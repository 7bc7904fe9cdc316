using System.CommandLine;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>One experiment, every fold.</summary>
static class LosoCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var (dataset, variant) = (CommonOptions.Dataset(), CommonOptions.Variant());
        var command = new Command("loso", "Trains every fold of one experiment.  Example: mer loso --dataset samm --variant vit") { dataset, variant };
        options.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            var (chosen, id) = (Tables.Named(parsed.GetValue(variant)!), CommonOptions.ParseDataset(parsed.GetValue(dataset)!));
            return LosoRun.Run(bench, [(chosen, id)], options.Workers(parsed), cancel);
        }));
        return command;
    }
}
