using System.Collections.Concurrent;
using System.Runtime;
using System.Runtime.ExceptionServices;
using CSharpJupyter.Formatters;
using CSharpJupyter.Output;

namespace CSharpJupyter.Session;

/// <summary>
/// Runs one cell on a thread of its own, with a synchronization context that keeps the continuations of its awaits on that thread, so that an
/// interrupt (which stops a thread) reaches the cell wherever it is. A reused thread misses interrupts after the second.
/// </summary>
static class CellThread
{
    const int StackBytes = 16 << 20;

    /// <exception cref="OperationCanceledException">The cell was interrupted.</exception>
    public static MimeBundle? Run(Submission cell, CancellationToken interrupt)
    {
        MimeBundle? result = null;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                ControlledExecution.Run(() =>
                {
                    var value = ParallelLoops.CancelledBy(interrupt, () => Pump(cell.Run, interrupt));
                    // Formatting is the cell's work too: it may be long, print, or fail.
                    if (cell.HasResult) result = Bundles.For(value, []);
                }, interrupt);
            }
            catch (Exception e) { failure = ExceptionDispatchInfo.Capture(e); }
        }, StackBytes) { IsBackground = true, Name = "cell" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        interrupt.ThrowIfCancellationRequested();
        return result;
    }

    static object? Pump(Func<Task<object?>> cell, CancellationToken interrupt)
    {
        var context = new PumpContext();
        SynchronizationContext.SetSynchronizationContext(context);
        var task = cell();
        task.ContinueWith(_ => context.Work.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        foreach (var (callback, state) in context.Work.GetConsumingEnumerable(interrupt)) callback(state);
        return task.GetAwaiter().GetResult();
    }

    sealed class PumpContext : SynchronizationContext
    {
        public BlockingCollection<(SendOrPostCallback, object?)> Work { get; } = [];

        public override void Post(SendOrPostCallback d, object? state)
        {
            // After the cell has ended, its stragglers (fire-and-forget tasks) go on in the thread pool.
            try { Work.Add((d, state)); }
            catch (InvalidOperationException) { base.Post(d, state); }
        }

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
