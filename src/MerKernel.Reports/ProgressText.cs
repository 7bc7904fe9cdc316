using System.Diagnostics;
using MerKernel.Training;

namespace MerKernel.Reports;

/// <summary>Progress of a run as one line of text that is written over, as a notebook cell can show it.</summary>
sealed class ProgressText(string title) : ILosoProgress
{
    readonly Stopwatch _clock = Stopwatch.StartNew(), _shown = new();
    readonly Lock _gate = new();
    int _missing, _finished;
    double _epochs;

    public void Planned(int stored, int missing) => (_missing, _epochs) = (missing, 0);

    public void EpochFinished(FoldJob job, EpochProgress epoch)
    {
        lock (_gate)
        {
            _epochs += 1.0 / epoch.Epochs;
            // A few times a second is enough; every write is a message to the browser.
            if (_shown.IsRunning && _shown.ElapsedMilliseconds < 300) return;
            _shown.Restart();
            Console.Write($"\r{title}: {_finished} of {_missing} folds, {Figures.Clock(_clock.Elapsed)}, about " +
                $"{Figures.Clock(_clock.Elapsed * (Math.Max(0, _missing - _epochs) / _epochs))} left   ");
        }
    }

    public void FoldFinished(FoldJob job, FoldFacts facts) => Interlocked.Increment(ref _finished);

    public void FoldFailed(FoldJob job, Exception error, bool final) =>
        Console.WriteLine($"\r{title}, fold {job.Subject}: {error.Message.TrimEnd('.')}; " +
            (final ? "given up" : "tried once more"));

    public void FoldLeft(FoldJob job) => Interlocked.Decrement(ref _missing);

    /// <summary>Closes the line; nothing where nothing was to be computed.</summary>
    public void Done()
    {
        if (_missing > 0)
            Console.WriteLine($"\r{title}: {_finished} of {_missing} folds trained in " +
                $"{Figures.Clock(_clock.Elapsed)}.                    ");
    }
}
