using System.ComponentModel;
using CliWrap;

namespace MerKernel.Cli.Notebooks;

/// <summary>
/// The two kernels that run the notebooks: the C# kernel of this checkout, which is the default, and .NET Interactive.
/// Their kernelspecs carry the checkout's settings.
/// </summary>
static class KernelProgram
{
    /// <summary>Name and title of the C# kernel's spec.</summary>
    public const string Name = "csharp-mer", DisplayName = "C# (MER)";

    /// <summary>
    /// Name of .NET Interactive's spec, which its notebooks carry, and its title, which menus sort behind the other.
    /// </summary>
    public const string Interactive = ".net-csharp", InteractiveTitle = "C# in .NET Interactive";

    /// <summary>Which of them, and why.</summary>
    public const string Choice =
        $"{DisplayName}, the default, because an interrupt stops a cell in it; {InteractiveTitle}, where it does not";

    /// <summary>Whether the launcher has built the C# kernel.</summary>
    public static bool IsBuilt(string root) => File.Exists(At(root));

    static string At(string root) =>
        Path.Combine(Checkout.Of(root), "artifacts", "jupyter-kernel", "CSharpJupyter.dll");

    static string Program(string root)
    {
        var program = At(root);
        return IsBuilt(root)
            ? program
            : throw new UserErrorException($"{program} is not built; ./mer kernel install builds it.");
    }

    /// <summary>
    /// .NET Interactive where dotnet tool restore puts the version that the checkout names; null where it was not
    /// restored.
    /// </summary>
    public static string? InteractiveProgram(string root)
    {
        var version = JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Of(root), ".config",
            "dotnet-tools.json")))!["tools"]!["microsoft.dotnet-interactive"]!["version"]!.GetValue<string>();
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var tools = Path.Combine(packages, "microsoft.dotnet-interactive", version, "tools");
        // Written last: a folder without it was only half unpacked.
        return File.Exists(Path.Combine(tools, "..", ".nupkg.metadata"))
            ? Directory.GetFiles(tools, "Microsoft.DotNet.Interactive.App.dll", SearchOption.AllDirectories)
                .FirstOrDefault()
            : null;
    }

    /// <summary>Cells need the launcher's settings for commands too.</summary>
    static IEnumerable<(string Name, string Value)> Settings(string root)
    {
        yield return ("MER_ROOT", root);
        foreach (var name in new[]
        {
            Checkout.Variable, "MER_NATIVE", InstalledLibtorch.Variable, "MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_",
            "MALLOC_TOP_PAD_", "LD_PRELOAD"
        })
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) yield return (name, value);
    }

    /// <summary>Installs the spec of one of the two kernels.</summary>
    /// <param name="root">The folder of data and results.</param>
    /// <param name="name">Which kernel.</param>
    /// <param name="dataFolder">Jupyter's data folder; null: the user's.</param>
    /// <exception cref="UserErrorException">It cannot be installed.</exception>
    public static void Install(string root, string name, string? dataFolder)
    {
        if (name == Interactive) InstallInteractive(root, dataFolder ?? UserFolder);
        else if (Run(root,
            ["install", "--name", Name, "--display-name", DisplayName, .. Folder(dataFolder),
                .. Settings(root).SelectMany(s => new[] { "--env", $"{s.Name}={s.Value}" })],
            quiet: dataFolder is not null) != 0)
            throw new UserErrorException("the kernelspec could not be written.");
    }

    /// <summary>
    /// Without --http-local-only .NET Interactive listens on every interface, and without interactive.sh it outlives
    /// its client.
    /// </summary>
    static void InstallInteractive(string root, string folder)
    {
        var program = InteractiveProgram(root) ?? throw new UserErrorException(".NET Interactive is not installed: " +
            "dotnet tool restore in the checkout installs it, which ./mer does where its feed can be reached.");
        var file = SpecFile(folder, Interactive);
        if (File.Exists(file) && !IsOurs(file))
            throw new UserErrorException($"{file} is another .NET Interactive's and is kept.");
        var environment = new JsonObject(
            [.. Settings(root).Select(s => KeyValuePair.Create(s.Name, (JsonNode?)s.Value))])
        {
            ["DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_INTERACTIVE_SKIP_FIRST_TIME_EXPERIENCE"] = "1",
            ["DOTNET_NOLOGO"] = "1",
        };
        AtomicFile.Write(file, new JsonObject
        {
            ["argv"] = new JsonArray("/bin/sh", Path.Combine(AppContext.BaseDirectory, Wrapper),
                Environment.ProcessPath is { } dotnet && Path.GetFileName(dotnet) == "dotnet" ? dotnet : "dotnet",
                program, "jupyter", "--default-kernel", "csharp", "--http-local-only", "{connection_file}"),
            ["display_name"] = InteractiveTitle, ["language"] = "C#", ["interrupt_mode"] = "message",
            ["env"] = environment,
        }.ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    const string Wrapper = "interactive.sh";

    /// <summary>
    /// The spec starts .NET Interactive through this program's script, or is of the C# kernel, which once took that
    /// name where .NET Interactive was missing.
    /// </summary>
    static bool IsOurs(string file) =>
        File.ReadAllText(file) is var text && (text.Contains($"/{Wrapper}\"", StringComparison.Ordinal)
            || text.Contains("/CSharpJupyter.dll\"", StringComparison.Ordinal));

    static string SpecFile(string folder, string name) => Path.Combine(folder, "kernels", name, "kernel.json");

    /// <summary>Where Jupyter keeps a user's data.</summary>
    static string UserFolder => Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } named ? named
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } data
            ? data
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share"),
            "jupyter");

    /// <summary>Removes the user's installed specs.</summary>
    public static int Uninstall(string root)
    {
        var file = SpecFile(UserFolder, Interactive);
        if (File.Exists(file) && IsOurs(file)) Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        return Run(root, ["uninstall", "--name", Name]);
    }

    /// <summary>Lists the user's specs and the program of each.</summary>
    public static int List(string root)
    {
        var status = Run(root, ["list"]);
        var file = SpecFile(UserFolder, Interactive);
        if (File.Exists(file))
            Console.WriteLine($"{Interactive}\t{(IsOurs(file)
                ? InteractiveProgram(root) ?? "(missing: install again)"
                : $"{file}, another .NET Interactive's")}");
        return status;
    }

    static IEnumerable<string> Folder(string? dataFolder) => dataFolder is null ? [] : ["--data-dir", dataFolder];

    static int Run(string root, IEnumerable<string> arguments, bool quiet = false) =>
        CliWrap.Cli.Wrap("dotnet").WithArguments([Program(root), .. arguments])
            .WithStandardOutputPipe(quiet ? PipeTarget.Null : PipeTarget.ToStream(Console.OpenStandardOutput()))
            .WithStandardErrorPipe(PipeTarget.ToStream(Console.OpenStandardError()))
            .WithValidation(CommandResultValidation.None).ExecuteAsync().GetAwaiter().GetResult().ExitCode;
}

/// <summary>The Python that has Jupyter's client and converter.</summary>
static class JupyterPython
{
    /// <summary>
    /// Debian's Python has Debian's nbclient and nbconvert; another python3 may come first on the path.
    /// </summary>
    public static string Program => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    /// <summary>Runs a command of it to its end.</summary>
    /// <exception cref="UserErrorException">There is no Python.</exception>
    public static T Result<T>(CommandTask<T> command)
    {
        try
        {
            return command.GetAwaiter().GetResult();
        }
        catch (Win32Exception e)
        {
            throw new UserErrorException($"{Program} cannot be started; install python3-nbclient and " +
                "python3-nbconvert (sudo apt-get install), which make the pages.", e);
        }
    }

    /// <summary>Whether the modules are there.</summary>
    public static bool HasJupyter()
    {
        try
        {
            return CliWrap.Cli.Wrap(Program).WithArguments(["-c", "import nbclient, nbconvert"])
                .WithValidation(CommandResultValidation.None).ExecuteAsync().GetAwaiter().GetResult().IsSuccess;
        }
        catch (Win32Exception) { return false; }
    }
}
