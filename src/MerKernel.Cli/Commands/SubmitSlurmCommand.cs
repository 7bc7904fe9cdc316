using System.Collections.Immutable;
using MerKernel.Baselines;
using MerKernel.Faces;
using MerKernel.Models;
using MerKernel.Native.Cuda;
using MerKernel.Slurm;
using MerKernel.Training;

namespace MerKernel.Cli.Commands;

/// <summary>Submits the missing folds of tables as one array and one dependent job.</summary>
static class SubmitSlurmCommand
{
    // Nodes differ, and a limit that is too short costs a fold where one too long costs a place in the queue.
    const double TimeMargin = 3;

    /// <summary>Variables that change what a task computes.</summary>
    static readonly string[] s_computing = ["MER_INSTRUCTIONS", CudaOps.Switch, TrainingStep.Switch];

    static readonly TimeSpan Start = TimeSpan.FromMinutes(10);

    public static Command Create()
    {
        var (options, settings) = (new GridOptions(), new SlurmSettings());
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "print the scripts and commands and submit nothing"
        };
        var program = new Option<string?>("--program")
        {
            Description = "folder that mer publish --cluster made (default: the program that you called)"
        };
        var command = new Command("slurm",
            "Submit one array of folds and one job that makes the tables.  Example: mer submit slurm --tables all " +
            "--profile paper --store /shared/results/runs --dry-run")
        {
            dryRun, program
        };
        options.AddTo(command, "--device", "--workers");
        settings.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            // The tasks train where --gres says, whatever this machine has.
            CommonOptions.Refuse(parsed, ("--device", "the tasks train on a GPU where --gres names one"),
                ("--workers", "--cpus-per-task says how many folds of a task are computed side by side"));
            using var bench = options.Open(parsed, settings.Device(parsed));
            var cost = new FoldCost(bench.Store.Derived);
            TablesCommand.On(bench, options.Tables(parsed));
            // Of the others the report needs the counts at the end: what is wrong with them is said now.
            foreach (var id in bench.Datasets) bench.Load(id, cancel);
            var plan = options.Plan(parsed, bench, cost);
            if (plan.Missing.IsEmpty)
            {
                Console.WriteLine(
                    $"All {plan.Folds.Length} folds are stored in {bench.Store.Folder}; mer tables shows the tables.");
                return 0;
            }
            var slurm = Settings(bench, plan, cost, settings, parsed);
            var submission = new Submission
            {
                Profile = bench.Profile.Name,
                Tables = [.. options.Tables(parsed).Select(t => t.Number)],
                Seeds = bench.Seeds,
                HeldOutSubjects = bench.HeldOutSubjects,
                Precision = bench.Precision,
                Data = bench.DataFolder is { } data ? Path.GetFullPath(data) : null,
                Datasets = bench.Only,
                Parts = bench.Parts,
                // The usual folder need not be there, and no node need see it then.
                Weights = Directory.Exists(bench.Outside.Folder) && plan.Rows.Any(r =>
                    r.Experiment.StartsFrom is not null || r.Experiment.Model
                        is PretrainableOptions { Pretrained: not null } or MagnifyingOptions { Magnifier: not null })
                    ? Path.GetFullPath(bench.Outside.Folder) : null,
                Backbone = bench.Backbone is { } backbone ? Path.GetFullPath(backbone) : null,
                DataFolders = [.. plan.Rows.Select(r => r.Dataset).Distinct().SelectMany(id => bench.Folders(id))
                    .Select(Path.GetFullPath).Distinct()
                    .Select(f => Directory.Exists(f) ? f : Path.GetDirectoryName(f)!)],
                Cache = Path.GetFullPath(bench.Cache),
                // A published folder names its own, which it may lack.
                Landmarks = LandmarkModel.NamedPath is { } model
                    && File.Exists(model) ? Path.GetFullPath(model) : null,
                Environment = s_computing.Select(name => (name, Value: Environment.GetEnvironmentVariable(name)))
                    .Where(v => v.Value is { Length: > 0 }).ToImmutableSortedDictionary(v => v.name, v => v.Value!),
                Store = bench.Store.Folder,
                Root = Path.GetFullPath(RepositoryRoot.Find()),
                Program = ProgramIn(parsed.GetValue(program)),
                Slurm = slurm,
            };
            var folds = TaskList.Of(plan.Missing, slurm.FoldsPerTask);
            var folder = Path.Combine(Submission.FolderOf(bench.Store),
                DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture));
            if (parsed.GetValue(dryRun))
            {
                SlurmRound.Print(submission, folder, 1, folds);
                return 0;
            }
            foreach (var row in plan.Rows) bench.Store.Save(row.Experiment, bench.Dataset(row.Dataset).Manifest);
            SlurmRound.Submit(submission, folder, folds);
            return 0;
        }));
        return command;
    }

    static SlurmOptions Settings(Workbench bench, GridPlan plan, FoldCost cost, SlurmSettings settings,
        ParseResult parsed)
    {
        var processors = settings.Processors(parsed) ?? 1;
        var foldsPerTask = settings.FoldsPerTask(parsed)
            ?? Math.Max(processors, (plan.Missing.Length + SlurmCommands.MostTasks - 1) / SlurmCommands.MostTasks);
        SlurmSettings.DemandFew(plan.Missing.Length, foldsPerTask);
        var limit = TimeSpan.Zero;
        if (!settings.NamesTime(parsed))
        {
            var rounds = (foldsPerTask + processors - 1) / processors;
            limit = Start + TimeMargin * TimeSpan.FromSeconds(
                rounds * plan.Missing[0].Flop / StepSpeed.Measure(PlanCommand.Slowest(plan), cost));
        }
        var memory = PlanCommand.Memory(bench, plan, cost, processors);
        return settings.Over(new SlurmOptions
        {
            Time = limit, MemoryMiB = (long)Math.Ceiling(memory / (1 << 20)), Processors = processors,
            FoldsPerTask = foldsPerTask
        }, parsed);
    }

    /// <summary>The launcher that tasks start: that of a published folder, else the one that was called.</summary>
    static string ProgramIn(string? folder)
    {
        if (folder is null)
            return Environment.GetEnvironmentVariable("MER_LAUNCHER") is { Length: > 0 } launcher ? launcher
                : throw new UserErrorException("The launcher is not known; call ./mer of the checkout or of a " +
                    "published folder, or name one with --program.");
        var path = Path.GetFullPath(Path.Combine(folder, "mer"));
        return File.Exists(path) ? path : throw new UserErrorException(
            $"There is no {path}; make the folder with ./mer publish --cluster {folder}.");
    }
}
