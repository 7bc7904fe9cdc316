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
        try { if (!run.EndsUnlessInterrupted()) run.Stop(); }
        finally
        {
            // Tasks that it left running stop too; at an await it ends by itself, perhaps before it is looked after.
            if (interrupt.IsCancellationRequested)
            {
                Interruption.Mine().Request(final: true);
                // A cell that another one submitted: the outer one's end may cut the wait for this one short.
                if (!run._ended.IsSet) Interruption.Abandon(run._thread);
            }
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
            // Not where the cell has stopped and cleans up, which may wait too.
            if (IsWaiting(_thread) && interruption.Take()) _thread.Interrupt();
            if (_ended.Wait(Round)) return;
            if (!interruption.IsCleaningUp) interruption.Request();
        }
        Interruption.Abandon(_thread);
        throw new CellAbandonedException();
    }

    void Work()
    {
        try
        {
            var value = Pump();
            // Formatting is the cell's work too: it may be long, print, or fail.
            if (_cell.HasResult) _result = Bundles.For(value, []);
        }
        catch (Exception e) { _failure = ExceptionDispatchInfo.Capture(e); }
        Undisturbed(_ended.Set);
    }

    static void Undisturbed(Action end)
    {
        while (true)
        {
            try { end(); return; }
            catch (ThreadInterruptedException) { /* It was meant for the cell, and came late. */ }
        }
    }

    static bool IsWaiting(Thread thread) => (thread.ThreadState & ThreadState.WaitSleepJoin) != 0;

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
        try { foreach (var work in context.Work.GetConsumingEnumerable(_interrupt)) context.Run(work); }
        finally { Undisturbed(() => context.Close(isCut: !task.IsCompleted)); }
        return task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Continuations run on the cell's thread, unless that is blocked: <c>Task.Result</c> or <c>Wait</c> on a task that
    /// awaits would wait for ever for work that only the blocked thread could do. Then they run on the thread pool.
    /// </summary>
    sealed class PumpContext(Thread cell) : SynchronizationContext
    {
        static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);
        readonly Interruption _interruption = Interruption.Mine();
        volatile bool _isBusy = true, _isBlocked, _isCut;
        int _watchers;

        public BlockingCollection<(SendOrPostCallback Callback, object? State)> Work { get; } = [];

        public void Run((SendOrPostCallback Callback, object? State) work)
        {
            (_isBusy, _isBlocked) = (true, false);
            work.Callback(work.State);
            Idle();
        }

        public void Idle() => _isBusy = false;

        /// <summary>The cell's thread ends. What is left, and comes later, continues in the thread pool.</summary>
        /// <param name="isCut">The cell itself is at an await, and shall stop when that ends.</param>
        public void Close(bool isCut)
        {
            _isCut = isCut;
            Work.CompleteAdding();
            while (Work.TryTake(out var work)) HandOver(work);
        }

        public override void Post(SendOrPostCallback d, object? state)
        {
            if (_isBlocked && IsBlocked || !TryAdd((d, state))) HandOver((d, state));
            else if (Interlocked.CompareExchange(ref _watchers, 1, 0) == 0)
                ThreadPool.UnsafeQueueUserWorkItem(_ => _ = Rescue(), null);
        }

        bool TryAdd((SendOrPostCallback, object?) work)
        {
            try { Work.Add(work); return true; }
            catch (InvalidOperationException) { return false; }
        }

        void HandOver((SendOrPostCallback Callback, object? State) work)
        {
            // Anew: the await may have taken longer than others are asked to listen.
            if (_isCut) _interruption.Request(final: true);
            base.Post(work.Callback, work.State);
        }

        bool IsBlocked => _isBusy && IsWaiting(cell);

        /// <summary>Takes over the waiting work while the cell's thread is blocked.</summary>
        async Task Rescue()
        {
            while (Work.Count > 0)
            {
                await Task.Delay(Patience).ConfigureAwait(false);
                while (IsBlocked && Work.TryTake(out var work))
                {
                    _isBlocked = true;
                    HandOver(work);
                }
            }
            // Not a plain store, which the count below might be read before.
            Interlocked.Exchange(ref _watchers, 0);
            if (Work.Count > 0 && Interlocked.CompareExchange(ref _watchers, 1, 0) == 0)
                await Rescue().ConfigureAwait(false);
        }

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }
}

/// <summary>The cell was interrupted, did not stop, and was left behind.</summary>
sealed class CellAbandonedException() : OperationCanceledException(Text)
{
    public const string Text = "The cell was interrupted but did not stop: it is in native code, or in a library " +
        "that nothing can stop. Its thread was left behind and ends when that "
        + "code returns; variables are kept and the next cell runs. To end it now, restart the kernel.";
}
