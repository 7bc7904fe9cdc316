using MerKernel.Evaluation;
using MerKernel.Training;

namespace MerKernel.Cli.Commands;

/// <summary>One experiment, every fold.</summary>
static class LosoCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions(datasets: false);
        var (dataset, variant) = (CommonOptions.Dataset(), CommonOptions.Variant());
        var command = new Command("loso",
            "Train every fold of one experiment, or some, and keep them.  Example: mer loso --dataset samm --variant " +
            "vit; composite and cross-dataset are protocols over several sets: mer loso --dataset composite " +
            "--variant ststnet")
        {
            dataset, variant
        };
        var folds = new Option<string[]>("--fold")
        {
            Description = "only the folds that leave these subjects out, for example 17,08 (default: all)",
            AllowMultipleArgumentsPerToken = true
        };
        command.Options.Add(folds);
        options.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            _ = Tables.Named(parsed.GetValue(variant)!);
            var id = CommonOptions.ParseDataset(parsed.GetValue(dataset)!);
            var data = bench.Load(id, cancel);
            var chosen = CommonOptions.Variant(parsed, variant, data);
            string[] named = [.. (parsed.GetValue(folds) ?? [])
                .SelectMany(f => f.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Select(data.Subject).Distinct()];
            var status = LosoRun.Run(bench, [(chosen, id)], options.Workers(parsed), cancel,
                named.Length > 0 ? named : null);
            foreach (var seed in bench.Seeds)
                Show(bench, bench.Experiment(chosen, id, seed), chosen, data,
                    named.Length > 0 ? named : [.. data.Subjects]);
            return status;
        }));
        return command;
    }

    static void Show(Workbench bench, Experiment experiment, Method method, MerDataset data,
        IReadOnlyCollection<string> subjects)
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

/// <summary>Runs experiments with their display; shared by the commands that train.</summary>
static class LosoRun
{
    /// <summary>Computes the missing folds, once every data set has been checked.</summary>
    /// <param name="bench">Data and store.</param>
    /// <param name="work">Methods, each with a data set.</param>
    /// <param name="workers">Folds side by side.</param>
    /// <param name="cancel">Stops between two steps; stored folds are kept.</param>
    /// <param name="subjects">Only the folds that leave these out; null computes all.</param>
    /// <returns>0, or 2 if a fold failed.</returns>
    public static int Run(Workbench bench, IEnumerable<(Method Method, DatasetId Dataset)> work, int workers,
        CancellationToken cancel, IReadOnlyCollection<string>? subjects = null)
    {
        // A device that is not there is said before data are prepared for it.
        var device = ComputeDevice.Named(bench.Device);
        AtomicFile.Sweep(bench.Store.Folder);
        // Reading them through names the unused ones in a message, before anything is trained again.
        _ = bench.Store.Experiments().Count();
        var failed = 0;
        // A fault of the second set is met before the first is trained on, which may take months.
        foreach (var (dataset, methods) in work.GroupBy(w => w.Dataset)
            .Select(g => (bench.Load(g.Key, cancel), g.Select(w => w.Method).ToList())).ToList())
        {
            var id = dataset.Id;
            foreach (var lack in methods.Select(m => bench.Lacks(m, id)).OfType<string>()) Remark.Say(lack);
            if (methods.RemoveAll(m => bench.Lacks(m, id) is not null) > 0 && methods.Count == 0)
                throw new UserErrorException($"Nothing is left to run on {dataset.Title}, which has no action units; " +
                    $"choose a network without them, for example --variant {Tables.WithoutActionUnits.Key} or " +
                    "--variant ststnet.");
            // Seed after seed: the first one's tables are whole before the second begins.
            var experiments = (from seed in bench.Seeds
                               from method in methods
                               select (Method: method, Experiment: bench.Experiment(method, id, seed))).ToList();
            string Name(Method method, Experiment experiment) =>
                $"{id.Title()}: {method.Name}{(bench.Seeds.Length > 1 ? $", seed {experiment.Seed}" : "")}";
            var display = new LosoDisplay(
                from e in experiments
                let hash = ExperimentHash.Of(e.Experiment)
                let missing = (subjects ?? dataset.Subjects).Except(bench.Store.StoredSubjects(hash)).Count()
                select (hash, Name(e.Method, e.Experiment), missing));
            var engine = new LosoEngine(bench.Store)
            {
                Workers = workers, Device = device, Progress = display, Subjects = subjects
            };
            var failures = display.Around(() => engine.Run(experiments.Select(e => e.Experiment), dataset, cancel));
            foreach (var (job, error) in failures)
                Console.Error.WriteLine($"mer: {id.Title()}: {job.Failed(error)} All the other folds are kept; " +
                    "calling again tries once more.");
            failed += failures.Count;
        }
        return failed == 0 ? 0 : 2;
    }
}
