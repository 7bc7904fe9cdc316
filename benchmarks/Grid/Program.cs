// Whether a grid far larger than the paper's can be planned, watched and shown: 25 configurations (13 on CASME II, 12 on SAMM), 20 seeds and 200 subjects are
// 100,000 folds. Goals: planning under 5 s, status under 2 s, tables under 10 s, memory under 1 GiB, at most 1,000 entries a folder.
//
//     dotnet run -c Release --project benchmarks/Grid [EPOCHS [CLIPS]]
//
// The store is simulated: every fold is a link to one of a few hundred files with random logits of EPOCHS (default 15) epochs and CLIPS (default 4) clips, read
// from memory rather than from a disk. What is listed, opened, read, checked and scored is the same as in a real one.
using System.Collections.Immutable;
using System.Diagnostics;
using MerKernel.Cluster;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reporting;

const int Subjects = 200, Seeds = 20, Distinct = 3;
var epochs = args.Length > 0 ? int.Parse(args[0]) : 15;
var clips = args.Length > 1 ? int.Parse(args[1]) : 4;
var folder = Directory.CreateTempSubdirectory("mer-grid-").FullName;
try
{
    var store = new RunStore(Path.Combine(folder, "runs"));
    var subjects = Enumerable.Range(1, Subjects).Select(s => $"{s:000}").ToImmutableArray();
    var profile = Profile.Tiny;
    ImmutableArray<(Variant Variant, DatasetId Dataset)> configurations =
    [
        .. Variants.WithControls.Take(13).Select(v => (v, DatasetId.CasmeII)), .. Variants.WithControls.Take(12).Select(v => (v, DatasetId.Samm)),
    ];
    Experiment Experiment(Variant variant, DatasetId id, int seed) => new()
    {
        Dataset = id, DatasetFingerprint = "simulated", Model = variant.Apply(profile.Model), ActionUnits = variant.ActionUnits, Training = profile.Training, Seed = seed,
    };
    var hashes = new Dictionary<(string, DatasetId, int), string>();
    var rows = ImmutableArray.CreateBuilder<GridRow>();
    foreach (var (variant, id) in configurations)
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var experiment = Experiment(variant, id, seed);
            var hash = ExperimentHash.Of(experiment);
            hashes[(variant.Key, id, seed)] = hash;
            rows.Add(new GridRow(variant.Key, variant.Name, [2], experiment, hash));
        }
    var clipsOf = subjects.ToDictionary(s => s, _ => clips);

    var templates = Templates();
    var links = 0;
    foreach (var row in rows)
    {
        Directory.CreateDirectory(store.FolderOf(row.Hash));
        for (var s = 0; s < Subjects; s++)
            File.CreateSymbolicLink(store.FoldPath(row.Hash, subjects[s]), templates[(links++ / Subjects % Distinct, s)]);
    }
    Console.WriteLine($"{rows.Count * Subjects:#,0} folds of {epochs} epochs and {clips} clips, {new FileInfo(templates[(0, 0)]).Length:#,0} bytes each; largest folder: {Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Max(d => Directory.EnumerateFileSystemEntries(d).Count())} entries");

    GridPlan? plan = null;
    Time("planning", 5, () =>
    {
        plan = GridPlan.Of(rows.ToImmutable(), _ => clipsOf, store, new FoldCost());
        return $"{plan.Folds.Length:#,0} folds, {plan.Missing.Length:#,0} missing";
    });

    var submission = new Submission
    {
        Profile = "tiny", Tables = [2], Seeds = [.. Enumerable.Range(1, Seeds)], DataFolders = [], Cache = folder, Store = store.Folder, Root = folder, Program = "mer",
        Slurm = new SlurmOptions { Time = TimeSpan.FromHours(1), MemoryMiB = 1000, FoldsPerTask = 100 }, Rounds = [new Round(1, 2)],
    };
    TaskList.Write(Submission.RoundFolder(folder, 1), TaskList.Of(plan!.Folds, 100));
    // A thousandth of the folds is not there yet.
    foreach (var fold in plan.Folds.Where((_, i) => i % 1000 == 0)) File.Delete(store.FoldPath(fold.Row.Hash, fold.Subject));
    Time("status", 2, () =>
    {
        var states = GridStatus.Of(submission, folder, _ => Enumerable.Range(0, 1000).ToDictionary(t => t, t => new JobState("RUNNING", "", "node")));
        return $"{states.Count(s => s.State == FoldState.Stored):#,0} stored, {states.Count(s => s.State == FoldState.Running)} running";
    });
    foreach (var fold in plan.Folds.Where((_, i) => i % 1000 == 0)) File.CreateSymbolicLink(store.FoldPath(fold.Row.Hash, fold.Subject), templates[(0, subjects.IndexOf(fold.Subject))]);

    foreach (var seeds in (int[])[1, Seeds])
        Time($"tables of {seeds} seed{(seeds > 1 ? "s" : "")}", 10, () => $"{Tables(seeds)} rows of Table 2");

    using var status = new StreamReader("/proc/self/status");
    var peak = status.ReadToEnd().Split('\n').Single(l => l.StartsWith("VmHWM", StringComparison.Ordinal));
    Console.WriteLine($"memory at its peak: {long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024} MiB, goal under 1,024");

    int Tables(int seeds)
    {
        var labelled = subjects.SelectMany((s, i) => Enumerable.Range(0, clips).Select(c => new LabelledClip($"{s}/{c}", s, (i + c) % 5, [c % 3]))).ToImmutableArray();
        return new TableBuilder
        {
            Datasets = [.. Enum.GetValues<DatasetId>().Select(id => new DatasetFacts(id, true, ["a", "b", "c", "d", "e"], labelled))],
            Profile = "tiny",
            Seeds = [.. Enumerable.Range(1, seeds)],
            Runs = (variant, id, seed) => hashes.TryGetValue((variant, id, seed), out var hash) && store.TryReadAll(hash, subjects) is { } folds ? new MeasuredRun(hash, folds) : null,
        }.Build(PaperTables.All).Length;
    }

    Dictionary<(int, int), string> Templates()
    {
        var random = new Random(1);
        var paths = new Dictionary<(int, int), string>();
        for (var variety = 0; variety < Distinct; variety++)
        {
            var templates = new RunStore(Path.Combine(folder, $"templates-{variety}"));
            for (var s = 0; s < Subjects; s++)
            {
                var fold = new FoldPrediction
                {
                    Subject = subjects[s], Clips = [.. Enumerable.Range(0, clips).Select(c => $"{subjects[s]}/{c}")], Labels = [.. Enumerable.Range(0, clips).Select(c => (s + c) % 5)],
                    Logits = [.. Enumerable.Range(0, epochs).Select(_ => Enumerable.Range(0, clips).Select(_ => Enumerable.Range(0, 5).Select(_ => random.NextSingle() * 4 - 2).ToImmutableArray()).ToImmutableArray())],
                    TrainingLoss = [.. Enumerable.Range(0, epochs).Select(_ => random.NextSingle())],
                };
                templates.Save("fold", fold, new FoldFacts(1, DateTime.UnixEpoch, "cpu"));
                paths[(variety, s)] = templates.FoldPath("fold", subjects[s]);
            }
        }
        return paths;
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static void Time(string what, int goal, Func<string> work)
{
    var (clock, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
    var result = work();
    Console.WriteLine($"{what}: {clock.Elapsed.TotalSeconds:0.00} s ({(Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds:0.0} s of processor time), goal under {goal} s; {result}");
}
