using System.Diagnostics;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Slurm;

/// <summary>How fast this machine trains, measured on training steps with one math thread, as folds are computed.</summary>
public static class StepSpeed
{
    // Enough for batch normalisation and near enough to a batch of 16: a step's rate hardly depends on the batch.
    const int Clips = 4;

    static readonly TimeSpan Long = TimeSpan.FromSeconds(1), VeryLong = TimeSpan.FromSeconds(10);

    /// <summary>Floating point operations a second of one thread; the best of three or more steps, of two where a step takes seconds, or the first where it takes more than ten.</summary>
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
            var (onset, apex, units) = (randn(Clips, 3, size, size), randn(Clips, 3, size, size), zeros(Clips, FusionHead.ActionUnitCount));
            var batch = new ClipBatch(onset, apex, units, experiment.Model.Input is { } asked ? rand([Clips, .. asked.Shape(size)]) : null);
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
