using MerKernel.Slurm;

namespace MerKernel.Cli.Commands;

/// <summary>The cost of a grid, before anything of it is computed.</summary>
static class PlanCommand
{
    // Fold files of text: about so many bytes for each logit of each epoch.
    const double BytesPerLogit = 12;

    public static Command Create()
    {
        var options = new GridOptions();
        var command = new Command("plan",
            "Estimate the cost of tables: folds, FLOP, hours here and elsewhere, memory, disk.  Example: mer plan " +
            "--tables all --profile paper");
        options.AddTo(command);
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            using var bench = options.Open(parsed);
            // What is missing is counted in a store; one that was named and is not there is a slip.
            if (bench.StoreFolder is not null) bench.MustHaveStore();
            var cost = new FoldCost(bench.Store.Derived);
            bench.LoadCounts(TablesCommand.On(bench, options.Tables(parsed)));
            var plan = options.Plan(parsed, bench, cost);
            Show(bench, plan, cost, options.Workers(parsed));
            bench.Store.Derived.Save();
        }));
        return command;
    }

    /// <summary>The experiment whose folds cost most: the steps that matter.</summary>
    public static Experiment Slowest(GridPlan plan) => plan.Folds[0].Row.Experiment;

    /// <summary>Memory of a process in bytes: of the most expensive experiment on the largest data.</summary>
    public static double Memory(Workbench bench, GridPlan plan, FoldCost cost, int sideBySide) =>
        plan.Rows.Select(r => r.Experiment).DistinctBy(e => (e.Model, e.Dataset))
            .Max(e => cost.Memory(e, sideBySide, FrameBytes(bench.Dataset(e.Dataset)),
                bench.Dataset(e.Dataset).Clips.Length));

    static long FrameBytes(MerDataset data) => 3L * data.FrameCount * data.Size * data.Size;

    static void Show(Workbench bench, GridPlan plan, FoldCost cost, int workers)
    {
        Terminal.Write(TextTable.OfFigures("",
            ["data set", "experiments", "folds", "stored", "missing", "PFLOP missing"],
            plan.Rows.Select(r => r.Dataset).Distinct().Select(id =>
            {
                var (folds, missing) = (plan.Folds.Where(f => f.Row.Dataset == id).ToList(),
                    plan.Missing.Where(f => f.Row.Dataset == id).ToList());
                var data = bench.Dataset(id);
                return (string[])
                [
                    $"{id.Title()} ({(data.Synthetic ? "synthetic" : "real")}, " +
                    $"{FoldProtocol.CountPeople(data)} subjects, " +
                    $"{data.Clips.Length} clips)",
                    $"{plan.Rows.Count(r => r.Dataset == id)}", $"{folds.Count}", $"{folds.Count - missing.Count}",
                    $"{missing.Count}", Number(missing.Sum(f => f.Flop) / 1e15),
                ];
            })));
        var flop = plan.Missing.Sum(f => f.Flop);
        var longest = plan.Missing.Select(f => f.Flop).DefaultIfEmpty().Max();
        Console.WriteLine($"{plan.Missing.Length} of {plan.Folds.Length} folds are missing: {Number(flop / 1e15)} " +
            $"PFLOP, the longest {Number(longest / 1e15)}.");
        // At the paper's size such a step takes minutes.
        Console.Error.WriteLine($"mer: timing one training step of the longest, {plan.Folds[0].Row.Name}, on one " +
            "thread");
        var rate = StepSpeed.Measure(Slowest(plan), cost);

        string[] On(string name, double flopRate, double? one, string source) => [name, Number(flopRate / 1e9),
            Duration(flop / flopRate), one is { } seconds ? Duration(seconds) : "", source];
        Terminal.Write(TextTable.Of("", ["on", ">GFLOP/s", ">all of it", ">longest fold", "rate"],
        [
            On($"this machine, {workers} folds side by side", rate * workers, longest / rate,
                "measured just now: a training step of one thread, times the workers"),
            .. Hardware.Known.Select(h => On(h.Name, h.FlopRate, null, $"assumed: {h.Assumption}")),
        ]));

        Console.WriteLine($"Memory: about {Gigabytes(Memory(bench, plan, cost, 1))} for one fold at a time, " +
            $"{Gigabytes(Memory(bench, plan, cost, workers))} for {workers} side by side.");
        var logits = plan.Missing
            .Sum(f => (double)f.Row.Experiment.Training.Epochs * f.Row.Experiment.Model.Classes * ClipsOf(f));
        Console.WriteLine($"Disk: about {Gigabytes(logits * BytesPerLogit)} for the folds; with --checkpoint-every " +
            $"up to {Gigabytes(plan.Rows.Max(r => cost.CheckpointBytes(r.Experiment)))} for each fold at work.");

        int ClipsOf(GridFold fold) => bench.Dataset(fold.Row.Dataset).Clips.Count(c => c.Subject == fold.Subject);
    }

    static string Number(double value) =>
        value.ToString(value >= 100 ? "#,0" : value >= 1 ? "0.0" : "0.0000", CultureInfo.InvariantCulture);

    static string Gigabytes(double bytes) => bytes < 1e9 ? $"{Number(bytes / 1e6)} MB" : $"{Number(bytes / 1e9)} GB";

    static string Duration(double seconds) => seconds < 120
        ? $"{Number(seconds)} s"
        : seconds < 7200 ? $"{Number(seconds / 60)} min"
        : $"{Number(seconds / 3600)} h";
}

/// <summary>
/// The options of commands that plan and submit: which tables, on which data, with which seeds; and the plan they make.
/// </summary>
sealed class GridOptions
{
    readonly WorkbenchOptions _bench = new();
    readonly Option<string[]> _tables = TablesCommand.TableOption();

    public void AddTo(Command command, params IEnumerable<string> refused)
    {
        command.Options.Add(_tables);
        _bench.AddTo(command, refused: refused);
    }

    public Workbench Open(ParseResult parsed, string? device = null) => _bench.Open(parsed, device);

    public int Workers(ParseResult parsed) => _bench.Workers(parsed);

    public IReadOnlyList<Table> Tables(ParseResult parsed) => TablesCommand.Chosen(parsed.GetValue(_tables));

    /// <summary>The rows of the tables, their folds and their costs.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="bench">Its data sets are loaded.</param>
    /// <param name="cost">The cost of folds.</param>
    public GridPlan Plan(ParseResult parsed, Workbench bench, FoldCost cost) => GridPlan.Of(
        GridRow.Of(bench, Tables(parsed)), id => bench.Dataset(id).Clips.CountBy(c => c.Subject).ToDictionary(),
        bench.Store, cost);
}
