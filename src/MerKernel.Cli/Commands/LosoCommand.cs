using System.CommandLine;
using System.Globalization;
using MerKernel.Cli.Display;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Cli.Commands;

/// <summary>One experiment, every fold.</summary>
static class LosoCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions(datasets: false);
        var (dataset, variant) = (CommonOptions.Dataset(), CommonOptions.Variant());
        var command = new Command("loso", "Train every fold of one experiment, or some, and keep them.  Example: mer loso --dataset samm --variant vit; composite and cross-dataset are protocols over several sets: mer loso --dataset composite --variant ststnet") { dataset, variant };
        var folds = new Option<string[]>("--fold") { Description = "only the folds that leave these subjects out, for example 17,08 (default: all)", AllowMultipleArgumentsPerToken = true };
        command.Options.Add(folds);
        options.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            _ = Tables.Named(parsed.GetValue(variant)!);
            var id = CommonOptions.ParseDataset(parsed.GetValue(dataset)!);
            var data = bench.Load(id, cancel);
            var chosen = CommonOptions.Variant(parsed, variant, data);
            string[] named = [.. (parsed.GetValue(folds) ?? []).SelectMany(f => f.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(data.Subject).Distinct()];
            var status = LosoRun.Run(bench, [(chosen, id)], options.Workers(parsed), cancel, named.Length > 0 ? named : null);
            foreach (var seed in bench.Seeds) Show(bench, bench.Experiment(chosen, id, seed), chosen, data, named.Length > 0 ? named : [.. data.Subjects]);
            return status;
        }));
        return command;
    }

    static void Show(Workbench bench, Experiment experiment, Method method, MerDataset data, IReadOnlyCollection<string> subjects)
    {
        var hash = ExperimentHash.Of(experiment);
        var folds = new RunCatalogue(bench.Store).Folds(hash).Where(f => subjects.Contains(f.Subject)).ToList();
        if (folds.Count == 0) return;
        var (outcome, classes) = (EpochProtocol.Default.Apply(folds), data.Classes.Length);
        var pooled = outcome.Pooled(classes);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{data.Title}{(data.Synthetic ? " (synthetic)" : "")}, {method.Name}, seed {experiment.Seed}: accuracy {100 * Metrics.Accuracy(pooled):0.0} %, UF1 {Metrics.UF1(outcome.PooledForF1(classes)):0.000}, UAR {Metrics.Uar(pooled):0.000} at the final epoch, over {folds.Sum(f => f.Clips.Length)} clips of {folds.Count} folds{(folds.Count < data.Subjects.Length ? $" of {data.Subjects.Length}" : "")}; run {hash}"));
        if (FoldProtocol.Of(data.Id) is not null) Terminal.Write(ProtocolTable.Of(method.Name, data, outcome));
        if (experiment.ActionUnits == ActionUnitSource.Predicted) Terminal.Write(DetectedUnitTable.Of(folds, data));
    }
}
