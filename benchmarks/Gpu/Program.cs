// What a device does with this project's networks: sameness, speed, folds side by side, a whole fold, a small LOSO, and
// what the tables would take.
//
//     gpu-bench PART [--device cuda|cpu] [--tiny] [--data FILE] [--out FOLDER] [--label NAME]
//
// PART is pack-data, versions, parity, step, anatomy, folds, processes, fold, loso or tables. Each part prints its
// figures and adds them to FOLDER/figures.jsonl, under NAME if there is one. --tiny makes everything small, for
// a processor. ./dev gpu-pack makes a folder in which gpu-run.sh does all parts.
using MerKernel;
using MerKernel.Benchmarks.Gpu;
using MerKernel.Native;
using MerKernel.Training;

var options = new Dictionary<string, string>();
var tiny = args.Contains("--tiny");
for (var i = 1; i + 1 < args.Length; i++)
{
    if (args[i] is "--device" or "--data" or "--out" or "--label") options[args[i]] = args[++i];
}

try
{
    InstalledLibtorch.Use(line => Console.WriteLine($"note: {line}"));
    NativeOps.Use();
    var figures = new Figures(options.GetValueOrDefault("--out"), options.GetValueOrDefault("--label"));
    var data = options.GetValueOrDefault("--data") ?? "small.data";
    if (args is ["pack-data", ..])
    {
        PackedData.Write(data);
        return 0;
    }

    var setting = new Setting(ComputeDevice.Named(options.GetValueOrDefault("--device") ?? "cuda"), tiny);
    switch (args.FirstOrDefault())
    {
        case "versions": Parts.Versions(setting, figures); break;
        case "parity": Parts.Parity(setting, figures); break;
        case "step": Parts.Step(setting, figures); break;
        case "anatomy": Parts.Anatomy(setting, figures); break;
        case "folds": SideBySide.Threads(setting, figures); break;
        case "processes": SideBySide.Processes(setting, figures); break;
        case "worker": SideBySide.Worker(setting); break;
        case "fold": Parts.Fold(setting, figures); break;
        case "loso": Parts.Loso(setting, figures, data); break;
        case "tables": Parts.Tables(setting, figures); break;
        default:
            throw new UserErrorException(
                "Name a part: pack-data, versions, parity, step, anatomy, folds, processes, fold, loso or tables.");
    }

    return 0;
}
catch (Exception e)
{
    Console.Error.WriteLine(e is UserErrorException ? $"gpu-bench: {e.Message}" : $"gpu-bench: {e}");
    return 1;
}
