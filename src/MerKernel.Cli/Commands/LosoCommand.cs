using System.CommandLine;
using System.Globalization;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>One experiment, every fold.</summary>
static class LosoCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions(datasets: false);
        var (dataset, variant) = (CommonOptions.Dataset(), CommonOptions.Variant());
        var command = new Command("loso", "Trains every fold of one experiment, or some, and keeps them.  Example: mer loso --dataset samm --variant vit") { dataset, variant };
        var folds = new Option<string[]>("--fold") { Description = "only the folds that leave these subjects out, for example 17,08 (default: all)", AllowMultipleArgumentsPerToken = true };
        command.Options.Add(folds);
        options.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            var (chosen, id) = (Methods.Named(parsed.GetValue(variant)!), CommonOptions.ParseDataset(parsed.GetValue(dataset)!));
            var data = bench.Dataset(id, cancel);
            string[] named = [.. (parsed.GetValue(folds) ?? []).SelectMany(f => f.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(data.Subject).Distinct()];
            var status = LosoRun.Run(bench, [(chosen, id)], options.Workers(parsed), cancel, named.Length > 0 ? named : null);
            foreach (var seed in bench.Seeds) Show(bench, bench.Experiment(chosen, id, seed, cancel), chosen, data, named.Length > 0 ? named : [.. data.Subjects]);
            return status;
        }));
        return command;
    }

    static void Show(Workbench bench, Experiment experiment, Method method, MerDataset data, IReadOnlyCollection<string> subjects)
    {
        var run = new RunCatalogue(bench.Store).Of(experiment, subjects);
        if (run.Digest.Final is not { } scores) return;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{data.Id.Title()}{(data.Synthetic ? " (synthetic)" : "")}, {method.Name}, seed {experiment.Seed}: accuracy {100 * scores.Accuracy:0.0} %, UF1 {scores.UF1:0.000}, UAR {scores.Uar:0.000} at the final epoch, over {run.Digest.Clips} clips of {run.Digest.Folds} folds{(run.Digest.Folds < data.Subjects.Length ? $" of {data.Subjects.Length}" : "")}; run {run.Hash}"));
    }
}
