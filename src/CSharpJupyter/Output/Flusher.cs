using System.Collections.Concurrent;

namespace CSharpJupyter.Output;

/// <summary>Sends collected stream output every 50 ms, on a thread of its own because a parallel cell may fill the thread pool that timers need.</summary>
static class Flusher
{
    static readonly BlockingCollection<CellOutput> Waiting = [];

    static Flusher()
    {
        using (ExecutionContext.SuppressFlow()) new Thread(Work) { IsBackground = true, Name = "output" }.Start();
    }

    public static void Soon(CellOutput output) => Waiting.Add(output);

    static void Work()
    {
        foreach (var first in Waiting.GetConsumingEnumerable())
        {
            Thread.Sleep(50);
            first.Flush();
            while (Waiting.TryTake(out var other)) other.Flush();
        }
    }
}
