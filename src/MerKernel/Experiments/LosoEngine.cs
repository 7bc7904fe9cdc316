using System.Diagnostics;
using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Training;
using static TorchSharp.torch;

namespace MerKernel.Experiments;

/// <summary>
/// Computes the missing folds of experiments, several side by side. Each worker has one math thread, so a fold's bytes
/// do not depend on the number of workers.
/// </summary>
public sealed class LosoEngine(RunStore store)
{
    /// <summary>Folds computed side by side.</summary>
    public int Workers
    {
        get;
        init => field = value > 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Workers), "Folds need at least one worker.");
    } = Environment.ProcessorCount;

    /// <summary>Where networks are trained.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>Only the folds that leave out one of these subjects; null computes all.</summary>
    public IReadOnlyCollection<string>? Subjects { get; init; }

    /// <summary>
    /// Epochs between two checkpoints of a fold, from which it resumes after a stop; 0 leaves none, and a stopped fold
    /// starts anew.
    /// </summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Receives progress.</summary>
    public ILosoProgress? Progress { get; init; }

    /// <summary>
    /// Where the weights of every fold are kept; a fold whose weights are missing is then trained again. Null keeps
    /// none.
    /// </summary>
    public FoldWeights? Weights { get; init; }

    /// <summary>
    /// Computes missing folds and returns those that failed, with their errors; the others are stored. An experiment
    /// that cannot be trained (<see cref="UserErrorException.IsOfExperiment"/>) is returned once and costs the others
    /// nothing.
    /// </summary>
    /// <param name="experiments">Experiments on <paramref name="dataset"/>, in the order their rows are wanted.</param>
    /// <param name="dataset">The prepared data.</param>
    /// <param name="cancel">Stops the workers between two steps; stored folds are kept.</param>
    /// <exception cref="UserErrorException">
    /// None of the experiments can be trained, or the data set has no such subject.
    /// </exception>
    public IReadOnlyList<(FoldJob Job, Exception Error)> Run(
        IEnumerable<Experiment> experiments, MerDataset dataset, CancellationToken cancel = default)
    {
        var asked = Subjects?.Select(s => dataset.Subject(s)).ToHashSet();
        var subjects = dataset.Subjects.Where(s => asked?.Contains(s) != false).ToList();
        var records = experiments.Distinct().Select(e => (Experiment: e, Hash: ExperimentHash.Of(e))).ToList();
        records.ForEach(r => r.Experiment.Training.Validate());
        // Said before anything is stored: no fold of such an experiment could be trained.
        foreach (var heldOut in records.Select(r => r.Experiment.HeldOutSubjects).Distinct())
            FoldSplit.DemandTraining(heldOut, dataset.Subjects.Length - 1);
        return Run([.. records.SelectMany(r => subjects.Select(s => new FoldJob(r.Experiment, r.Hash, s)))], dataset,
            () => records.ForEach(r => store.Save(r.Experiment, dataset.Manifest)), cancel);
    }

    /// <summary>
    /// Computes those of the folds that are missing, in their order, and returns the ones that failed, with their
    /// errors.
    /// </summary>
    /// <param name="jobs">Folds of stored experiments on <paramref name="dataset"/>.</param>
    /// <param name="dataset">The prepared data.</param>
    /// <param name="cancel">Stops the workers between two steps; stored folds are kept.</param>
    public IReadOnlyList<(FoldJob Job, Exception Error)> Run(
        IReadOnlyCollection<FoldJob> jobs, MerDataset dataset, CancellationToken cancel = default) =>
            Run(jobs, dataset, () => { }, cancel);

    // The experiment of the folds is recorded before the first of them is stored.
    IReadOnlyList<(FoldJob Job, Exception Error)> Run(IReadOnlyCollection<FoldJob> jobs, MerDataset dataset,
        Action record, CancellationToken cancel)
    {
        var missing = jobs.Where(j => !Has(j)).ToList();
        Progress?.Planned(jobs.Count - missing.Count, missing.Count);
        // A worker's number of threads becomes that of all threads that start later; the caller's is given back.
        using var one = new OneMathThread();

        var queue = new ConcurrentQueue<FoldJob>(missing);
        var failures = new ConcurrentBag<(FoldJob Job, Exception Error)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Exception? fatal = null;
        void Fail(Exception e)
        {
            Interlocked.CompareExchange(ref fatal, e, null);
            stop.Cancel();
        }
        using (var writer = new FoldWriter(Workers, Fail))
        {
            writer.Add(record);
            var threads = Enumerable.Range(0, Math.Min(Workers, missing.Count)).Select(_ => new Thread(() =>
            {
                set_num_threads(1);
                try { Work(queue, dataset, failures, writer, stop.Token); }
                catch (Exception e) { Fail(e); }
            }, maxStackSize: 16 << 20)).ToList();
            threads.ForEach(t => t.Start());
            try { threads.ForEach(t => t.Join()); }
            catch (ThreadInterruptedException)
            {
                // By a notebook. The workers use the writer until they have ended.
                stop.Cancel();
                threads.ForEach(Await);
                throw;
            }
        }

        cancel.ThrowIfCancellationRequested();
        if (fatal is not null)
            throw fatal is UserErrorException known
                ? new UserErrorException(known.Message, known)
                : new InvalidOperationException(fatal.Message, fatal);
        var untrainable = failures.Where(f => f.Error is UserErrorException).DistinctBy(f => f.Job.Hash).ToList();
        if (untrainable.Count > 0 && untrainable.Count == jobs.DistinctBy(j => j.Hash).Count())
            throw new UserErrorException(untrainable[0].Error.Message, untrainable[0].Error);
        return [.. failures.Where(f => f.Error is not UserErrorException), .. untrainable];
    }

    static void Await(Thread thread)
    {
        while (true)
        {
            try { thread.Join(); return; }
            catch (ThreadInterruptedException) { /* It stops already. */ }
        }
    }

    void Work(ConcurrentQueue<FoldJob> queue, MerDataset dataset,
        ConcurrentBag<(FoldJob Job, Exception Error)> failures, FoldWriter writer, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested && queue.TryDequeue(out var job))
        {
            // The same weights and the same input stop every fold of an experiment.
            if (failures.Any(f => f.Error is UserErrorException && f.Job.Hash == job.Hash))
            {
                Progress?.FoldLeft(job);
                continue;
            }
            // Another process on the same store may have been quicker.
            if (Has(job))
            {
                Progress?.FoldFinished(job,
                    store.TryReadFacts(job.Hash, job.Subject) ?? new FoldFacts(0, DateTime.UtcNow, Device.ToString()));
                continue;
            }
            for (var attempt = 1; attempt <= 2; attempt++)
            {
                try
                {
                    Train(job, dataset, writer, cancel);
                    break;
                }
                catch (Exception e) when (e is not (OperationCanceledException
                    or UserErrorException { IsOfExperiment: false }) && !cancel.IsCancellationRequested)
                {
                    // It would be the same at the second attempt.
                    if (e is UserErrorException) attempt = 2;
                    Progress?.FoldFailed(job, e, final: attempt == 2);
                    if (attempt == 2) failures.Add((job, e));
                }
            }
        }
    }

    /// <summary>Whether a fold is stored; a checkpoint that was left next to it goes.</summary>
    bool Has(FoldJob job)
    {
        if (store.TryRead(job.Hash, job.Subject) is null || Weights?.Has(job.Hash, job.Subject) == false) return false;
        File.Delete(store.CheckpointPath(job.Hash, job.Subject));
        return true;
    }

    void Train(FoldJob job, MerDataset dataset, FoldWriter writer, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var checkpoint = CheckpointEvery > 0
            ? new FoldCheckpoint(store.CheckpointPath(job.Hash, job.Subject), CheckpointEvery) { Warn = store.Warn }
            : null;
        var fold = FoldRun.Train(job.Experiment, dataset, job.Subject, Device, e => Progress?.EpochFinished(job, e),
            cancel,
            finished: Weights is null ? null : (network, _) => Weights.Save(job.Hash, job.Subject, network),
            checkpoint: checkpoint);
        var elapsed = checkpoint?.Elapsed ?? clock.Elapsed;
        var facts = new FoldFacts(elapsed.TotalSeconds, DateTime.UtcNow, Device.ToString());
        writer.Add(() =>
        {
            // One that was trained again for its weights stays as it is stored, with the time that it took: pages know
            // it by that.
            if (Weights is null || store.TryRead(job.Hash, job.Subject) is null) store.Save(job.Hash, fold, facts);
            // Also that of an earlier call which kept checkpoints.
            File.Delete(store.CheckpointPath(job.Hash, job.Subject));
            Progress?.FoldFinished(job, facts);
        });
    }
}

/// <summary>One fold of one experiment: the unit of work, of storage and of recovery.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Hash">Its <see cref="ExperimentHash"/>.</param>
/// <param name="Subject">The subject left out.</param>
public sealed record FoldJob(Experiment Experiment, string Hash, string Subject)
{
    /// <summary>What its failure left undone, in words.</summary>
    /// <param name="error">The error that the engine returned with it.</param>
    public string Failed(Exception error) => error is UserErrorException
        ? $"experiment {Hash} cannot be trained: {error.Message}"
        : $"fold {Subject} of experiment {Hash} failed twice ({error.Message.TrimEnd('.')}).";
}

/// <summary>Receives the engine's progress; called from worker threads.</summary>
public interface ILosoProgress
{
    /// <summary>The engine knows the stored folds and those that are left.</summary>
    void Planned(int stored, int missing);

    /// <summary>An epoch of a fold is over.</summary>
    void EpochFinished(FoldJob job, EpochProgress epoch);

    /// <summary>A fold is stored.</summary>
    void FoldFinished(FoldJob job, FoldFacts facts);

    /// <summary>A fold failed; it is tried once more unless <paramref name="final"/>.</summary>
    void FoldFailed(FoldJob job, Exception error, bool final);

    /// <summary>A fold is not tried, since its experiment cannot be trained.</summary>
    void FoldLeft(FoldJob job) { }
}

/// <summary>
/// Stores finished folds on a thread of its own, in their order, so that workers do not wait for the disk. A fold
/// counts as finished, and is reported, only when it is stored.
/// </summary>
sealed class FoldWriter : IDisposable
{
    readonly BlockingCollection<Action> _finished;
    readonly CancellationTokenSource _broken = new();
    readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="ahead">How many folds may wait for the disk; the next one makes its worker wait.</param>
    /// <param name="failed">
    /// Called, once, with the error of a fold that could not be stored; the folds behind it are not stored either.
    /// </param>
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
        })
        { Name = "fold writer" };
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
