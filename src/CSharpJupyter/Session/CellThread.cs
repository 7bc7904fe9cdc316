using System.Runtime.ExceptionServices;
using CSharpJupyter.Formatters;

namespace CSharpJupyter.Session;

/// <summary>
/// Runs one cell on a thread of its own, with a synchronization context that keeps the continuations of its awaits on
/// that thread. An interrupted cell is stopped by the gentlest means that works: its own code asks
/// (<see cref="Interruption"/>); a blocking call is interrupted; in the end the thread is left behind. It is never
/// aborted: an abort strikes anywhere, in the runtime too, and now and then ended or hung the process.
/// </summary>
sealed class CellThread
{
    const int StackBytes = 16 << 20;
    static readonly TimeSpan Asks = TimeSpan.FromMilliseconds(30), Patience = TimeSpan.FromMilliseconds(1500),
        Round = TimeSpan.FromMilliseconds(20);

    readonly Submission _cell;
    readonly CancellationToken _interrupt;
    readonly ManualResetEventSlim _ended = new();
    readonly Thread _thread;
    MimeBundle? _result;
    ExceptionDispatchInfo? _failure;

    CellThread(Submission cell, CancellationToken interrupt)
    {
        (_cell, _interrupt) = (cell, interrupt);
        _thread = new(Work, StackBytes) { IsBackground = true, Name = "cell" };
    }

    /// <exception cref="OperationCanceledException">The cell was interrupted.</exception>
    /// <exception cref="CellAbandonedException">It was interrupted and did not stop.</exception>
    public static MimeBundle? Run(Submission cell, CancellationToken interrupt)
    {
        var run = new CellThread(cell, interrupt);
        run._thread.Start();
        if (!run.EndsUnlessInterrupted())
        {
            try { run.Stop(); }
            // Tasks that it left running stop too.
            finally { Interruption.Mine().Request(final: true); }
        }
        run._failure?.Throw();
        interrupt.ThrowIfCancellationRequested();
        return run._result;
    }

    bool EndsUnlessInterrupted()
    {
        try { _ended.Wait(_interrupt); return true; }
        catch (OperationCanceledException) { return _ended.IsSet; }
    }

    void Stop()
    {
        var interruption = Interruption.Mine();
        interruption.Request();
        if (_ended.Wait(Asks)) return;
        for (var waited = Asks; waited < Patience; waited += Round)
        {
            if ((_thread.ThreadState & ThreadState.WaitSleepJoin) != 0) _thread.Interrupt();
            if (_ended.Wait(Round)) return;
            if (waited > Interruption.CleanUp) interruption.Request();
        }
        Interruption.Abandon(_thread);
        throw new CellAbandonedException();
    }

    void Work()
    {
        try
        {
            var value = ParallelLoops.CancelledBy(_interrupt, Pump);
            // Formatting is the cell's work too: it may be long, print, or fail.
            if (_cell.HasResult) _result = Bundles.For(value, []);
        }
        catch (Exception e) { _failure = ExceptionDispatchInfo.Capture(e); }
        while (true)
        {
            try { _ended.Set(); return; }
            catch (ThreadInterruptedException) { /* It was meant for the cell, and came late. */ }
        }
    }

    object? Pump()
    {
        var context = new PumpContext(_thread);
        SynchronizationContext.SetSynchronizationContext(context);
        var task = _cell.Run();
        context.Idle();
        // What the cell left running without waiting for it continues in the thread pool.
        if (task.IsCompleted) context.Work.CompleteAdding();
        else
            task.ContinueWith(_ => context.Work.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default);
        foreach (var work in context.Work.GetConsumingEnumerable(_interrupt)) context.Run(work);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Continuations run on the cell's thread, unless that is blocked: <c>Task.Result</c> or <c>Wait</c> on a task that
    /// awaits would wait for ever for work that only the blocked thread could do. Then they run on the thread pool.
    /// </summary>
    sealed class PumpContext(Thread cell) : SynchronizationContext
    {
        static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);
        volatile bool _isBusy = true, _isBlocked;
        int _watchers;

        public BlockingCollection<Continuation> Work { get; } = [];

        public void Run(Continuation work)
        {
            (_isBusy, _isBlocked) = (true, false);
            work.Run();
            Idle();
        }

        public void Idle() => _isBusy = false;

        public override void Post(SendOrPostCallback d, object? state)
        {
            if (_isBlocked && IsBlocked)
            {
                base.Post(d, state);
                return;
            }
            var work = new Continuation(d, state);
            // After the cell has ended, its stragglers (fire-and-forget tasks) continue in the thread pool.
            try { Work.Add(work); }
            catch (InvalidOperationException)
            {
                base.Post(d, state);
                return;
            }
            if (_isBusy && Interlocked.CompareExchange(ref _watchers, 1, 0) == 0)
                ThreadPool.UnsafeQueueUserWorkItem(_ => _ = Rescue(), null);
        }

        bool IsBlocked => _isBusy && (cell.ThreadState & ThreadState.WaitSleepJoin) != 0;

        /// <summary>Takes over the waiting work while the cell's thread is blocked.</summary>
        async Task Rescue()
        {
            while (Work.Count > 0)
            {
                await Task.Delay(Patience).ConfigureAwait(false);
                while (IsBlocked && Work.TryTake(out var work))
                {
                    _isBlocked = true;
                    ThreadPool.UnsafeQueueUserWorkItem(w => w.Run(), work, preferLocal: false);
                }
            }
            _watchers = 0;
            if (Work.Count > 0 && Interlocked.CompareExchange(ref _watchers, 1, 0) == 0)
                await Rescue().ConfigureAwait(false);
        }

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }

    sealed record Continuation(SendOrPostCallback Callback, object? State)
    {
        public void Run() => Callback(State);
    }
}

/// <summary>The cell was interrupted, did not stop, and was left behind.</summary>
sealed class CellAbandonedException() : OperationCanceledException(Text)
{
    public const string Text = "The cell was interrupted but did not stop: it is in native code, or in a library " +
        "that nothing can stop. Its thread was left behind and ends when that "
        + "code returns; variables are kept and the next cell runs. To end it now, restart the kernel.";
}
