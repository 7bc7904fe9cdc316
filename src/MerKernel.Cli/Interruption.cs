using System.Runtime.InteropServices;

namespace MerKernel.Cli;

/// <summary>
/// Ctrl-C and SIGTERM: names the kept files, asks the command to stop, and leaves after a second even where native code
/// cannot be asked. That is safe at any moment, because files are written whole or not at all.
/// </summary>
sealed partial class Interruption : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource _stop = new();
    readonly PosixSignalRegistration[] _signals;
    int _exitCode;

    public Interruption() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 130)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 143)),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The shell's code for the signal that came, 128 plus its number; null before one comes.</summary>
    public int? ExitCode => _exitCode == 0 ? null : _exitCode;

    void Stop(PosixSignalContext context, int code)
    {
        context.Cancel = true;
        // Who asks twice does not want to wait.
        if (Interlocked.CompareExchange(ref _exitCode, code, 0) != 0) Leave(code);
        // First: whoever reads what is said may have stopped reading.
        new Thread(() =>
        {
            Thread.Sleep(Patience);
            Leave(code);
        })
        { IsBackground = true }.Start();
        Remark.Say("stopped. Finished clips and folds are kept and no file is half written; the same command resumes " +
            "(an unfinished fold from its last checkpoint, or anew where it keeps none).");
        _stop.Cancel();
    }

    // A live table hides the cursor; libtorch's threads, still at work, would not survive an orderly exit.
    static void Leave(int code)
    {
        if (!Console.IsErrorRedirected)
        {
            var show = new Thread(() => Console.Error.Write("\e[?25h")) { IsBackground = true };
            show.Start();
            show.Join(200);
        }
        ExitNow(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _stop.Dispose();
    }
}
