using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using MerKernel.Cuda;
using MerKernel.Training;
using static TorchSharp.torch;

namespace MerKernel.Benchmarks.Gpu;

/// <summary>
/// Steps of several folds side by side: clips per second of all together, and the memory that they take.
/// </summary>
static class SideBySide
{
    static double SecondsOf(Setting setting) => setting.Tiny ? 0.5 : 3;

    static int Clips(Setting setting) => setting.Tiny ? 4 : 16;

    static int[] Counts(Setting setting) => setting.Tiny ? [1, 2] : [1, 2, 4, 8, 16];

    /// <summary>Each fold on a thread and a stream of its own.</summary>
    public static void Threads(Setting setting, Figures figures)
    {
        var failed = false;
        foreach (var folds in Counts(setting))
        {
            using var ready = new Barrier(folds + 1);
            using var over = new CancellationTokenSource();
            var done = 0;
            Exception? failure = null;
            var threads = Enumerable.Range(0, folds).Select(_ => new Thread(() =>
            {
                try
                {
                    set_num_threads(1);
                    using var steps = Warm(setting);
                    ready.SignalAndWait();
                    while (!over.IsCancellationRequested)
                    {
                        Two(setting, steps);
                        Interlocked.Add(ref done, 2);
                    }
                }
                catch (Exception e)
                {
                    failure = e;
                    ready.RemoveParticipant();
                }
            }, maxStackSize: 16 << 20)).ToList();
            threads.ForEach(t => t.Start());
            ready.SignalAndWait();
            var clock = Stopwatch.StartNew();
            Thread.Sleep(TimeSpan.FromSeconds(SecondsOf(setting)));
            var (count, span) = (Volatile.Read(ref done), clock.Elapsed.TotalSeconds);
            Memory(setting, figures, "folds", $"{folds} side by side");
            over.Cancel();
            threads.ForEach(t => t.Join());
            if (failure is not null)
            {
                failed = true;
                Console.WriteLine($"folds side by side: {folds} failed: {failure.Message}");
                continue;
            }
            figures.Add("folds", $"{folds} side by side, bf16", count * Clips(setting) / span, "clips/s");
        }
        if (failed) throw new UserErrorException("Folds failed; the lines above say why.");
    }

    /// <summary>Each fold in a process of its own: this program again, as <see cref="Worker"/>.</summary>
    public static void Processes(Setting setting, Figures figures)
    {
        string[] arguments = ["worker", "--device", setting.Device.ToString(),
            .. setting.Tiny ? ["--tiny"] : Array.Empty<string>()];
        foreach (var folds in Counts(setting))
        {
            Process[] workers = [.. Enumerable.Range(0, folds).Select(_ => Process.Start(
                new ProcessStartInfo(Environment.ProcessPath!, arguments)
                {
                    RedirectStandardInput = true, RedirectStandardOutput = true
                })!)];
            try
            {
                foreach (var worker in workers) Until(worker, line => line == Ready);
                foreach (var worker in workers) worker.StandardInput.WriteLine();
                var sum = workers.Sum(worker => double.Parse(Until(worker, _ => true), CultureInfo.InvariantCulture));
                figures.Add("processes", $"{folds} processes side by side, bf16", sum, "clips/s");
                Memory(setting, figures, "processes", $"{folds} processes side by side");
            }
            finally
            {
                // A worker stays until its input ends, so that the memory of all is counted.
                foreach (var worker in workers)
                {
                    worker.StandardInput.Close();
                    worker.WaitForExit();
                    worker.Dispose();
                }
            }
        }

        static string Until(Process worker, Func<string, bool> found)
        {
            while (worker.StandardOutput.ReadLine() is { } line)
                if (found(line)) return line;
            throw new InvalidOperationException("A process stopped early; its message stands above.");
        }
    }

    const string Ready = "ready";

    /// <summary>
    /// Says that it is ready, waits for a line, prints the clips per second of its fold, and waits for the end of its
    /// input.
    /// </summary>
    public static void Worker(Setting setting)
    {
        set_num_threads(1);
        using var steps = Warm(setting);
        Console.WriteLine(Ready);
        Console.ReadLine();
        var clock = Stopwatch.StartNew();
        var done = 0;
        for (; clock.Elapsed.TotalSeconds < SecondsOf(setting); done += 2) Two(setting, steps);
        Console.WriteLine((done * Clips(setting) / clock.Elapsed.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        while (Console.ReadLine() is not null)
        {
        }
    }

    static Steps Warm(Setting setting)
    {
        var steps = new Steps(setting, setting.Model, Clips(setting), Precision.BFloat16, parts: 2);
        steps.Run(4, parts: 2);
        setting.Wait();
        return steps;
    }

    static void Two(Setting setting, Steps steps)
    {
        steps.Run(2, parts: 2);
        if (setting.OnGpu) CudaStream.Wait();
    }

    static void Memory(Setting setting, Figures figures, string part, string what)
    {
        if (!setting.OnGpu)
        {
            figures.Add(part, $"{what}, memory of this process", Environment.WorkingSet / 1048576.0, "MiB");
            return;
        }

        try
        {
            using var query = Process.Start(
                new ProcessStartInfo("nvidia-smi", ["--query-gpu=memory.used", "--format=csv,noheader,nounits"])
                {
                    RedirectStandardOutput = true
                })!;
            if (double.TryParse(query.StandardOutput.ReadLine(), CultureInfo.InvariantCulture, out var used))
                figures.Add(part, $"{what}, memory of the GPU in use", used, "MiB");
            query.WaitForExit();
        }
        catch (Win32Exception)
        {
            Console.WriteLine("nvidia-smi is not there; memory is not counted");
        }
    }
}
