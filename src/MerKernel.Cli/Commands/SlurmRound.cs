using System.Collections.Immutable;
using System.Globalization;
using MerKernel.Slurm;

namespace MerKernel.Cli.Commands;

/// <summary>Writes the scripts of a round and submits them; or prints what would be submitted.</summary>
static class SlurmRound
{
    /// <summary>Submits a further round of a submission.</summary>
    /// <param name="submission">What is asked, with the rounds so far.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="folds">What is missing.</param>
    /// <param name="waitFor">Arrays of rounds before that still have tasks.</param>
    public static void Submit(Submission submission, string folder, ImmutableArray<TaskFold> folds, IEnumerable<long>? waitFor = null)
    {
        var number = submission.Rounds.Length + 1;
        var here = Submission.RoundFolder(folder, number);
        foreach (var part in (string[])["logs", "nodes"]) Directory.CreateDirectory(Path.Combine(here, part));
        TaskList.Write(here, folds);
        AtomicFile.Write(ArrayScript(here), JobScript.Array(submission, folder, number, folds));
        AtomicFile.Write(FinishScript(here), JobScript.Finish(submission, folder, number));

        var array = SlurmCommands.Submit(ArrayScript(here), submission.Slurm.SbatchArguments);
        // Stored before the second job is submitted: whatever happens next, the array can be found and cancelled.
        (submission with { Rounds = submission.Rounds.Add(new Round(array, 0)) }).Save(folder);
        var finish = SlurmCommands.Submit(FinishScript(here), [Dependency([.. waitFor ?? [], array])]);
        (submission with { Rounds = submission.Rounds.Add(new Round(array, finish)) }).Save(folder);

        Console.WriteLine($"Submitted {folds.Length} folds in {Tasks(folds)} tasks, and a job that makes the tables when they have ended.");
        Console.WriteLine($"Scripts and logs: {here}");
        Console.WriteLine($"How far it is: {submission.Program} submit status --store {submission.Store}");
    }

    /// <summary>Prints everything that would be submitted.</summary>
    public static void Print(Submission submission, string folder, int number, ImmutableArray<TaskFold> folds)
    {
        var here = Submission.RoundFolder(folder, number);
        Console.WriteLine($"# {Path.Combine(here, "folds.tsv")}");
        Console.Write(TaskList.Render(folds));
        Console.WriteLine($"\n# {ArrayScript(here)}");
        Console.Write(JobScript.Array(submission, folder, number, folds));
        Console.WriteLine($"\n# {FinishScript(here)}");
        Console.Write(JobScript.Finish(submission, folder, number));
        Console.WriteLine("\n# Commands");
        Console.WriteLine($"sbatch --parsable {string.Join(' ', [.. submission.Slurm.SbatchArguments, ArrayScript(here)])}");
        Console.WriteLine($"sbatch --parsable --dependency=afterany:ARRAY {FinishScript(here)}");
        Console.WriteLine($"\nNothing was submitted: {folds.Length} folds in {Tasks(folds)} tasks, {SlurmOptions.Limit(submission.Slurm.Time)} and {submission.Slurm.MemoryMiB} MiB each.");
    }

    // afterany, not afterok: one failed task would leave an afterok job waiting for ever, and a table of the other rows is worth having.
    static string Dependency(IEnumerable<long> arrays) => "--dependency=afterany:" + string.Join(':', arrays.Select(a => a.ToString(CultureInfo.InvariantCulture)));

    static int Tasks(ImmutableArray<TaskFold> folds) => folds.Max(f => f.Task) + 1;

    static string ArrayScript(string here) => Path.Combine(here, "array.sh");

    static string FinishScript(string here) => Path.Combine(here, "finish.sh");
}
