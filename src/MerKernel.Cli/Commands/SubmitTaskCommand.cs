using System.CommandLine;
using MerKernel.Slurm;
using MerKernel.Synthetic;
using MerKernel.Experiments;
using TorchSharp;

namespace MerKernel.Cli.Commands;

/// <summary>One task of an array: its folds, from and to the shared folder. The job script calls it.</summary>
static class SubmitTaskCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("round") { Description = "folder of the round" };
        var number = new Argument<int>("task") { Description = "number of the task" };
        var command = new Command("task", "Computes the folds of one task; the job script calls it.  Example: mer submit task cluster/20260101-120000/round-1 0") { folder, number };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(Path.GetFullPath(parsed.GetValue(folder)!), parsed.GetValue(number), cancel)));
        return command;
    }

    static int Run(string round, int task, CancellationToken cancel)
    {
        var submission = Submission.Load(Path.GetDirectoryName(round)!);
        var folds = TaskList.Read(round).Where(f => f.Task == task).ToList();
        if (folds.Count == 0) throw new UserErrorException($"{round} has no task {task}; its tasks are in folds.tsv.");
        if (submission.Slurm.UsesGpu && !torch.cuda_is_available())
        {
            Console.Error.WriteLine($"mer: {Environment.MachineName} has no GPU that this program can use (its libtorch finds no CUDA); publish with a CUDA build of libtorch, or submit without --gres.");
            return JobScript.NodeAtFault;
        }

        var store = new RunStore(submission.Store) { Warn = Remark.Say };
        using var bench = new Workbench
        {
            Synthetic = new SyntheticData(),
            Profile = Profile.Named(submission.Profile), DataFolder = submission.Data, StoreFolder = submission.Store, CacheFolder = submission.Cache,
            WeightsFolder = submission.Weights, Say = store.Warn,
        };
        var engine = new LosoEngine(store)
        {
            Workers = submission.Slurm.Processors, CheckpointEvery = submission.Slurm.CheckpointEvery, Progress = new TaskLog(),
            Device = submission.Slurm.UsesGpu ? torch.CUDA : torch.CPU,
        };
        var failed = 0;
        foreach (var set in folds.GroupBy(f => f.Dataset))
        {
            var jobs = set.Select(f => new FoldJob(Stored(f.Hash), f.Hash, f.Subject)).ToList();
            foreach (var (job, error) in engine.Run(jobs, bench.Load(set.Key, cancel), cancel))
            {
                failed++;
                Console.Error.WriteLine($"mer: fold {job.Subject} of experiment {job.Hash} failed twice ({error.Message.TrimEnd('.')}); mer submit resubmit tries it once more.");
            }
        }
        return failed == 0 ? 0 : 2;

        Experiment Stored(string hash) => store.TryReadExperiment(hash) is { } stored ? stored with { Model = bench.Outside.Locate(stored.Model) }
            : throw new UserErrorException($"{store.FolderOf(hash)} has no experiment.json of this version; submit anew, which writes it.");
    }
}
