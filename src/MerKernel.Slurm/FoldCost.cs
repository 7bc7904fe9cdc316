using System.Collections.Concurrent;
using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Slurm;

/// <summary>What a fold costs, from the network's multiply-accumulates and parameters; each network is counted once.</summary>
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

    /// <summary>Floating point operations of a fold of an experiment, from the clips trained on and the clips predicted after every epoch.</summary>
    public Func<int, int, double> Flop(Experiment experiment)
    {
        var epochs = experiment.Training.Epochs;
        var (macs, training) = ((double)epochs * Macs(experiment), TrainingFlopPerMac * experiment.Model.PassesAnEpoch(epochs));
        return (trained, predicted) => macs * (training * trained + PredictionFlopPerMac * predicted);
    }

    /// <summary>Memory in bytes of a process that computes folds side by side, a quarter added.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="sideBySide">Folds at once.</param>
    /// <param name="frameBytes">Size of the prepared frames.</param>
    public double Memory(Experiment experiment, int sideBySide, long frameBytes)
    {
        var fold = BytesPerParameter * Size(experiment).Parameters + ActivationBytesPerMac * Macs(experiment) * (experiment.Training.BatchSize + 1);
        return Margin * (RuntimeBytes + 2.0 * frameBytes + sideBySide * fold);
    }

    /// <summary>Bytes of a checkpoint: parameters and two moments.</summary>
    public double CheckpointBytes(Experiment experiment) => 12.0 * Size(experiment).Parameters;

    // What a clip's input costs is no fold's: it is computed once for a data set and kept.
    long Macs(Experiment experiment) => Size(experiment).Macs - (experiment.Model.Input?.Macs(experiment.Model.InputSize) ?? 0);

    NetworkSize Size(Experiment experiment) =>
        _sizes.GetOrAdd((experiment.Model, experiment.ActionUnits != ActionUnitSource.None), _ => NetworkSize.Of(experiment, derived));
}
