using System.Diagnostics;

namespace MerKernel.Benchmarks.Training;

/// <summary>Times work on a thread of its own, because the number of math threads belongs to the thread.</summary>
static class Clock
{
    /// <summary>Runs work with a number of math threads and returns its seconds.</summary>
    public static double Seconds(int mathThreads, Action work)
    {
        var seconds = 0.0;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            TorchSharp.torch.set_num_threads(mathThreads);
            var clock = Stopwatch.StartNew();
            try { work(); }
            catch (Exception e) { failure = e; }
            seconds = clock.Elapsed.TotalSeconds;
        }, maxStackSize: 16 << 20);
        thread.Start();
        thread.Join();
        return failure is null ? seconds : throw new InvalidOperationException(failure.Message, failure);
    }

    /// <summary>The smallest of several takes.</summary>
    public static double Best(int takes, Func<double> seconds) => Enumerable.Range(0, takes).Min(_ => seconds());
}
