using System.CommandLine;
using MerKernel.Slurm;
using MerKernel.Synthetic;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>The dependent job: checks that every fold is stored, then ends as mer reproduce does. The job script calls it.</summary>
static class SubmitFinishCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("submission") { Description = "folder of the submission" };
        var command = new Command("finish", "Make the tables of a submission; the job script calls it.  Example: mer submit finish cluster/20260101-120000") { folder };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(Path.GetFullPath(parsed.GetValue(folder)!), cancel)));
        return command;
    }

    static int Run(string folder, CancellationToken cancel)
    {
        var submission = Submission.Load(folder);
        // Without Slurm: only the stored folds count here.
        var missing = GridStatus.Of(submission, folder, _ => System.Collections.Immutable.ImmutableDictionary<int, JobState>.Empty).Where(f => f.State != FoldState.Stored).ToList();
        using var bench = submission.Open(new SyntheticData(), Remark.Say);
        foreach (var id in bench.Datasets) bench.Load(id, cancel);
        var rows = ReproduceClosing.Show(bench);
        if (missing.Count == 0) return ReproduceClosing.Pages(bench, rows, cancel);
        Console.WriteLine($"Incomplete: {missing.Count} folds have ended without a result, so their rows have no measured values; mer submit status names them, mer submit resubmit computes them.");
        return 2;
    }
}
