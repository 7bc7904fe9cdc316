// Whether a grid far larger than the paper's can be planned, watched and shown: 25 configurations (13 on CASME II, 12
// on SAMM), 20 seeds and 200 subjects are 100,000 folds. Goals: planning under 5 s, status under 2 s, tables under 10
// s, memory under 1 GiB, at most 1,000 entries a folder. And the program as it is called: runs of 10,000 folds listed
// in under a second, and tables of the small profile's stored runs, the second time and the runtime's start included.
//
//     dotnet build -c Release src/MerKernel.Cli && dotnet run -c Release --project benchmarks/Grid [EPOCHS [CLIPS]]
//
// The store is simulated (SimulatedStore), with EPOCHS (default 15) epochs and CLIPS (default 4) clips a fold; the
// small profile's runs are those of results/runs.
using System.Collections.Immutable;
using MerKernel;
using MerKernel.Slurm;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using MerKernel.Synthetic;

const int Subjects = 200, Seeds = 20;
var epochs = args.Length > 0 ? int.Parse(args[0]) : 15;
var clips = args.Length > 1 ? int.Parse(args[1]) : 4;
var folder = Directory.CreateTempSubdirectory("mer-grid-").FullName;
var subjects = Enumerable.Range(1, Subjects).Select(s => $"{s:000}").ToImmutableArray();
ImmutableArray<(Change Change, DatasetId Dataset)> configurations =
[
    .. Tables.Changes.Take(13).Select(c => (c, DatasetId.CasmeII)),
    .. Tables.Changes.Take(12).Select(c => (c, DatasetId.Samm)),
];
try
{
    Calls();
    Grid();
    using var status = new StreamReader("/proc/self/status");
    var peak = status.ReadToEnd().Split('\n').Single(l => l.StartsWith("VmHWM", StringComparison.Ordinal));
    Console.WriteLine("memory at its peak: " +
        $"{long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024} MiB, goal under 1,024");
}
finally
{
    Directory.Delete(folder, recursive: true);
}

void Calls()
{
    var store = new SimulatedStore(Path.Combine(folder, "calls"), subjects.Take(25), epochs, clips);
    for (var seed = 1; seed <= 16; seed++)
        foreach (var (variant, id) in configurations) store.Add(Experiment(variant, id, seed));
    Clock.TimeCall("runs list, 400 runs of 25 folds", 1, "runs", "list", "--store", store.Runs.Folder);
    if (Directory.Exists(Path.Combine(RepositoryRoot.Find(), "results", "runs")))
        Clock.TimeCall("tables, small profile", 1, "tables");
    else Console.WriteLine("mer tables: not timed; call ./mer reproduce first");
}

void Grid()
{
    var store = new SimulatedStore(folder, subjects, epochs, clips);
    var rows = ImmutableArray.CreateBuilder<GridRow>();
    foreach (var (variant, id) in configurations)
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var experiment = Experiment(variant, id, seed);
            store.Add(experiment);
            rows.Add(new GridRow(variant.Key, variant.Name, [2], experiment, ExperimentHash.Of(experiment)));
        }
    Console.WriteLine($"{rows.Count * Subjects:#,0} folds of {epochs} epochs and {clips} clips; largest folder: " +
        $"{Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories)
            .Max(d => Directory.EnumerateFileSystemEntries(d).Count())} entries");
    // As many different sets of action units as the synthetic CASME II has.
    var units = SyntheticSet.Truth(DatasetId.CasmeII, SyntheticOptions.Full)
        .Select(c => c.CodedUnits.Where(ActionUnits.Used.Contains).ToImmutableSortedSet()).ToImmutableArray();
    var clipsOf = subjects.ToDictionary(s => s, _ => clips);

    GridPlan? plan = null;
    foreach (var call in (string[])["networks counted", "counts kept"])
        Clock.Time($"planning, {call}", 5, () =>
        {
            var runs = new RunStore(store.Runs.Folder);
            plan = GridPlan.Of(rows.ToImmutable(), _ => clipsOf, runs, new FoldCost(runs.Derived));
            runs.Derived.Save();
            return $"{plan.Folds.Length:#,0} folds, {plan.Missing.Length:#,0} missing";
        });

    var submission = new Submission
    {
        Profile = "tiny", Tables = [2], Seeds = [.. Enumerable.Range(1, Seeds)], DataFolders = [], Cache = folder,
        Store = store.Runs.Folder, Root = folder, Program = "mer",
        Slurm = new SlurmOptions { Time = TimeSpan.FromHours(1), MemoryMiB = 1000, FoldsPerTask = 100 },
        Rounds = [new Round(1, 2)],
    };
    TaskList.Write(Submission.RoundFolder(folder, 1), TaskList.Of(plan!.Folds, 100));
    // A thousandth of the folds is not there yet.
    var late = plan.Folds.Where((_, i) => i % 1000 == 0).ToList();
    foreach (var fold in late) File.Delete(store.Runs.FoldPath(fold.Row.Hash, fold.Subject));
    Clock.Time("status", 2, () =>
    {
        var states = GridStatus.Of(submission, folder,
            _ => Enumerable.Range(0, 1000).ToDictionary(t => t, t => new JobState("RUNNING", "", "node")));
        return $"{states.Count(s => s.State == FoldState.Stored):#,0} stored, " +
            $"{states.Count(s => s.State == FoldState.Running)} running";
    });
    foreach (var fold in late) store.Link(fold.Row.Hash, fold.Subject);

    Clock.Time("tables of 1 seed, nothing kept", 10, () => Tables(1));
    Clock.Time($"tables of {Seeds} seeds, one of them kept", 10, () => Tables(Seeds));
    Clock.Time($"tables of {Seeds} seeds, again", 10, () => Tables(Seeds));
    File.Delete(store.Runs.FoldPath(late[0].Row.Hash, late[0].Subject));
    store.Link(late[0].Row.Hash, late[0].Subject, 1);
    Clock.Time($"tables of {Seeds} seeds, one fold changed", 10, () => Tables(Seeds));

    string Tables(int seeds)
    {
        var runs = new RunStore(store.Runs.Folder);
        var hashes = rows.ToDictionary(r => (r.Variant, r.Dataset, r.Experiment.Seed), r => r.Hash);
        var labelled = subjects.SelectMany((s, i) => Enumerable.Range(0, clips)
            .Select(c => new LabelledClip($"{s}/{c}", s, (i + c) % 5, units[(i * clips + c) % units.Length])))
            .ToImmutableArray();
        var table = new Scoring
        {
            Derived = runs.Derived,
            Datasets =
            [
                .. DatasetNames.Paper.Select(id => new DatasetFacts(id, true, ["a", "b", "c", "d", "e"], labelled))
            ],
            Profile = "tiny",
            Seeds = [.. Enumerable.Range(1, seeds)],
            Runs = (method, id, seed) => hashes.TryGetValue((method.Key, id, seed), out var hash)
                && runs.Listing(hash) is { Subjects.Length: Subjects } listing
                ? new RunResult(hash, listing.State, () => runs.TryReadAll(hash, subjects)) : null,
        }.Rows(MerKernel.Experiments.Tables.All);
        runs.Derived.Save();
        return $"{table.Count(r => r.Score is not null):#,0} measured rows";
    }
}

static Experiment Experiment(Change change, DatasetId id, int seed) =>
    change.Of(Profile.Tiny.Model) with
    {
        Dataset = id,
        DatasetFingerprint = "simulated",
        Training = Profile.Tiny.Training,
        Seed = seed
    };
