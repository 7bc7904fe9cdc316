using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MerKernel.Reliability.Tests.Crash;

/// <summary>
/// The mer command as a process of its own, in a folder of its own that holds data, results and cache.
/// </summary>
sealed partial class MerProcess : IDisposable
{
    /// <summary>
    /// Starts a program to which permissions apply, also where the tests run as root: it stays the same user, since
    /// another may not even reach a checkout in root's home, and lacks the two capabilities that pass over permissions.
    /// </summary>
    public static readonly string? Permitted = Environment.IsPrivilegedProcess
        ? "setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search" : null;

    readonly Process _process;
    readonly Task<string> _output, _errors;

    /// <param name="root">What takes the checkout's place.</param>
    /// <param name="arguments">As on the command line.</param>
    /// <param name="fault">Value of MER_FAULT.</param>
    /// <param name="prefix">A program that starts this one, for example setpriv.</param>
    /// <param name="environment">More variables.</param>
    public MerProcess(string root, string arguments, string? fault = null, string? prefix = null,
        params (string Name, string Value)[] environment)
    {
        string[] line = [.. (prefix ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries), "dotnet",
            Path.Combine(AppContext.BaseDirectory, "mer.dll"), .. arguments.Split(' ')];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardOutput = true, RedirectStandardError = true
        };
        start.Environment["MER_ROOT"] = root;
        start.Environment["MER_NATIVE"] = Path.Combine(Repository.Root, "artifacts", "native");
        if (fault is not null) start.Environment["MER_FAULT"] = fault;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        (_output, _errors) = (_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Waits for its end; a process that hangs for ten minutes fails the test.</summary>
    public (int ExitCode, string Output, string Errors) End()
    {
        if (!_process.WaitForExit(TimeSpan.FromMinutes(10)))
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"mer did not end within ten minutes: {_errors.Result}");
        }
        return (_process.ExitCode, _output.Result, _errors.Result);
    }

    /// <summary>Sends a signal; nothing happens where the process has ended.</summary>
    public void Signal(int number)
    {
        if (!_process.HasExited) _ = Kill(_process.Id, number);
    }

    /// <summary>Runs the command to its end.</summary>
    public static (int ExitCode, string Output, string Errors) Run(string root, string arguments, string? fault = null,
        string? prefix = null)
    {
        using var process = new MerProcess(root, arguments, fault, prefix);
        return process.End();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
