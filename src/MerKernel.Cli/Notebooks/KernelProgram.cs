using System.ComponentModel;
using CliWrap;

namespace MerKernel.Cli.Notebooks;

/// <summary>The C# kernel of this checkout, built by the launcher, and the kernelspec that carries the checkout's settings.</summary>
static class KernelProgram
{
    public const string Name = "csharp-mer", DisplayName = "C# (MER)";

    /// <summary>The name .NET Interactive's notebooks carry.</summary>
    public const string Alias = ".net-csharp";

    /// <summary>Whether the launcher has built it.</summary>
    public static bool IsBuilt(string root) => File.Exists(At(root));

    static string At(string root) => Path.Combine(root, "artifacts", "jupyter-kernel", "CSharpJupyter.dll");

    static string Program(string root)
    {
        var program = At(root);
        return IsBuilt(root) ? program : throw new UserErrorException($"{program} is not built; call ./mer in the checkout, which builds it.");
    }

    /// <summary>What the launcher sets for commands, cells need too.</summary>
    static IEnumerable<string> Settings(string root)
    {
        yield return $"MER_ROOT={root}";
        foreach (var name in new[] { "MER_NATIVE", "MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", "LD_PRELOAD" })
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value) yield return $"{name}={value}";
    }

    /// <param name="dataFolder">Null: for the user.</param>
    public static int Install(string root, string name, string display, string? dataFolder) => Run(root,
        ["install", "--name", name, "--display-name", display, .. Folder(dataFolder), .. Settings(root).SelectMany(s => new[] { "--env", s })], quiet: dataFolder is not null);

    public static int Uninstall(string root, string name) => Run(root, ["uninstall", "--name", name]);

    public static int List(string root) => Run(root, ["list"]);

    static IEnumerable<string> Folder(string? dataFolder) => dataFolder is null ? [] : ["--data-dir", dataFolder];

    static int Run(string root, IEnumerable<string> arguments, bool quiet = false) => CliWrap.Cli.Wrap("dotnet").WithArguments([Program(root), .. arguments])
        .WithStandardOutputPipe(quiet ? PipeTarget.Null : PipeTarget.ToStream(Console.OpenStandardOutput())).WithStandardErrorPipe(PipeTarget.ToStream(Console.OpenStandardError()))
        .WithValidation(CommandResultValidation.None).ExecuteAsync().GetAwaiter().GetResult().ExitCode;
}

/// <summary>The Python that has Jupyter's client and converter.</summary>
static class JupyterPython
{
    /// <summary>Debian's Python has Debian's nbclient and nbconvert; another python3 may come first on the path.</summary>
    public static string Program => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    /// <summary>Whether the modules are there.</summary>
    public static bool HasJupyter()
    {
        try
        {
            return CliWrap.Cli.Wrap(Program).WithArguments(["-c", "import nbclient, nbconvert"]).WithValidation(CommandResultValidation.None).ExecuteAsync().GetAwaiter().GetResult().IsSuccess;
        }
        catch (Win32Exception) { return false; }
    }
}
