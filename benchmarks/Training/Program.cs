// How fast training is, as ratios within one run: the step beside PyTorch's, folds side by side, what is not
// arithmetic, memory, growth, data and scores.
//
//     ./mer bench [step|engine|memory|growth|data|scores ...] [--full] [--json FILE]
//
// Without names everything is measured, in about five minutes. --full adds five more for the paper's network at 224
// pixels.
using System.Text.Json;
using MerKernel.Benchmarks.Training;
using MerKernel.Experiments;
using MerKernel.Native;
using MerKernel.Training;

NativeOps.Use();
string[] known = ["step", "engine", "memory", "growth", "data", "scores"];
var (full, json, chosen) = (false, (string?)null, new List<string>());
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--full") full = true;
    else if (args[i] == "--json" && i + 1 < args.Length) json = args[++i];
    else if (known.Contains(args[i])) chosen.Add(args[i]);
    else
    {
        Console.Error.WriteLine($"mer: bench does not know '{args[i]}'; its parts are {string.Join(", ", known)}, " +
            "its options --full and --json FILE.");
        return 1;
    }
}
var root = Environment.GetEnvironmentVariable("MER_ROOT") ?? ".";
var threads = Math.Min(2, Environment.ProcessorCount);
using var small = new Workbench { Profile = Profile.Small, Synthetic = new MerKernel.Synthetic.SyntheticData() };

IEnumerable<Figure> Of(string part) => part switch
{
    "step" => [.. StepBenchmark.Of(root, Profile.Small, 1, steps: 10, turns: 5, together: true),
        .. full ? StepBenchmark.Of(root, Profile.Paper, threads, steps: 1, turns: 2, together: false) : []],
    "engine" => [.. EngineBenchmark.Workers(small), .. EngineBenchmark.Overhead(small)],
    "memory" => EngineBenchmark.Memory(small),
    "growth" => GrowthBenchmark.Of(),
    "data" => DataBenchmark.Preparation(),
    _ => DataBenchmark.Scores(),
};

Console.WriteLine($"{Processor()}, {Environment.ProcessorCount} cores, bf16 in hardware: " +
    $"{(ComputeDevice.ProcessorHasBFloat16 ? "yes" : "no, so bf16 is not measured")}, load " +
    $"{File.ReadAllText("/proc/loadavg").Split(' ')[0]}");
var figures = new List<Figure>();
foreach (var part in chosen.Count > 0 ? chosen : [.. known])
{
    var section = "";
    foreach (var figure in Of(part))
    {
        if (figure.Section != section) Console.WriteLine($"\n{section = figure.Section}");
        Console.WriteLine($"  {figure.What,-75} {figure.Value,10:0.00} " +
            $"{figure.Unit,-8}{(figure.Goal is null ? "" : $" (goal: {figure.Goal})")}");
        figures.Add(figure);
    }
}
if (json is not null)
    File.WriteAllText(json, JsonSerializer.Serialize(figures,
        new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }));
return 0;

static string Processor() => File.ReadLines("/proc/cpuinfo")
    .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
    ?? "unknown processor";
