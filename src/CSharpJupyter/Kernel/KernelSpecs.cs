using System.Runtime.InteropServices;

namespace CSharpJupyter.Kernel;

/// <summary>Kernelspecs: the files by which Jupyter, JupyterLab and VS Code find this kernel.</summary>
static class KernelSpecs
{
    const string Own = "CSharpJupyter.dll";

    /// <summary>Where Jupyter keeps a user's data.</summary>
    public static string UserFolder =>
        Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } named ? named
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } data ? data
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share"),
            "jupyter");

    static string File(string folder, string name) => Path.Combine(folder, "kernels", name, "kernel.json");

    /// <summary>
    /// Writes the spec with absolute paths; gives its file, or null where a kernel of somebody else has that name.
    /// </summary>
    public static string? Install(string folder, string name, string display,
        IEnumerable<KeyValuePair<string, string>> environment)
    {
        var file = File(folder, name);
        if (System.IO.File.Exists(file) && !IsOurs(file)) return null;
        var env = new JsonObject();
        foreach (var (key, value) in environment) env[key] = value;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        // Whole or not at all: half a spec would pass for somebody else's.
        var unfinished = $"{file}.{Environment.ProcessId}.tmp";
        System.IO.File.WriteAllText(unfinished, new JsonObject
        {
            ["argv"] = new JsonArray("/bin/sh", Path.Combine(AppContext.BaseDirectory, "watch.sh"), DotNet.Program,
                Path.Combine(AppContext.BaseDirectory, Own), "{connection_file}"),
            ["display_name"] = display, ["language"] = "C#", ["interrupt_mode"] = "message", ["env"] = env,
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        System.IO.File.Move(unfinished, file, overwrite: true);
        return file;
    }

    /// <summary>True when there was one of ours to remove.</summary>
    public static bool Uninstall(string folder, string name)
    {
        var file = File(folder, name);
        if (!System.IO.File.Exists(file) || !IsOurs(file)) return false;
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return true;
    }

    /// <summary>Names of the specs in the folder that start this kernel, with the file each starts.</summary>
    public static IEnumerable<(string Name, string Program)> List(string folder) =>
        Path.Combine(folder, "kernels") is var kernels && Directory.Exists(kernels)
            ? Directory.GetFiles(kernels, "kernel.json", SearchOption.AllDirectories).Where(IsOurs).Order()
                .Select(f => (Path.GetFileName(Path.GetDirectoryName(f)!), Program(f)))
            : [];

    static bool IsOurs(string file) => Program(file) != "";

    /// <summary>The file of this kernel that a spec starts; empty where it starts another.</summary>
    static string Program(string file)
    {
        try
        {
            return JsonNode.Parse(System.IO.File.ReadAllText(file))?["argv"] is JsonArray argv
                ? argv.Select(a => a?.GetValue<string>() ?? "").FirstOrDefault(a => Path.GetFileName(a) == Own) ?? ""
                : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) { return ""; }
    }
}

/// <summary>
/// The <c>dotnet</c> whose runtime runs this process: a front end started from a desktop may have another search path,
/// or none that finds it, and an installed tool is started by a program of its own.
/// </summary>
static class DotNet
{
    public static string Program =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..",
            "dotnet")) is var beside && File.Exists(beside) ? beside : "dotnet";
}

/// <summary><c>install</c>, <c>uninstall</c> and <c>list</c> of the kernel's program.</summary>
static class SpecCommand
{
    public const string Usage = """
        usage: csharp-jupyter CONNECTION_FILE                (a Jupyter client starts this)
               csharp-jupyter install [--name N] [--display-name D] [--data-dir F] [--env K=V]...
               csharp-jupyter uninstall [--name N] [--data-dir F]
               csharp-jupyter list [--data-dir F]
        """;

    static int Execute(string[] args)
    {
        var (name, display, folder) = ("csharp", "C#", KernelSpecs.UserFolder);
        var environment = new Dictionary<string, string>();
        for (var i = 1; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length) return Refuse($"{args[i]} needs a value.");
            switch (args[i])
            {
                case "--name": name = args[i + 1]; break;
                case "--display-name": display = args[i + 1]; break;
                case "--data-dir": folder = Path.GetFullPath(args[i + 1]); break;
                case "--env" when args[i + 1].Split('=', 2) is [var key, var value]: environment[key] = value; break;
                default: return Refuse($"{args[i]} {args[i + 1]} is not known.");
            }
        }
        switch (args[0])
        {
            case "install":
                var file = KernelSpecs.Install(folder, name, display, environment);
                if (file is null) return Refuse($"{name} in {folder} belongs to another kernel and is kept.");
                Console.WriteLine($"installed {name} ({display}): {file}");
                return 0;
            case "uninstall":
                Console.WriteLine(KernelSpecs.Uninstall(folder, name)
                    ? $"removed {name} from {folder}"
                    : $"there is no {name} of this kernel in {folder}");
                return 0;
            default:
                foreach (var (spec, program) in KernelSpecs.List(folder))
                    Console.WriteLine($"{spec}\t{program}{(File.Exists(program) ? "" : "  (missing: install again)")}");
                return 0;
        }
    }

    /// <summary>0, or more with a message.</summary>
    public static int Run(string[] args)
    {
        try
        {
            return Execute(args);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"csharp-jupyter: {e.Message.TrimEnd('.')}; make the folder writable, or name " +
                "another with --data-dir, or with JUPYTER_DATA_DIR for this and for Jupyter.");
            return 1;
        }
    }

    static int Refuse(string why)
    {
        Console.Error.WriteLine($"csharp-jupyter: {why}\n{Usage}");
        return 2;
    }
}
