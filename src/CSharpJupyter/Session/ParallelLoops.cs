namespace CSharpJupyter.Session;

/// <summary>
/// Parallel loops run on the threads of the pool, which the kernel's sockets need too, while the cell's own thread
/// waits, where an interrupt of that thread cannot reach them. So while a cell runs, every Parallel.For, ForEach and
/// Invoke that names no options of its own takes no more threads than there are processors and is cancelled by the
/// cell's interrupt, and the pool has threads to spare.
/// </summary>
static class ParallelLoops
{
    const int SpareThreads = 8;

    // The options those loops take. A runtime that keeps them elsewhere leaves such loops as they are: they then end by
    // themselves.
    static readonly ParallelOptions? s_options = typeof(Parallel).GetField("s_defaultParallelOptions",
        BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null) as ParallelOptions;

    static ParallelLoops()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount) + SpareThreads, ports);
        if (s_options is not null) s_options.MaxDegreeOfParallelism = Environment.ProcessorCount;
    }

    /// <summary>Runs work whose parallel loops a token cancels.</summary>
    public static T CancelledBy<T>(CancellationToken interrupt, Func<T> work)
    {
        if (s_options is null) return work();
        s_options.CancellationToken = interrupt;
        try { return work(); }
        finally { s_options.CancellationToken = CancellationToken.None; }
    }
}
