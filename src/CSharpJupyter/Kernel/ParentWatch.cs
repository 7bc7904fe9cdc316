using System.Runtime.InteropServices;

namespace CSharpJupyter.Kernel;

/// <summary>Ends the kernel when the process that started it is gone: killed clients say no goodbye.</summary>
static class ParentWatch
{
    const int ParentDeathSignal = 1, Kill = 9;

    public static void Start(Action ended)
    {
        // Whoever runs watch.sh would start a new session when this one leaves; without it nobody does.
        if (Environment.GetEnvironmentVariable("CSHARP_JUPYTER_WATCHER") is { Length: > 0 } watcher)
        {
            Control(ParentDeathSignal, Kill);
            // Not of the kernels that a cell may start.
            Environment.SetEnvironmentVariable("CSHARP_JUPYTER_WATCHER", null);
            // It may have died while this process started.
            if ($"{ParentOf("self")}" != watcher)
            {
                ended();
                return;
            }
        }
        var parent = int.TryParse(Environment.GetEnvironmentVariable("JPY_PARENT_PID"), out var named) && named > 1
            ? named
            : ParentOf("self");
        if (parent <= 1) return;
        new Thread(() =>
        {
            while (IsAlive(parent)) Thread.Sleep(2000);
            ended();
        })
        { IsBackground = true, Name = "parent watch" }.Start();
    }

    [DllImport("libc", EntryPoint = "prctl")]
    static extern int Control(int option, nuint argument);

    static int ParentOf(string pid) =>
        Stat(pid) is [_, var parent, ..] && int.TryParse(parent, out var number) ? number : 0;

    static bool IsAlive(int pid) => Stat(pid.ToString()) is [not ("Z" or "X"), ..];

    /// <summary>Fields of /proc/PID/stat from the state on; the command name before it may contain anything.</summary>
    static string[]? Stat(string pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException) { return null; }
        // No descriptor is left, or it died just now: the next look tells.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return ["?"]; }
    }
}
