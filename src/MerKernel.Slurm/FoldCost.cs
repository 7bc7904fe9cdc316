using System.Collections.Concurrent;
using System.Diagnostics;
using MerKernel.Models;
using MerKernel.Training;
using static TorchSharp.torch;

namespace MerKernel.Slurm;

/// <summary>
/// The cost of a fold, from the network's multiply-accumulates and parameters; each network is counted once.
/// </summary>
/// <param name="derived">Where the counts are kept; null counts anew.</param>
public sealed class FoldCost(DerivedValues? derived = null)
{
    // Forward, gradients of the activations, gradients of the weights: three passes of a multiply and an add each.
    const double TrainingFlopPerMac = 6, PredictionFlopPerMac = 2;

    // A paper-sized fold of batches of 16 took 9 GB in all, of which 0.35 GB a clip were activations (19.3 GMAC).
    const double ActivationBytesPerMac = 0.018, RuntimeBytes = 0.6e9, Margin = 1.25;

    // Value, gradient and two moments, and once more while the optimiser gathers them.
    const int BytesPerParameter = 20;

    readonly ConcurrentDictionary<(ModelOptions, bool), NetworkSize> _sizes = [];

    /// <summary>
    /// Floating point operations of a fold of an experiment, from the clips trained on and the clips predicted after
    /// every epoch.
    /// </summary>
    public Func<int, int, double> Flop(Experiment experiment)
    {
        var epochs = experiment.Training.Epochs;
        var (macs, training) = ((double)epochs * Macs(experiment),
            TrainingFlopPerMac * experiment.Model.PassesPerEpoch(epochs));
        return (trained, predicted) => macs * (training * trained + PredictionFlopPerMac * predicted);
    }

    /// <summary>Memory in bytes of a process that computes folds side by side, a quarter added.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="sideBySide">Folds at once.</param>
    /// <param name="frameBytes">Size of the prepared frames.</param>
    /// <param name="clips">Clips of the data set, whose inputs besides frames lie there twice while computed.</param>
    public double Memory(Experiment experiment, int sideBySide, long frameBytes, int clips)
    {
        var input = 2.0 * sizeof(float) * clips * (experiment.Model.Input?.Shape(experiment.Model.InputSize)
            .Aggregate(1.0, (product, side) => product * side) ?? 0);
        var fold = BytesPerParameter * Size(experiment).Parameters
            + ActivationBytesPerMac * Macs(experiment) * (experiment.Training.BatchSize + 1);
        return Margin * (RuntimeBytes + 2.0 * frameBytes + input + sideBySide * fold);
    }

    /// <summary>Bytes of a checkpoint: parameters and two moments.</summary>
    public double CheckpointBytes(Experiment experiment) => 12.0 * Size(experiment).Parameters;

    // The cost of a clip's input is no fold's: it is computed once for a data set and kept.
    long Macs(Experiment experiment) =>
        Size(experiment).Macs - (experiment.Model.Input?.Macs(experiment.Model.InputSize) ?? 0);

    NetworkSize Size(Experiment experiment) =>
        _sizes.GetOrAdd((experiment.Model, experiment.ActionUnits != ActionUnitSource.None),
            _ => NetworkSize.Of(experiment, derived));
}

/// <summary>
/// How fast this machine trains, measured on training steps with one math thread, as folds are computed.
/// </summary>
public static class StepSpeed
{
    // Enough for batch normalisation and near enough to a batch of 16: a step's rate hardly depends on the batch.
    const int Clips = 4;

    static readonly TimeSpan Long = TimeSpan.FromSeconds(1), VeryLong = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Floating point operations a second of one thread; the best of three or more steps, of two where a step takes
    /// seconds, or the first where it takes more than ten.
    /// </summary>
    /// <param name="experiment">The network and its options.</param>
    /// <param name="cost">Counts the step's operations.</param>
    public static double Measure(Experiment experiment, FoldCost cost)
    {
        var rate = 0.0;
        // A thread of its own: the number of math threads belongs to it.
        var thread = new Thread(() =>
        {
            set_num_threads(1);
            using var scope = NewDisposeScope();
            using var model = experiment.Model.Create(seed: 1, experiment.ActionUnits != ActionUnitSource.None);
            using var optimizer = new FlatAdamW(model.parameters(), experiment.Training.WeightDecay);
            model.train();
            var size = experiment.Model.InputSize;
            var (onset, apex, units) = (randn(Clips, 3, size, size), randn(Clips, 3, size, size),
                zeros(Clips, FusionHead.ActionUnitCount));
            var batch = new ClipBatch(onset, apex, units,
                experiment.Model.Input is { } asked ? rand([Clips, .. asked.Shape(size)]) : null);
            var labels = zeros(Clips, ScalarType.Int64);
            var flop = cost.Flop(experiment with { Training = experiment.Training with { Epochs = 1 } })(Clips, 0);
            var total = Stopwatch.StartNew();
            for (var step = 0; step == 0 || total.Elapsed < (step == 1 ? VeryLong : Long); step++)
            {
                using var inner = NewDisposeScope();
                var clock = Stopwatch.StartNew();
                optimizer.ZeroGradients();
                model.Loss(batch, labels, 0).backward();
                optimizer.Step(1e-4);
                rate = Math.Max(rate, flop / clock.Elapsed.TotalSeconds);
            }
        }, maxStackSize: 16 << 20);
        thread.Start();
        thread.Join();
        return rate;
    }
}

/// <summary>
/// Hardware a plan is timed on without having it; the rates are assumptions, and pages that show them say so.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="FlopRate">Sustained floating point operations a second.</param>
/// <param name="Assumption">Where the rate comes from.</param>
public sealed record Hardware(string Name, double FlopRate, string Assumption)
{
    /// <summary>A server, and cards at a third of the single-precision peak that their maker states.</summary>
    public static ImmutableArray<Hardware> Known { get; } =
    [
        new("64 cores with AVX-512", 64 * 61e9, "61 GFLOP/s a core, as measured on two"),
        new("one A100", 19.5e12 / 3, "a third of 19.5 TFLOP/s"),
        new("one H100", 67e12 / 3, "a third of 67 TFLOP/s"),
    ];
}
