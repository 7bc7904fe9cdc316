using MerKernel.Slurm;
using MerKernel.Synthetic;
using MerKernel.Training;
using TorchSharp;

namespace MerKernel.Cli.Commands;

/// <summary>The grid as a Slurm job array.</summary>
static class SubmitCommands
{
    public static Command Create() =>
        new("submit", "Run tables on a Slurm cluster, and follow them.  Example: mer submit status")
        {
            SubmitSlurmCommand.Create(),
            SubmitStatusCommand.Create(),
            SubmitCancelCommand.Create(),
            SubmitResubmitCommand.Create(),
            SubmitTaskCommand.Create(),
            SubmitFinishCommand.Create(),
        };

    public static Option<string?> Name() =>
        new("--submission") { Description = "which submission (default: the latest of the run store)" };

    /// <summary>The run store; commands look for submissions next to it.</summary>
    public static RunStore StoreOf(string? folder) => new Workbench { StoreFolder = folder }.Store;
}

/// <summary>How far a submission is, row by row.</summary>
static class SubmitStatusCommand
{
    const int MostNamed = 20;

    public static Command Create()
    {
        var (store, name) = (CommonOptions.Store(), SubmitCommands.Name());
        var command = new Command("status",
            "Show the progress of a submission, by tables, rows and folds.  Example: mer submit status")
        {
            store, name
        };
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
        Terminal.Write(TextTable.Of("",
            ["row", "data set", "tables", ">folds", ">stored", ">running", ">waiting", ">ended without result"],
            from row in folds.GroupBy(f => (f.Fold.Dataset, f.Fold.Variant, f.Fold.Seed))
            orderby row.Key.Dataset, tables(row.First().Fold).FirstOrDefault()
            let counts = new[] { FoldState.Stored, FoldState.Running, FoldState.Waiting, FoldState.Ended }
                .Select(state => row.Count(f => f.State == state) is > 0 and var n ? $"{n}" : "")
            select (IEnumerable<string>)
            [
                Tables.Named(row.Key.Variant).Name + (submission.Seeds.Length > 1 ? $", seed {row.Key.Seed}" : ""),
                row.Key.Dataset.Title(), string.Join(", ", tables(row.First().Fold)), $"{row.Count()}", .. counts
            ]));

        int All(FoldState state) => folds.Count(f => f.State == state);
        Console.WriteLine($"{Path.GetFileName(folder)}, round {submission.Rounds.Length}: {All(FoldState.Stored)} of " +
            $"{folds.Count} folds stored, {All(FoldState.Running)} running, {All(FoldState.Waiting)} waiting, " +
            $"{All(FoldState.Ended)} ended without result.");
        var ended = folds.Where(f => f.State == FoldState.Ended).ToList();
        foreach (var f in ended.Take(MostNamed)) Console.WriteLine($"  {Name(f.Fold)}: {Why(f, folder)}");
        if (ended.Count > MostNamed) Console.WriteLine($"  and {ended.Count - MostNamed} more");
        if (ended.Count > 0) Console.WriteLine("mer submit resubmit computes the missing folds.");
        foreach (var reason in folds.Where(f => f.State == FoldState.Waiting).Select(f => f.Job!.Reason)
            .Where(r => r is not ("" or "None" or "Priority" or "Resources" or "JobArrayTaskLimit")).Distinct())
            Console.WriteLine($"Some wait because Slurm says {reason}.");
        foreach (var note in Directory.EnumerateFiles(
            Path.Combine(Submission.RoundFolder(folder, submission.Rounds.Length), "nodes"))
            .Order(StringComparer.Ordinal))
            Console.WriteLine(
                $"Avoided: {File.ReadAllText(note).Trim().Replace("mer: ", "", StringComparison.Ordinal)}");
        if (All(FoldState.Stored) == folds.Count)
        {
            using var bench = submission.Open();
            var made = Path.Combine(bench.ReportFolder, "tables.md");
            // Those of an earlier run are not of these folds.
            Console.WriteLine(File.GetLastWriteTimeUtc(made) > File.GetLastWriteTimeUtc(Submission.FileIn(folder))
                ? $"The tables: {made}" : "The tables are still to be made.");
        }
    }

    static string Name(TaskFold fold) =>
        $"{fold.Dataset.Title()}, {Tables.Named(fold.Variant).Name}, fold {fold.Subject}";

    static string Why(FoldStatus status, string folder)
    {
        var log = Path.Combine(Submission.RoundFolder(folder, status.Round), "logs", $"{status.Fold.Task}.txt");
        var last = File.Exists(log) ? File.ReadLines(log).LastOrDefault(l => l.Length > 0) : null;
        // Slurm forgets at once a task cancelled before it began, and opens a log for each that begins.
        if (status.Job is null && last is null) return "cancelled before it began";
        return (status.Job is { } job
            ? job.State.ToLowerInvariant().Replace('_', ' ') + (job.Nodes.Length > 0 ? $" on {job.Nodes}" : "")
            : "its task has ended")
            + (last is null ? "; it wrote no log" : $"; {log} ends with '{last}'");
    }
}

/// <summary>Cancels the chosen part of a submission, or all of it.</summary>
static class SubmitCancelCommand
{
    public static Command Create()
    {
        var (store, name, selection) = (CommonOptions.Store(), SubmitCommands.Name(), new SubmitSelection());
        var command = new Command("cancel",
            "Cancel a submission, or tables, rows and folds of it.  Example: mer submit cancel --table 5 " +
            "--dataset samm") { store, name };
        selection.AddTo(command);
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            var folder = Submission.Find(SubmitCommands.StoreOf(parsed.GetValue(store)), parsed.GetValue(name));
            var submission = Submission.Load(folder);
            var open = GridStatus.Of(submission, folder, SlurmCommands.States)
                .Where(f => f.State is FoldState.Running or FoldState.Waiting).ToList();
            var chosen = open.Where(f => selection.Chooses(parsed, submission)(f.Fold)).ToHashSet();
            if (chosen.Count == 0 && open.Count > 0)
                throw new UserErrorException($"None of the {open.Count} folds that run or wait is among those named; " +
                    "mer submit status lists tables, rows and data sets.");
            // A task goes only when nothing else is left of it to compute.
            var tasks = open.GroupBy(f => (f.Round, f.Fold.Task)).ToList();
            var cancelled = tasks.Where(t => t.All(chosen.Contains)).ToList();
            var jobs = cancelled.Select(t => $"{submission.Rounds[t.Key.Round - 1].ArrayJob}_{t.Key.Task}").ToList();
            if (selection.IsAll(parsed))
                jobs.AddRange(submission.Rounds.Where(r => r.FinishJob > 0).Select(r => $"{r.FinishJob}"));
            SlurmCommands.Cancel(jobs);
            Console.WriteLine($"Cancelled {cancelled.Sum(t => t.Count())} folds; stored folds are kept, mer submit " +
                "resubmit computes the rest.");
            if (chosen.Count > cancelled.Sum(t => t.Count()))
                Console.WriteLine($"{chosen.Count - cancelled.Sum(t => t.Count())} folds share their task with " +
                    "others and continue; name those too, or submit with --folds-per-task 1.");
        }));
        return command;
    }
}

/// <summary>Submits folds that ended without a result as a further round.</summary>
static class SubmitResubmitCommand
{
    public static Command Create()
    {
        var (store, name, settings) = (CommonOptions.Store(), SubmitCommands.Name(), new SlurmSettings());
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "print the scripts and commands and submit nothing"
        };
        var command = new Command("resubmit",
            "Submit again the folds that ended without a result.  Example: mer submit resubmit --time 24:00:00")
        {
            store, name, dryRun
        };
        settings.AddTo(command);
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            var folder = Submission.Find(SubmitCommands.StoreOf(parsed.GetValue(store)), parsed.GetValue(name));
            var submission = Submission.Load(folder);
            var all = GridStatus.Of(submission, folder, SlurmCommands.States);
            var ended = all.Where(f => f.State == FoldState.Ended).Select(f => f.Fold).ToList();
            if (ended.Count == 0)
            {
                Console.WriteLine($"Nothing to submit: {all.Count(f => f.State == FoldState.Stored)} of {all.Length} " +
                    "folds are stored, the others run or wait.");
                return;
            }
            submission = submission with { Slurm = settings.Again(submission.Slurm, parsed) };
            SlurmSettings.DemandFew(ended.Count, submission.Slurm.FoldsPerTask);
            ImmutableArray<TaskFold> folds =
            [
                .. ended.Select((f, i) => f with { Task = i / submission.Slurm.FoldsPerTask })
            ];
            if (parsed.GetValue(dryRun))
            {
                SlurmRound.Print(submission, folder, submission.Rounds.Length + 1, folds);
                return;
            }
            var open = all.Where(f => f.State is FoldState.Running or FoldState.Waiting)
                .Select(f => submission.Rounds[f.Round - 1].ArrayJob).Distinct();
            SlurmRound.Submit(submission, folder, folds, open);
            // One job makes the tables, after every round: those of rounds before would only run too early. They go
            // last, so that there is one whatever Slurm refuses.
            SlurmCommands.Cancel([.. submission.Rounds.Where(r => r.FinishJob > 0).Select(r => $"{r.FinishJob}")]);
        }));
        return command;
    }
}

/// <summary>One task of an array: its folds, from and to the shared folder. The job script calls it.</summary>
static class SubmitTaskCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("round") { Description = "folder of the round" };
        var number = new Argument<int>("task") { Description = "number of the task" };
        var command = new Command("task",
            "Compute the folds of one task; the job script calls it.  Example: mer submit task " +
            "cluster/20260101-120000/round-1 0") { folder, number };
        command.SetAction((parsed, cancel) =>
            Task.Run(() => Run(Path.GetFullPath(parsed.GetValue(folder)!), parsed.GetValue(number), cancel)));
        return command;
    }

    static int Run(string round, int task, CancellationToken cancel)
    {
        var submission = Submission.Load(Path.GetDirectoryName(round)!);
        var folds = TaskList.Read(round).Where(f => f.Task == task).ToList();
        if (folds.Count == 0) throw new UserErrorException($"{round} has no task {task}; its tasks are in folds.tsv.");
        if (submission.Slurm.UsesGpu && !torch.cuda_is_available())
        {
            Console.Error.WriteLine($"mer: {Environment.MachineName} has no GPU that this program can use (its " +
                "libtorch finds no CUDA); publish with a CUDA build of libtorch, or submit without --gres.");
            return JobScript.NodeAtFault;
        }

        using var bench = submission.Open(new SyntheticData(), Remark.Say);
        var store = bench.Store;
        var engine = new LosoEngine(store)
        {
            Workers = submission.Slurm.Processors, CheckpointEvery = submission.Slurm.CheckpointEvery,
            Progress = new TaskLog(),
            Device = ComputeDevice.Named(submission.Slurm.UsesGpu ? "cuda" : "cpu"),
        };
        var failed = 0;
        foreach (var set in folds.GroupBy(f => f.Dataset))
        {
            var jobs = set.Select(f => new FoldJob(Stored(f.Hash), f.Hash, f.Subject)).ToList();
            foreach (var (job, error) in engine.Run(jobs, bench.Load(set.Key, cancel), cancel))
            {
                failed++;
                Console.Error.WriteLine($"mer: {job.Failed(error)} mer submit resubmit tries it once more.");
            }
        }
        return failed == 0 ? 0 : 2;

        Experiment Stored(string hash) => store.TryReadExperiment(hash) is { } stored ? bench.Outside.Locate(stored)
            : throw new UserErrorException(
                $"{store.FolderOf(hash)} has no experiment.json of this version; submit anew, which writes it.");
    }
}

/// <summary>Writes the scripts of a round and submits them; or only prints them.</summary>
static class SlurmRound
{
    /// <summary>Submits a further round of a submission.</summary>
    /// <param name="submission">The request, with the rounds so far.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="folds">The missing folds.</param>
    /// <param name="waitFor">Arrays of rounds before that still have tasks.</param>
    public static void Submit(Submission submission, string folder, ImmutableArray<TaskFold> folds,
        IEnumerable<long>? waitFor = null)
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
        long finish;
        try
        {
            finish = SlurmCommands.Submit(FinishScript(here),
                [.. submission.Slurm.SbatchArguments, Dependency([.. waitFor ?? [], array])]);
        }
        catch (UserErrorException e)
        {
            throw new UserErrorException($"{folds.Length} folds are submitted as job {array}, but not the job that " +
                $"makes the tables: {e.Message} When they have ended, {submission.Program} submit finish {folder} " +
                "makes them.", e);
        }
        (submission with { Rounds = submission.Rounds.Add(new Round(array, finish)) }).Save(folder);

        Console.WriteLine($"Submitted {folds.Length} folds in {Tasks(folds)} tasks, and a job that makes the tables " +
            "when they have ended.");
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
        Console.WriteLine(
            $"sbatch --parsable {string.Join(' ', [.. submission.Slurm.SbatchArguments, ArrayScript(here)])}");
        Console.WriteLine($"sbatch --parsable {string.Join(' ', [.. submission.Slurm.SbatchArguments,
            "--dependency=afterany:ARRAY", FinishScript(here)])}");
        Console.WriteLine($"\nNothing was submitted: {folds.Length} folds in {Tasks(folds)} tasks, " +
            $"{SlurmOptions.Limit(submission.Slurm.Time)} and {submission.Slurm.MemoryMiB} MiB each.");
    }

    // afterany, not afterok: one failed task would leave an afterok job waiting for ever, and a table of the other rows
    // is worth having.
    static string Dependency(IEnumerable<long> arrays) =>
        "--dependency=afterany:" + string.Join(':', arrays.Select(a => a.ToString(CultureInfo.InvariantCulture)));

    static int Tasks(ImmutableArray<TaskFold> folds) => folds.Max(f => f.Task) + 1;

    static string ArrayScript(string here) => Path.Combine(here, "array.sh");

    static string FinishScript(string here) => Path.Combine(here, "finish.sh");
}

/// <summary>Which tables of a submission show a fold's row.</summary>
static class SubmissionRows
{
    public static Func<TaskFold, ImmutableArray<int>> TablesOf(Submission submission)
    {
        var shown = Tables.Work(submission.Tables.Select(Tables.Numbered), submission.Datasets ?? DatasetNames.Paper)
            .ToDictionary(w => (w.Method.Key, w.Dataset), w => w.Tables);
        return fold => shown.GetValueOrDefault((fold.Variant, fold.Dataset), []);
    }
}

/// <summary>
/// Writes a task's progress into its log, a line per epoch: where a task is killed, its log says how far it was.
/// </summary>
sealed class TaskLog : ILosoProgress
{
    public void Planned(int stored, int missing) => Line($"{missing} folds to compute, {stored} are stored");

    public void EpochFinished(FoldJob job, EpochProgress epoch) =>
        Line($"{Name(job)}: epoch {epoch.Epoch} of {epoch.Epochs}, loss {epoch.Loss:0.0000}");

    public void FoldFinished(FoldJob job, FoldFacts facts) => Line($"{Name(job)}: stored after {facts.Seconds:0.0} s");

    public void FoldFailed(FoldJob job, Exception error, bool final) =>
        Line($"{Name(job)}: {error.Message}; {(final ? "given up" : "tried once more")}");

    static string Name(FoldJob job) => $"{job.Hash}, subject {job.Subject}";

    static void Line(string text) => Console.WriteLine($"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z {text}");
}

/// <summary>
/// The dependent job: checks that every fold is stored, then ends as mer reproduce does. The job script calls it.
/// </summary>
static class SubmitFinishCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("submission") { Description = "folder of the submission" };
        var command = new Command("finish",
            "Make the tables of a submission; the job script calls it.  Example: mer submit finish " +
            "cluster/20260101-120000") { folder };
        command.SetAction((parsed, cancel) => Task.Run(() => Run(Path.GetFullPath(parsed.GetValue(folder)!), cancel)));
        return command;
    }

    static int Run(string folder, CancellationToken cancel)
    {
        var submission = Submission.Load(folder);
        // Without Slurm: only the stored folds count here.
        var missing = GridStatus.Of(submission, folder,
            _ => System.Collections.Immutable.ImmutableDictionary<int, JobState>.Empty)
            .Where(f => f.State != FoldState.Stored).ToList();
        using var bench = submission.Open(new SyntheticData(), Remark.Say);
        foreach (var id in bench.Datasets) bench.Load(id, cancel);
        var rows = ReproduceClosing.Show(bench, submission.Tables.Select(Tables.Numbered));
        if (missing.Count == 0) return ReproduceClosing.Pages(bench, rows, cancel);
        Console.WriteLine($"Incomplete: {missing.Count} folds have ended without a result, so their rows have no " +
            "measured values; mer submit status names them, mer submit resubmit computes them.");
        return 2;
    }
}
