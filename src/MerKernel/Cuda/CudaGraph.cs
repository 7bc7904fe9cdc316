namespace MerKernel.Cuda;

/// <summary>
/// A recorded sequence of GPU operations that is launched as one (at::cuda::CUDAGraph). A training step is thousands of
/// operations of a few microseconds each, which the processor cannot launch as fast as a GPU does them.
/// </summary>
internal sealed unsafe class CudaGraph : IDisposable
{
    const string Class = "_ZN2at4cuda9CUDAGraph";

    /// <summary>cudaStreamCaptureModeThreadLocal: other threads may do as they like meanwhile.</summary>
    const long ThreadLocal = 1;

    /// <summary>More than sizeof(at::cuda::CUDAGraph) of any version.</summary>
    const int Size = 4096;

    static readonly nint s_create = Find("C1Eb"), s_destroy = Find("D1Ev");
    static readonly nint s_begin = Find("13capture_beginESt4pairIyyE21cudaStreamCaptureMode"),
        s_end = Find("11capture_endEv");
    static readonly nint s_replay = Find("6replayEv"), s_pool = Find("4poolEv");

    static readonly Lock s_recording = new();

    long _graph;

    CudaGraph()
    {
        _graph = (long)(nint)NativeMemory.AllocZeroed(Size);
        Libtorch.Call(s_create, _graph, 0);
    }

    /// <summary>Whether this libtorch has graphs.</summary>
    public static bool Supported =>
        Libtorch.CanCall && s_create != 0 && s_destroy != 0 && s_begin != 0 && s_end != 0 && s_replay != 0
            && s_pool != 0;

    /// <summary>Records the work that an action starts on the calling thread's stream, without doing it.</summary>
    /// <param name="action">
    /// Starts operations; its tensors keep their places in memory for as long as the graph lives.
    /// </param>
    /// <param name="shareWith">
    /// A graph whose memory this one may use too, because they never run at once; null for memory of its own.
    /// </param>
    /// <exception cref="InvalidOperationException">An operation cannot be recorded; nothing was done.</exception>
    public static CudaGraph Record(Action action, CudaGraph? shareWith)
    {
        lock (s_recording)
        {
            var graph = new CudaGraph();
            try
            {
                var (pool, part) = shareWith is null ? (0, 0) : Libtorch.Call(s_pool, shareWith._graph);
                Libtorch.Call(s_begin, graph._graph, pool, part, ThreadLocal);
                try
                {
                    action();
                }
                finally
                {
                    Libtorch.Call(s_end, graph._graph);
                }

                return graph;
            }
            catch
            {
                graph.Dispose();
                throw;
            }
        }
    }

    /// <summary>Starts everything recorded.</summary>
    public void Replay() => Libtorch.Call(s_replay, _graph);

    public void Dispose()
    {
        if (_graph == 0) return;
        Libtorch.Call(s_destroy, _graph);
        NativeMemory.Free((void*)(nint)_graph);
        _graph = 0;
    }

    static nint Find(string member) => Libtorch.Find(Libtorch.Cuda, Class + member);
}
