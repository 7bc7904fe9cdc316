using System.Collections.Concurrent;
using System.Diagnostics;
using MerKernel.Data;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Experiments;

/// <summary>
/// Computes the missing folds of experiments, several side by side. Each worker has one math thread, so a fold's bytes do not depend
/// on the number of workers.
/// </summary>
public sealed class LosoEngine(RunStore store)
{
    /// <summary>Folds computed side by side.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Where networks are trained.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>Only the folds that leave out one of these subjects; null computes all.</summary>
    public IReadOnlyCollection<string>? Subjects { get; init; }

    /// <summary>Epochs between two checkpoints of a fold, from which it goes on after a stop; 0 leaves none, and a stopped fold starts anew.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Receives progress.</summary>
    public ILosoProgress? Progress { get; init; }

    /// <summary>Where the weights of every fold are kept; a fold whose weights are missing is then trained again. Null keeps none.</summary>
    public FoldWeights? Weights { get; init; }

    /// <summary>Computes what is missing and returns the folds that failed twice, with their errors; the others are stored.</summary>
    /// <param name="experiments">Experiments on <paramref name="dataset"/>, in the order their rows are wanted.</param>
    /// <param name="dataset">The prepared data.</param>
    /// <param name="cancel">Stops the workers between two steps; stored folds are kept.</param>
    public IReadOnlyList<(FoldJob Job, Exception Error)> Run(
        IEnumerable<Experiment> experiments, MerDataset dataset, CancellationToken cancel = default)
    {
        var subjects = dataset.Subjects.Where(s => Subjects?.Contains(s) != false).ToList();
        var records = experiments.Distinct().Select(e => (Experiment: e, Hash: ExperimentHash.Of(e))).ToList();
        return Run([.. records.SelectMany(r => subjects.Select(s => new FoldJob(r.Experiment, r.Hash, s)))], dataset,
            () => records.ForEach(r => store.Save(r.Experiment, dataset.Manifest)), cancel);
    }

    /// <summary>Computes those of the folds that are missing, in their order, and returns the ones that failed twice, with their errors.</summary>
    /// <param name="jobs">Folds of stored experiments on <paramref name="dataset"/>.</param>
    /// <param name="dataset">The prepared data.</param>
    /// <param name="cancel">Stops the workers between two steps; stored folds are kept.</param>
    public IReadOnlyList<(FoldJob Job, Exception Error)> Run(
        IReadOnlyCollection<FoldJob> jobs, MerDataset dataset, CancellationToken cancel = default) => Run(jobs, dataset, () => { }, cancel);

    // What the folds belong to is recorded before the first of them is stored.
    IReadOnlyList<(FoldJob Job, Exception Error)> Run(IReadOnlyCollection<FoldJob> jobs, MerDataset dataset, Action record, CancellationToken cancel)
    {
        var missing = jobs.Where(j => !Has(j)).ToList();
        Progress?.Planned(jobs.Count - missing.Count, missing.Count);

        var queue = new ConcurrentQueue<FoldJob>(missing);
        var failures = new ConcurrentBag<(FoldJob, Exception)>();
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
            threads.ForEach(t => t.Join());
        }

        cancel.ThrowIfCancellationRequested();
        if (fatal is not null) throw fatal is UserErrorException known ? new UserErrorException(known.Message, known) : new InvalidOperationException(fatal.Message, fatal);
        return [.. failures];
    }

    void Work(ConcurrentQueue<FoldJob> queue, MerDataset dataset, ConcurrentBag<(FoldJob, Exception)> failures, FoldWriter writer, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested && queue.TryDequeue(out var job))
        {
            // Another process on the same store may have been quicker.
            if (Has(job))
            {
                Progress?.FoldFinished(job, store.TryReadFacts(job.Hash, job.Subject) ?? new FoldFacts(0, DateTime.UtcNow, Device.ToString()));
                continue;
            }
            for (var attempt = 1; attempt <= 2; attempt++)
            {
                try
                {
                    Train(job, dataset, writer, cancel);
                    break;
                }
                catch (Exception e) when (e is not (OperationCanceledException or UserErrorException))
                {
                    Progress?.FoldFailed(job, e, final: attempt == 2);
                    if (attempt == 2) failures.Add((job, e));
                }
            }
        }
    }

    bool Has(FoldJob job) => store.TryRead(job.Hash, job.Subject) is not null && Weights?.Has(job.Hash, job.Subject) != false;

    void Train(FoldJob job, MerDataset dataset, FoldWriter writer, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var checkpoint = CheckpointEvery > 0 ? new FoldCheckpoint(store.CheckpointPath(job.Hash, job.Subject), CheckpointEvery) { Warn = store.Warn } : null;
        var fold = FoldRun.Train(job.Experiment, dataset, job.Subject, Device, e => Progress?.EpochFinished(job, e), cancel,
            finished: Weights is null ? null : network => Weights.Save(job.Hash, job.Subject, network), checkpoint: checkpoint);
        var facts = new FoldFacts(clock.Elapsed.TotalSeconds, DateTime.UtcNow, Device.ToString());
        writer.Add(() =>
        {
            store.Save(job.Hash, fold, facts);
            checkpoint?.Delete();
            Progress?.FoldFinished(job, facts);
        });
    }
}
