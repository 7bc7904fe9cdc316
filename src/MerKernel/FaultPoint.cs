using static TorchSharp.torch;

namespace MerKernel;

/// <summary>
/// Places where tests make the program die or fail. The variable MER_FAULT reads ACTION:POINT:NAME:N: when POINT is
/// reached for the N-th time for something whose name holds NAME (empty: anything), ACTION happens; with a star after
/// it also every time from then on. Unset, a point costs one comparison.
/// </summary>
/// <remarks>
/// Actions: kill (SIGKILL, as the kernel's out-of-memory killer sends it), fail (an exception), memory (an allocation
/// that libtorch must refuse), hang (a minute in native code; the file that MER_FAULT_REACHED names is made first),
/// full (a full disk, for machines where tests may mount none). Points: create, write, flush, rename and renamed of
/// files and folders; step of training.
/// </remarks>
static partial class FaultPoint
{
    public const string Variable = "MER_FAULT";

    static readonly string[]? s_fault = Environment.GetEnvironmentVariable(Variable)?.Split(':');
    static int s_reached;

    /// <param name="point">Where the program is.</param>
    /// <param name="name">The name of its object.</param>
    /// <param name="half">Leaves the work half done, as a death in its middle would.</param>
    public static void Reach(string point, string name, Action? half = null)
    {
        if (s_fault is not [var action, var at, var named, var nth] || at != point
            || !name.Contains(named, StringComparison.Ordinal))
            return;
        var (reached, first, always) = (Interlocked.Increment(ref s_reached), int.Parse(nth), action.EndsWith('*'));
        if (reached < first || (reached > first && !always)) return;
        half?.Invoke();
        switch (action.TrimEnd('*'))
        {
            case "kill": _ = Kill(Environment.ProcessId, 9); Thread.Sleep(Timeout.Infinite); break;
            case "fail": throw new InvalidOperationException($"{Variable} asked for a failure at {point} of {name}");
            case "full": throw new IOException("No space left on device");
            case "memory": empty(1L << 50).Dispose(); break;
            case "hang":
                if (Environment.GetEnvironmentVariable("MER_FAULT_REACHED") is { } mark) File.Create(mark).Dispose();
                _ = Pause(60);
                break;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    // Not Thread.Sleep: a long call into native code, which nothing managed interrupts.
    [LibraryImport("libc", EntryPoint = "sleep")]
    private static partial uint Pause(uint seconds);
}
