using System.Collections.Concurrent;
using System.Diagnostics;
using MerKernel.Training;
using Spectre.Console;
using Table = Spectre.Console.Table;
using Spectre.Console.Rendering;

namespace MerKernel.Cli.Display;

/// <summary>
/// Shows a run: a live table in a terminal (rows, folds, epoch, loss, time left), a line for each finished row
/// elsewhere.
/// </summary>
sealed class LosoDisplay : ILosoProgress
{
    readonly Dictionary<string, Row> _rows = [];
    readonly ConcurrentDictionary<(string Hash, string Subject), EpochProgress> _running = [];
    readonly Stopwatch _clock = Stopwatch.StartNew();
    readonly bool _live;
    int _missing, _finished;
    TimeSpan _planned;

    /// <param name="rows">Each experiment by hash: its row's name, and the folds of it that are to be computed.</param>
    public LosoDisplay(IEnumerable<(string Hash, string Name, int Folds)> rows)
    {
        foreach (var (hash, name, folds) in rows.DistinctBy(n => n.Hash)) _rows[hash] = new Row(name, folds);
        _live = AnsiConsole.Profile.Capabilities.Ansi && !Console.IsOutputRedirected;
    }

    /// <summary>Runs the work with the display around it.</summary>
    public T Around<T>(Func<T> work)
    {
        if (!_live) return work();
        return AnsiConsole.Live(Render()).AutoClear(false).Start(context =>
        {
            T result;
            using (new Timer(_ => context.UpdateTarget(Render()), null, 250, 250)) result = work();
            context.UpdateTarget(Render());
            return result;
        });
    }

    public void Planned(int stored, int missing)
    {
        (_missing, _planned) = (missing, _clock.Elapsed);
        Line($"{stored} folds are stored, {missing} to compute");
    }

    public void EpochFinished(FoldJob job, EpochProgress epoch) => _running[(job.Hash, job.Subject)] = epoch;

    public void FoldFinished(FoldJob job, FoldFacts facts)
    {
        _running.TryRemove((job.Hash, job.Subject), out var last);
        Interlocked.Increment(ref _finished);
        var row = _rows[job.Hash];
        lock (row)
        {
            row.Computed++;
            row.Seconds += facts.Seconds;
            row.Loss = last.Loss;
            if (row.Computed == row.Folds)
                Line($"{row.Name}: {row.Folds} folds, {row.Seconds:0} s, last loss {row.Loss:0.000}, {Left()}");
        }
    }

    public void FoldFailed(FoldJob job, Exception error, bool final)
    {
        _running.TryRemove((job.Hash, job.Subject), out _);
        if (final) FoldLeft(job);
        Line($"{_rows[job.Hash].Name}, fold {job.Subject}: {error.Message.TrimEnd('.')}; " +
            (final ? "given up" : "tried once more"));
    }

    public void FoldLeft(FoldJob job) => Interlocked.Decrement(ref _missing);

    void Line(string text)
    {
        if (!_live) Console.Error.WriteLine($"[{Figures.Clock(_clock.Elapsed)}] {text}");
    }

    string Left()
    {
        var done = _finished + _running.Values.Sum(e => (double)e.Epoch / e.Epochs);
        return done < 0.5
            ? "time left unknown"
            : $"{Figures.Clock((_clock.Elapsed - _planned) * ((_missing - done) / done))} left";
    }

    IRenderable Render()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("row", "folds", "running", "loss");
        foreach (var (hash, row) in _rows)
        {
            var running = _running.Where(r => r.Key.Hash == hash).OrderBy(r => r.Key.Subject).ToList();
            if (running.Count == 0 && row.Computed == 0) continue;
            table.AddRow(Markup.Escape(row.Name), $"{row.Computed}/{row.Folds}",
                Markup.Escape(string.Join("  ",
                    running.Select(r => $"{r.Key.Subject}: {r.Value.Epoch}/{r.Value.Epochs}"))),
                running.Count > 0 ? $"{running.Average(r => r.Value.Loss):0.000}" : $"{row.Loss:0.000}");
        }
        return new Rows(table,
            new Markup($"{_finished} of {_missing} folds, {Figures.Clock(_clock.Elapsed)} so far, {Left()}"));
    }

    sealed class Row(string name, int folds)
    {
        public string Name { get; } = name;
        public int Folds { get; } = folds;
        public int Computed { get; set; }
        public double Seconds { get; set; }
        public float Loss { get; set; }
    }
}
