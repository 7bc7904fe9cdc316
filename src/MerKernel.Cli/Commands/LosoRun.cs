using MerKernel.Cli.Display;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Training;

namespace MerKernel.Cli.Commands;

/// <summary>Runs experiments with their display; shared by the commands that train.</summary>
static class LosoRun
{
    /// <summary>Computes what is missing.</summary>
    /// <returns>0, or 2 if a fold failed twice.</returns>
    public static int Run(Workbench bench, IEnumerable<(Method Method, DatasetId Dataset)> work, int workers, CancellationToken cancel)
    {
        // A device that is not there is said before data are prepared for it.
        var device = ComputeDevice.Named(bench.Device);
        AtomicFile.Sweep(bench.Store.Folder);
        // Reading them through says in a sentence what is not used, before anything is trained again.
        _ = bench.Store.Experiments().Count();
        var failed = 0;
        foreach (var (id, methods) in work.GroupBy(w => w.Dataset).Select(g => (g.Key, g.Select(w => w.Method).ToList())))
        {
            var dataset = bench.Load(id, cancel);
            // Seed after seed: the first one's tables are whole before the second begins.
            var experiments = (from seed in bench.Seeds from method in methods select (Method: method, Experiment: bench.Experiment(method, id, seed))).ToList();
            string Name(Method method, Experiment experiment) => $"{id.Title()}: {method.Name}{(bench.Seeds.Length > 1 ? $", seed {experiment.Seed}" : "")}";
            var display = new LosoDisplay(experiments.Select(e => (ExperimentHash.Of(e.Experiment), Name(e.Method, e.Experiment))), dataset.Subjects.Length);
            var engine = new LosoEngine(bench.Store) { Workers = workers, Device = device, Progress = display };
            var failures = display.Around(() => engine.Run(experiments.Select(e => e.Experiment), dataset, cancel));
            foreach (var (job, error) in failures)
                Console.Error.WriteLine($"mer: fold {job.Subject} of experiment {job.Hash} on {id.Title()} failed twice ({error.Message}); the other folds are kept, calling again tries it once more.");
            failed += failures.Count;
        }
        return failed == 0 ? 0 : 2;
    }
}
