using System.Collections.Immutable;
using System.CommandLine;
using MerKernel.Slurm;

namespace MerKernel.Cli.Commands;

/// <summary>Submits what ended without a result as a further round.</summary>
static class SubmitResubmitCommand
{
    public static Command Create()
    {
        var (store, name, settings) = (CommonOptions.Store(), SubmitCommands.Name(), new SlurmSettings());
        var dryRun = new Option<bool>("--dry-run") { Description = "print the scripts and commands and submit nothing" };
        var command = new Command("resubmit", "Submits what ended without a result once more, and nothing else.  Example: mer submit resubmit --time 24:00:00") { store, name, dryRun };
        settings.AddTo(command);
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            var folder = Submission.Find(SubmitCommands.StoreOf(parsed.GetValue(store)), parsed.GetValue(name));
            var submission = Submission.Load(folder);
            var all = GridStatus.Of(submission, folder, SlurmCommands.States);
            var ended = all.Where(f => f.State == FoldState.Ended).Select(f => f.Fold).ToList();
            if (ended.Count == 0)
            {
                Console.WriteLine($"Nothing to submit: {all.Count(f => f.State == FoldState.Stored)} of {all.Length} folds are stored, the others run or wait.");
                return;
            }
            submission = submission with { Slurm = settings.Over(submission.Slurm, parsed) };
            ImmutableArray<TaskFold> folds = [.. ended.Select((f, i) => f with { Task = i / submission.Slurm.FoldsPerTask })];
            if (parsed.GetValue(dryRun))
            {
                SlurmRound.Print(submission, folder, submission.Rounds.Length + 1, folds);
                return;
            }
            // One job makes the tables, after every round: those of rounds before would only run too early.
            SlurmCommands.Cancel([.. submission.Rounds.Where(r => r.FinishJob > 0).Select(r => $"{r.FinishJob}")]);
            var open = all.Where(f => f.State is FoldState.Running or FoldState.Waiting).Select(f => submission.Rounds[f.Round - 1].ArrayJob).Distinct();
            SlurmRound.Submit(submission, folder, folds, open);
        }));
        return command;
    }
}
