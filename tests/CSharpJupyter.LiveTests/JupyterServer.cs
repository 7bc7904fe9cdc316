using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CSharpJupyter.LiveTests;

/// <summary>
/// Debian's classic notebook server on a folder of its own, with this kernel installed under .NET Interactive's name.
/// </summary>
sealed class JupyterServer : IDisposable
{
    public const string KernelName = ".net-csharp";
    const string Token = "a-token-for-tests";

    readonly int _port;

    public JupyterServer()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        var environment = new[] { "DATA", "CONFIG", "RUNTIME" }.ToDictionary(n => $"JUPYTER_{n}_DIR",
            n => Directory.CreateDirectory(Path.Combine(Folder, ".jupyter-" + n.ToLowerInvariant())).FullName);
        Wait(Start("dotnet", [Kernel, "install", "--name", KernelName, "--display-name", "C# (MER)"], environment));
        Process = Start("jupyter-notebook", ["--no-browser", "--allow-root", "--ip=127.0.0.1", $"--port={_port}",
            "--port-retries=0", $"--NotebookApp.token={Token}", $"--notebook-dir={Folder}"], environment);
        using var client = new HttpClient();
        for (var until = DateTime.UtcNow.AddSeconds(90); ; Thread.Sleep(200))
        {
            try { client.GetStringAsync($"http://127.0.0.1:{_port}/api").Wait(); return; }
            catch (AggregateException) when (DateTime.UtcNow < until && !Process.HasExited) { }
        }
    }

    /// <summary>The kernel as the launcher built it, else the one next to the tests.</summary>
    static string Kernel => Environment.GetEnvironmentVariable("MER_ROOT") is { Length: > 0 } root
        && Path.Combine(root, "artifacts", "jupyter-kernel", "CSharpJupyter.dll") is var built && File.Exists(built)
        ? built
        : Path.Combine(AppContext.BaseDirectory, "CSharpJupyter.dll");

    public string Folder { get; } = Directory.CreateTempSubdirectory("csharp-jupyter-live-").FullName;

    public Process Process { get; }

    public string Page(string notebook) => $"http://127.0.0.1:{_port}/notebooks/{notebook}?token={Token}";

    static Process Start(string program, IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true, RedirectStandardOutput = true
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        // The launcher's kernelspecs, found there before the data folder's, hold .NET Interactive under the same name.
        start.Environment.Remove("JUPYTER_PATH");
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    static void Wait(Process process)
    {
        using (process) process.WaitForExit();
    }

    public void Dispose()
    {
        if (!Process.HasExited) Process.Kill(entireProcessTree: true);
        try { Directory.Delete(Folder, recursive: true); }
        catch (IOException) { }
    }
}
