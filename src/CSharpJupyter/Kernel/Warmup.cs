using System.Diagnostics;

namespace CSharpJupyter.Kernel;

/// <summary>
/// Compiles and runs a small cell in a session of its own while the user still reads: Roslyn's first use takes over
/// a second.
/// </summary>
static class Warmup
{
    public static void Run(ReferenceSet references, Action<string> log)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            var cell = new ScriptSession(references).Compile(
                "var x = new[] { 1, 2 }.Select(i => $\"{i}\").ToList(); x.Count", "warmup", CancellationToken.None);
            CellThread.Run(cell, CancellationToken.None);
        }
        catch (Exception e) { log($"warm-up failed: {e.Message}"); }
        if (Environment.GetEnvironmentVariable("CSHARP_JUPYTER_TRACE") == "1")
            log($"warm after {watch.ElapsedMilliseconds} ms");
    }
}
