using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace CSharpJupyter.Session;

/// <summary>
/// The checks that <see cref="InterruptibleCode"/> writes into cells: loops, methods and lambdas ask here whether their
/// cell was interrupted, and then end with an exception at a place where any statement might throw. It is public
/// because cells call it; no user has to.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class Interruption
{
    /// <summary>
    /// After an exception the cell has so long for its <c>finally</c> blocks, whose methods and loops ask too.
    /// </summary>
    static readonly TimeSpan CleanUp = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How long after an interrupt a cell's running tasks are told of it, in later cells too: they may ask only now and
    /// then.
    /// </summary>
    static readonly TimeSpan Echo = TimeSpan.FromSeconds(10);

    static readonly List<Thread> Abandoned = [];
    static readonly Stopwatch SinceRequest = new();
    static readonly Interruption None = new();
    static volatile bool s_isAnyRequested;

    /// <summary>The cell shall stop: whoever asks gets the exception.</summary>
    volatile bool _isRequested;

    /// <summary>The cell has ended, and the request holds for everything that it left running.</summary>
    bool _isFinal;

    /// <summary>The cell was told to stop at least once.</summary>
    volatile bool _wasRequested;

    /// <summary>When the request was taken last.</summary>
    long _taken;

    /// <summary>Code that took the request throws, and has its time.</summary>
    internal bool IsCleaningUp
    {
        get { lock (Abandoned) return !_isRequested && Stopwatch.GetElapsedTime(_taken) < CleanUp; }
    }

    /// <summary>
    /// The interruption of the cell that the calling code belongs to. A function with loops keeps it: a register is
    /// quicker to ask than the execution context.
    /// </summary>
    public static Interruption Mine() => CellOutput.Flowing?.Interruption ?? None;

    /// <summary>
    /// Whether the cell shall stop. Then call <see cref="Stop"/>, which never returns: a call that could would cost
    /// each round of the loop the registers that calls do not keep.
    /// </summary>
    public bool IsRequested
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _isRequested;
    }

    /// <summary>Ends the calling code.</summary>
    [DoesNotReturn]
    public static void Stop(Interruption interruption)
    {
        interruption.Take();
        throw new CellInterruptedException();
    }

    /// <summary>Whether the cell shall stop; whoever takes the request throws, and the clean-up has its time.</summary>
    internal bool Take()
    {
        lock (Abandoned)
        {
            var isRequested = _isRequested;
            if (isRequested) _taken = Stopwatch.GetTimestamp();
            if (!_isFinal) _isRequested = false;
            return isRequested;
        }
    }

    /// <summary>Ends the calling code if its cell shall stop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check()
    {
        if (s_isAnyRequested) StopMine();
    }

    /// <summary>
    /// <see cref="Check"/> in a library; not after the cell has ended, when perhaps only a <c>finally</c> still runs.
    /// </summary>
    internal static void CheckWriting()
    {
        if (s_isAnyRequested && Mine() is { _isRequested: true, _isFinal: false } mine) Stop(mine);
    }

    /// <summary><see cref="Check"/> in the middle of an expression.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Pass<T>(T value)
    {
        if (s_isAnyRequested) StopMine();
        return value;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void StopMine()
    {
        // Tasks that other cells have left running continue.
        if (Mine() is { _isRequested: true } mine) Stop(mine);
    }

    /// <summary>
    /// Whether an exception is how an interrupted cell ends: a cell's own <c>catch (Exception)</c> does not catch it.
    /// Another cell does: it may wait for a task of an interrupted one.
    /// </summary>
    public static bool IsStopping(Exception e) => Mine()._wasRequested
        && (e is CellInterruptedException or ThreadInterruptedException
            || e is AggregateException many && many.InnerExceptions.Any(IsStopping));

    /// <summary>The cell shall stop, or shall stop again where it continued after an exception.</summary>
    internal void Request(bool final = false)
    {
        lock (Abandoned)
        {
            _isFinal |= final;
            _isRequested = _wasRequested = s_isAnyRequested = true;
            SinceRequest.Restart();
        }
    }

    /// <summary>A thread that did not stop is left behind; it stops when it comes back to code that asks.</summary>
    internal static void Abandon(Thread thread)
    {
        lock (Abandoned) Abandoned.Add(thread);
    }

    /// <summary>
    /// A cell begins: nobody need look for an interruption, unless another cell's tasks still have to hear of theirs.
    /// </summary>
    internal static void Reset()
    {
        lock (Abandoned)
        {
            Abandoned.RemoveAll(t => !t.IsAlive);
            s_isAnyRequested = Abandoned.Count > 0 || SinceRequest.IsRunning && SinceRequest.Elapsed < Echo;
        }
    }
}

/// <summary>
/// The cell was interrupted. It is no cancellation, because a task that is cancelled forgets where that happened.
/// </summary>
sealed class CellInterruptedException() : Exception("The cell was interrupted.");
