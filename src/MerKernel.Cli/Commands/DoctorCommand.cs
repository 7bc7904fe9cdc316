using System.Runtime.InteropServices;
using CliWrap;
using CliWrap.Buffered;
using MerKernel.Faces;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using Command = System.CommandLine.Command;

namespace MerKernel.Cli.Commands;

/// <summary>This machine's parts for training, and missing ones.</summary>
static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor",
            "Show devices, precisions and versions, and missing parts.  Example: mer doctor");
        command.SetAction(int (ParseResult _) =>
        {
            var missing = new List<string>();
            Terminal.Write(TextTable.Of("", [.. Findings(missing)]));
            missing.ForEach(sentence => Console.WriteLine($"Missing: {sentence}"));
            if (missing.Count == 0) Console.WriteLine("Nothing is missing.");
            return 0;
        });
        return command;
    }

    static IEnumerable<(string What, string Found)> Findings(List<string> missing)
    {
        yield return ("machine", $"{Provenance.Machine}, {RuntimeInformation.OSArchitecture}, " +
            $"{RuntimeInformation.FrameworkDescription}, " +
            $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30)} GiB of memory");
        var root = RepositoryRoot.Find();
        yield return ("data and results", $"below {root}");
        var closed = ((string[])["data", "results"]).Select(f => Path.Combine(root, f)).Where(f => !CanWrite(f));
        if (string.Join(" and ", closed) is { Length: > 0 } folders)
            missing.Add($"permission for {Environment.UserName} to write {folders}; export MER_ROOT=FOLDER names a " +
                "folder of your own for data and results.");
        yield return ("TorchSharp", typeof(torch).Assembly.GetName().Version!.ToString(3));
        yield return ("libtorch", $"{torch.__version__}, from {Path.GetDirectoryName(LoadedFrom("libtorch_cpu"))}");
        yield return ("fp32 on the processor", "yes");
        yield return ("convolutions on the processor", SoundConvolution.ByLibtorch
            ? "right"
            : "libtorch computes some of them wrong on this processor, by 10 to 85 %; here channels are filled up " +
              "with zeros, which makes them right and costs a little");
        yield return ("bf16 on the processor", ComputeDevice.ProcessorHasBFloat16
            ? "yes (--precision bf16)"
            : "not in hardware: --precision bf16 works but is slower than fp32");
        var gpus = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        for (var gpu = 0; gpu < gpus; gpu++)
            yield return ($"cuda:{gpu}", "usable by --device cuda: bf16, and TF32 where 32 bits are kept");
        var cards = Cards();
        foreach (var card in cards) yield return ("GPU", card);
        if (gpus == 0)
        {
            yield return ("GPU for training", "none");
            if (cards.Count > 0)
                missing.Add("this build's libtorch does not use the GPU above; ./mer --torch cuda doctor builds with " +
                    "one that does.");
        }
        var allocator = LoadedFrom("libtcmalloc");
        if (allocator == "")
            missing.Add("libtcmalloc_minimal.so.4 (the package libtcmalloc-minimal4); training takes a tenth longer " +
                "without it.");
        yield return ("memory allocator", allocator == "" ? "glibc's" : allocator);
        var kernels = ComputeDevice.KernelInstructions;
        if (kernels is null)
            missing.Add("libmerkernels.so (native/kernels; ./mer builds it), or a processor with AVX2; training " +
                "takes longer without either.");
        yield return ("native kernels",
            kernels is null ? "none: libtorch's operations" : $"{LoadedFrom("libmerkernels")}, with {kernels}");
        yield return ("face landmarks",
            Described(LandmarkModel.NativePart, "the native part of face landmarks; ./mer builds it", missing));
        yield return ("landmark model", Described(LandmarkModel.DefaultPath, "Debian's package libdlib-data", missing));
    }

    /// <summary>Whether files can be made in a folder, or in the one that it would be made in.</summary>
    static bool CanWrite(string folder)
    {
        while (!Path.Exists(folder) && Path.GetDirectoryName(folder) is { } above) folder = above;
        try
        {
            AtomicFile.Demand(Path.Combine(folder, "doctor"));
            return true;
        }
        catch (UserErrorException) { return false; }
    }

    static string Described(string? path, string cure, List<string> missing)
    {
        if (path is not null && File.Exists(path)) return path;
        missing.Add($"{path ?? "its path"} ({cure}).");
        return "missing";
    }

    /// <summary>NVIDIA cards that the driver names, whether or not libtorch can use them.</summary>
    static List<string> Cards()
    {
        try
        {
            var asked = CliWrap.Cli.Wrap("nvidia-smi")
                .WithArguments(["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"])
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync().GetAwaiter().GetResult();
            return asked.IsSuccess ? [.. asked.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries)] : [];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return [];
        }
    }

    static string LoadedFrom(string library) =>
        File.ReadLines("/proc/self/maps").FirstOrDefault(line => line.Contains($"/{library}", StringComparison.Ordinal))
            is { } line ? line[line.IndexOf('/')..] : "";
}
