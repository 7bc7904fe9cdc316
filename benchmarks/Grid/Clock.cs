using System.Diagnostics;
using MerKernel;

/// <summary>Times work in this process, and the program as its user calls it.</summary>
static class Clock
{
    public static void Time(string what, double goal, Func<string> work)
    {
        var (clock, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
        var result = work();
        Say(what, goal, clock.Elapsed.TotalSeconds,
            (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds, result);
    }

    /// <summary>Calls mer twice and times the second call from start to end, the runtime's start-up included.</summary>
    public static void TimeCall(string what, double goal, params string[] arguments)
    {
        var program = Path.Combine(RepositoryRoot.Find(), "artifacts", "bin", "MerKernel.Cli", "release_linux-x64",
            "mer.dll");
        for (var call = 1; call <= 2; call++)
        {
            var (clock, before) = (Stopwatch.StartNew(), ChildrensTime());
            using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
            {
                RedirectStandardOutput = true, RedirectStandardError = true
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var lines = process.StandardOutput.ReadToEnd().Split('\n').Length;
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException(errors.Result);
            Say($"mer {what}, call {call}", goal, clock.Elapsed.TotalSeconds, ChildrensTime() - before,
                $"{lines} lines");
        }
    }

    // Processor time of ended children in seconds; the kernel counts it in hundredths.
    static double ChildrensTime() => File.ReadAllText("/proc/self/stat").Split(") ")[1].Split(' ') is var fields
        ? (long.Parse(fields[13]) + long.Parse(fields[14])) / 100.0 : 0;

    static void Say(string what, double goal, double seconds, double processor, string result) =>
        Console.WriteLine(FormattableString.Invariant(
            $"{what}: {seconds:0.00} s ({processor:0.00} s of processor time), goal under {goal} s; {result}"));
}
