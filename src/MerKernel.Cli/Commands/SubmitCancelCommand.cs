using System.CommandLine;
using MerKernel.Slurm;

namespace MerKernel.Cli.Commands;

/// <summary>Cancels what is chosen of a submission, or all of it.</summary>
static class SubmitCancelCommand
{
    public static Command Create()
    {
        var (store, name, selection) = (CommonOptions.Store(), SubmitCommands.Name(), new SubmitSelection());
        var command = new Command("cancel", "Cancels a submission, or tables, rows and folds of it.  Example: mer submit cancel --table 5 --dataset samm") { store, name };
        selection.AddTo(command);
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            var folder = Submission.Find(SubmitCommands.StoreOf(parsed.GetValue(store)), parsed.GetValue(name));
            var submission = Submission.Load(folder);
            var open = GridStatus.Of(submission, folder, SlurmCommands.States).Where(f => f.State is FoldState.Running or FoldState.Waiting).ToList();
            var chosen = open.Where(f => selection.Chooses(parsed, submission)(f.Fold)).ToHashSet();
            // A task goes only when nothing else is left of it to compute.
            var tasks = open.GroupBy(f => (f.Round, f.Fold.Task)).ToList();
            var cancelled = tasks.Where(t => t.All(chosen.Contains)).ToList();
            var jobs = cancelled.Select(t => $"{submission.Rounds[t.Key.Round - 1].ArrayJob}_{t.Key.Task}").ToList();
            if (selection.IsAll(parsed)) jobs.AddRange(submission.Rounds.Where(r => r.FinishJob > 0).Select(r => $"{r.FinishJob}"));
            SlurmCommands.Cancel(jobs);
            Console.WriteLine($"Cancelled {cancelled.Sum(t => t.Count())} folds; what is stored is kept, mer submit resubmit computes the rest.");
            if (chosen.Count > cancelled.Sum(t => t.Count()))
                Console.WriteLine($"{chosen.Count - cancelled.Sum(t => t.Count())} folds share their task with others and go on; name those too, or submit with --folds-per-task 1.");
        }));
        return command;
    }
}
