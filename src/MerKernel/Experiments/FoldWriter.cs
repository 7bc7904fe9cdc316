using System.Collections.Concurrent;

namespace MerKernel.Experiments;

/// <summary>
/// Stores finished folds on a thread of its own, in their order, so that workers do not wait for the disk. A fold counts as finished, and is reported, only when
/// it is stored.
/// </summary>
sealed class FoldWriter : IDisposable
{
    readonly BlockingCollection<Action> _finished;
    readonly CancellationTokenSource _broken = new();
    readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="ahead">How many folds may wait for the disk; the next one makes its worker wait.</param>
    /// <param name="failed">Called, once, with the error of a fold that could not be stored; the folds behind it are not stored either.</param>
    public FoldWriter(int ahead, Action<Exception> failed)
    {
        _finished = new(ahead);
        _thread = new(() =>
        {
            try
            {
                foreach (var store in _finished.GetConsumingEnumerable()) store();
            }
            catch (Exception e)
            {
                failed(e);
                _broken.Cancel();
            }
        }) { Name = "fold writer" };
        _thread.Start();
    }

    /// <summary>Hands a finished fold over.</summary>
    /// <param name="store">Stores it and reports it.</param>
    /// <exception cref="OperationCanceledException">An earlier one could not be stored.</exception>
    public void Add(Action store) => _finished.Add(store, _broken.Token);

    /// <summary>Waits until everything handed over is stored.</summary>
    public void Dispose()
    {
        _finished.CompleteAdding();
        _thread.Join();
        _finished.Dispose();
        _broken.Dispose();
    }
}
