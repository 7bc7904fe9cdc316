using System.CommandLine;
using MerKernel.Slurm;
using MerKernel.Cli.Display;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Cli.Commands;

/// <summary>How far a submission is, row by row.</summary>
static class SubmitStatusCommand
{
    const int MostNamed = 20;

    public static Command Create()
    {
        var (store, name) = (CommonOptions.Store(), SubmitCommands.Name());
        var command = new Command("status", "Says how far a submission is, by tables, rows and folds.  Example: mer submit status") { store, name };
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            var folder = Submission.Find(SubmitCommands.StoreOf(parsed.GetValue(store)), parsed.GetValue(name));
            var submission = Submission.Load(folder);
            Show(submission, folder, GridStatus.Of(submission, folder, SlurmCommands.States));
        }));
        return command;
    }

    static void Show(Submission submission, string folder, IReadOnlyList<FoldStatus> folds)
    {
        var tables = SubmissionRows.TablesOf(submission);
        Terminal.Write(TextTable.Of("", ["row", "data set", "tables", ">folds", ">stored", ">running", ">waiting", ">ended without result"],
            from row in folds.GroupBy(f => (f.Fold.Dataset, f.Fold.Variant, f.Fold.Seed))
            orderby row.Key.Dataset, tables(row.First().Fold).FirstOrDefault()
            let counts = new[] { FoldState.Stored, FoldState.Running, FoldState.Waiting, FoldState.Ended }.Select(state => row.Count(f => f.State == state) is > 0 and var n ? $"{n}" : "")
            select (IEnumerable<string>)[Tables.Named(row.Key.Variant).Name + (submission.Seeds.Length > 1 ? $", seed {row.Key.Seed}" : ""), row.Key.Dataset.Title(), string.Join(", ", tables(row.First().Fold)), $"{row.Count()}", .. counts]));

        int All(FoldState state) => folds.Count(f => f.State == state);
        Console.WriteLine($"{Path.GetFileName(folder)}, round {submission.Rounds.Length}: {All(FoldState.Stored)} of {folds.Count} folds stored, {All(FoldState.Running)} running, {All(FoldState.Waiting)} waiting, {All(FoldState.Ended)} ended without result.");
        var ended = folds.Where(f => f.State == FoldState.Ended).ToList();
        foreach (var f in ended.Take(MostNamed)) Console.WriteLine($"  {Name(f.Fold)}: {Why(f, folder)}");
        if (ended.Count > MostNamed) Console.WriteLine($"  and {ended.Count - MostNamed} more");
        if (ended.Count > 0) Console.WriteLine("mer submit resubmit computes what is missing.");
        foreach (var reason in folds.Where(f => f.State == FoldState.Waiting).Select(f => f.Job!.Reason).Where(r => r is not ("" or "None" or "Priority" or "Resources" or "JobArrayTaskLimit")).Distinct())
            Console.WriteLine($"Some wait because Slurm says {reason}.");
        foreach (var note in Directory.EnumerateFiles(Path.Combine(Submission.RoundFolder(folder, submission.Rounds.Length), "nodes")).Order(StringComparer.Ordinal))
            Console.WriteLine($"Avoided: {File.ReadAllText(note).Trim().Replace("mer: ", "", StringComparison.Ordinal)}");
        if (All(FoldState.Stored) == folds.Count)
            Console.WriteLine(File.Exists(Path.Combine(Path.GetDirectoryName(submission.Store)!, "tables.md")) ? $"The tables: {Path.Combine(Path.GetDirectoryName(submission.Store)!, "tables.md")}" : "The tables are still to be made.");
    }

    static string Name(TaskFold fold) => $"{fold.Dataset.Title()}, {Tables.Named(fold.Variant).Name}, fold {fold.Subject}";

    static string Why(FoldStatus status, string folder)
    {
        var log = Path.Combine(Submission.RoundFolder(folder, status.Round), "logs", $"{status.Fold.Task}.txt");
        var last = File.Exists(log) ? File.ReadLines(log).LastOrDefault(l => l.Length > 0) : null;
        // Slurm forgets at once what was cancelled before it began, and opens the log of what begins.
        if (status.Job is null && last is null) return "cancelled before it began";
        return (status.Job is { } job ? job.State.ToLowerInvariant().Replace('_', ' ') + (job.Nodes.Length > 0 ? $" on {job.Nodes}" : "") : "its task has ended")
            + (last is null ? "; it wrote no log" : $"; {log} ends with '{last}'");
    }
}
