namespace CSharpJupyter.Session;

/// <summary>
/// Parallel loops run on the threads of the pool, which the kernel's sockets need too, while the cell's own thread
/// waits. So every Parallel.For, ForEach and Invoke that names no options of its own takes no more threads than there
/// are processors, and the pool has threads to spare.
/// </summary>
static class ParallelLoops
{
    const int SpareThreads = 8;

    public static void Prepare()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount) + SpareThreads, ports);
        // The options those loops take. A runtime that keeps them elsewhere leaves such loops as they are.
        if (typeof(Parallel).GetField("s_defaultParallelOptions", BindingFlags.NonPublic | BindingFlags.Static)
            ?.GetValue(null) is ParallelOptions options)
            options.MaxDegreeOfParallelism = Environment.ProcessorCount;
    }
}
