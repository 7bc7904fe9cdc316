using MerKernel.Cli.Display;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>Runs experiments with their display; shared by the commands that train.</summary>
static class LosoRun
{
    /// <summary>Computes what is missing.</summary>
    /// <returns>0, or 2 if a fold failed twice.</returns>
    public static int Run(Workbench bench, IReadOnlyList<Variant> variants, IReadOnlyList<DatasetId> datasets, int workers, CancellationToken cancel)
    {
        AtomicFile.Sweep(bench.Store.Folder);
        // Reading them through says in a sentence what is not used, before anything is trained again.
        _ = bench.Store.Experiments().Count();
        var failed = 0;
        foreach (var id in datasets)
        {
            var dataset = bench.Dataset(id, cancel);
            // Seed after seed: the first one's tables are whole before the second begins.
            var experiments = (from seed in bench.Seeds from v in variants select (Variant: v, Experiment: bench.Experiment(v, id, seed, cancel))).ToList();
            string Name(Variant variant, Experiment experiment) => $"{id.Title()}: {variant.Name}{(bench.Seeds.Length > 1 ? $", seed {experiment.Seed}" : "")}";
            var display = new LosoDisplay(experiments.Select(e => (ExperimentHash.Of(e.Experiment), Name(e.Variant, e.Experiment))), dataset.Subjects.Length);
            var engine = new LosoEngine(bench.Store) { Workers = workers, Progress = display };
            var failures = display.Around(() => engine.Run(experiments.Select(e => e.Experiment), dataset, cancel));
            foreach (var (job, error) in failures)
                Console.Error.WriteLine($"mer: fold {job.Subject} of experiment {job.Hash} on {id.Title()} failed twice ({error.Message}); the other folds are kept, calling again tries it once more.");
            failed += failures.Count;
        }
        return failed == 0 ? 0 : 2;
    }
}
