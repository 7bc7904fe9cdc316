using System.Text.RegularExpressions;
using MerKernel.Slurm;

namespace MerKernel.Cli.Commands;

/// <summary>The requests to Slurm on the command line.</summary>
sealed partial class SlurmSettings
{
    readonly Option<string?> _partition = new("--partition") { Description = "Slurm's partition" };
    readonly Option<string?> _account = new("--account") { Description = "Slurm's account" };
    readonly Option<string?> _gres = new("--gres")
    {
        Description = "generic resources of a task, for example gpu:1: the tasks then train on the GPU"
    };
    readonly Option<string?> _time = new("--time")
    {
        Description = "time limit of a task, HH:MM:SS or D-HH:MM (default: three times the measured estimate of " +
            "the longest, and ten minutes)"
    };
    readonly Option<string?> _mem = new("--mem")
    {
        Description = "memory of a task, for example 12G or 900M (default: estimated)"
    };
    readonly Option<int?> _cpus = new("--cpus-per-task")
    {
        Description = "processors of a task: so many of its folds are computed side by side (default 1)"
    };
    readonly Option<int?> _foldsPerTask = new("--folds-per-task")
    {
        Description = "folds of a task (default: 1, or as many as keep the array within 1,000 tasks)"
    };
    readonly Option<int?> _maxConcurrent = new("--max-concurrent") { Description = "tasks at once" };
    readonly Option<int?> _checkpoint = new("--checkpoint-every")
    {
        Description = "epochs between two checkpoints of a fold (default: none; a stopped fold begins again)"
    };
    readonly Option<string[]> _more = new("--sbatch-arg")
    {
        Description = "a further argument of sbatch, as it is; may be repeated: --sbatch-arg=--qos=long"
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            _partition, _account, _gres, _time, _mem, _cpus, _foldsPerTask, _maxConcurrent, _checkpoint, _more
        })
            command.Options.Add(option);
    }

    /// <summary>Whether the user names a time limit, so that none need be estimated.</summary>
    public bool NamesTime(ParseResult parsed) => parsed.GetValue(_time) is not null;

    /// <summary>Name of the device that tasks train on.</summary>
    public string Device(ParseResult parsed) => SlurmOptions.NamesGpu(parsed.GetValue(_gres)) ? "cuda" : "cpu";

    public int? FoldsPerTask(ParseResult parsed) => Positive(parsed.GetValue(_foldsPerTask), _foldsPerTask.Name);

    public int? Processors(ParseResult parsed) => Positive(parsed.GetValue(_cpus), _cpus.Name);

    /// <summary>Demands that folds fit into one array.</summary>
    /// <exception cref="UserErrorException">They make too many tasks.</exception>
    public static void DemandFew(int folds, int foldsPerTask)
    {
        if ((folds + foldsPerTask - 1) / foldsPerTask > SlurmCommands.MostTasks)
            throw new UserErrorException($"{folds} folds with {foldsPerTask} a task make more than " +
                $"{SlurmCommands.MostTasks} tasks; give at least --folds-per-task " +
                $"{(folds + SlurmCommands.MostTasks - 1) / SlurmCommands.MostTasks}.");
    }

    /// <summary>The settings, overridden by those that the user named.</summary>
    public SlurmOptions Over(SlurmOptions options, ParseResult parsed) => options with
    {
        Partition = parsed.GetValue(_partition) ?? options.Partition,
        Account = parsed.GetValue(_account) ?? options.Account,
        Gres = parsed.GetValue(_gres) ?? options.Gres,
        Time = parsed.GetValue(_time) is { } time ? Time(time) : options.Time,
        MemoryMiB = parsed.GetValue(_mem) is { } memory ? Memory(memory) : options.MemoryMiB,
        Processors = Processors(parsed) ?? options.Processors,
        FoldsPerTask = FoldsPerTask(parsed) ?? options.FoldsPerTask,
        MaxConcurrent = Positive(parsed.GetValue(_maxConcurrent), _maxConcurrent.Name) ?? options.MaxConcurrent,
        CheckpointEvery = parsed.GetValue(_checkpoint) is < 0 and var below
            ? throw new UserErrorException($"{_checkpoint.Name} {below} is less than none; give 0 or more.")
            : parsed.GetValue(_checkpoint) ?? options.CheckpointEvery,
        SbatchArguments = parsed.GetValue(_more) is { Length: > 0 } more ? [.. more] : options.SbatchArguments,
    };

    /// <summary>The settings of a further round: what was estimated before holds for tasks of the same size.</summary>
    /// <exception cref="UserErrorException">Tasks would be larger than estimated, or train elsewhere.</exception>
    public SlurmOptions Again(SlurmOptions before, ParseResult parsed)
    {
        var now = Over(before, parsed);
        if (now.UsesGpu != before.UsesGpu)
            throw new UserErrorException($"The folds of this submission are trained on a {(before.UsesGpu ? "GPU"
                : "processor")}; for the other device submit anew{(before.UsesGpu ? ", without --gres" : "")}.");
        // As in a first submission, processors without folds would idle.
        if (FoldsPerTask(parsed) is null && now.Processors > before.Processors)
            now = now with { FoldsPerTask = Math.Max(now.FoldsPerTask, now.Processors) };
        if ((now.FoldsPerTask, now.Processors) != (before.FoldsPerTask, before.Processors)
            && (parsed.GetValue(_time) is null || parsed.GetValue(_mem) is null))
            throw new UserErrorException($"{SlurmOptions.Limit(before.Time)} and {before.MemoryMiB} MiB were " +
                $"estimated for {before.FoldsPerTask} folds on {before.Processors} processors; with other " +
                $"{_foldsPerTask.Name} or {_cpus.Name} give {_time.Name} and {_mem.Name} too.");
        return now;
    }

    static int? Positive(int? value, string name) => value is null or > 0
        ? value
        : throw new UserErrorException($"{name} {value} is less than one; give a number from 1.");

    // Slurm takes 0 for no limit; and 30:00 is half an hour there, and no 30 hours.
    static TimeSpan Time(string text) =>
        TimePattern().Match(text) is { Success: true } m
            && new TimeSpan(Part(m, "d"), Part(m, "h"), Part(m, "m"), Part(m, "s")) is { Ticks: > 0 } time ? time
            : throw new UserErrorException($"--time {text} is not understood; write it like 12:00:00 or 1-06:30.");

    static int Part(Match match, string name) =>
        match.Groups[name].Success ? int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : 0;

    static long Memory(string text) =>
        MemoryPattern().Match(text) is { Success: true } m && m.Groups["n"].Value.Any(c => c != '0')
            ? long.Parse(m.Groups["n"].Value, CultureInfo.InvariantCulture)
                * (m.Groups["u"].Value.ToUpperInvariant() == "G" ? 1024 : 1)
            : throw new UserErrorException($"--mem {text} is not understood; write it like 12G or 900M.");

    [GeneratedRegex("^((?<d>[0-9]{1,3})-)?(?<h>[0-9]{1,3}):(?<m>[0-9]{1,2})" +
        "(?(d)(:(?<s>[0-9]{1,2}))?|:(?<s>[0-9]{1,2}))$")]
    private static partial Regex TimePattern();

    [GeneratedRegex(@"^(?<n>[0-9]{1,7})(?<u>[GgMm])$")]
    private static partial Regex MemoryPattern();
}

/// <summary>Chooses folds of a submission as people name them: by table, row, data set and subject.</summary>
sealed class SubmitSelection
{
    readonly Option<int?> _table = new("--table")
    {
        Description = "only rows of this table that are in no other table of the submission"
    };
    readonly Option<string?> _row = new("--row")
    {
        Description = "only this row: the key of its variant, for example independent"
    };
    readonly Option<string?> _dataset = new("--dataset")
    {
        Description = "only one data set of the submission: casme2, samm, composite and others"
    };
    readonly Option<string[]> _folds = new("--fold")
    {
        Description = "only the folds that leave these subjects out", AllowMultipleArgumentsPerToken = true
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _table, _row, _dataset, _folds }) command.Options.Add(option);
    }

    /// <summary>Whether anything is named.</summary>
    public bool IsAll(ParseResult parsed) =>
        parsed.GetValue(_table) is null && parsed.GetValue(_row) is null && parsed.GetValue(_dataset) is null
            && parsed.GetValue(_folds) is null or [];

    /// <summary>Whether a fold is chosen.</summary>
    public Func<TaskFold, bool> Chooses(ParseResult parsed, Submission submission)
    {
        var table = parsed.GetValue(_table);
        var row = parsed.GetValue(_row) is { } key ? Tables.Named(key).Key : null;
        DatasetId? dataset = parsed.GetValue(_dataset) is { } name ? CommonOptions.ParseDataset(name) : null;
        var subjects = parsed.GetValue(_folds) is { Length: > 0 } named
            ? named.SelectMany(n => n.Split(',')).ToList() : null;
        var tables = SubmissionRows.TablesOf(submission);
        return fold =>
            (table is null || tables(fold) is [var only] && only == table) && (row is null || fold.Variant == row)
                && (dataset is null || fold.Dataset == dataset)
                && (subjects is null || subjects.Any(s => FrameLayout.SubjectOf(s, fold.Dataset) == fold.Subject));
    }
}
