using MerKernel.Baselines;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Models;
using MerKernel.Training;
using static TorchSharp.torch;

namespace MerKernel.Experiments;

/// <summary>Turns an experiment and a subject into a trained fold: split, controls, seeds.</summary>
public static class FoldRun
{
    /// <summary>Trains one fold.</summary>
    /// <exception cref="UserErrorException">The data do not fit the experiment, or the fold leaks.</exception>
    /// <exception cref="TrainingFailedException">The loss became NaN or infinite.</exception>
    public static FoldPrediction Train(Experiment experiment, MerDataset dataset, string subject, Device device,
        Action<EpochProgress>? progress = null, CancellationToken cancel = default,
        Action<Network>? finished = null, Action<Network>? started = null, FoldCheckpoint? checkpoint = null)
    {
        Check(experiment, dataset);
        int SeedFor(string purpose) => Seeds.For(experiment.Seed, subject, purpose);
        var split = FoldSplit.LeaveOut(dataset.Clips, subject, experiment.HeldOutSubjects, new Random(SeedFor("held-out")));
        var labels = experiment.ShuffleLabels ? Permuted(dataset.Labels, split.Train, SeedFor("labels")) : dataset.Labels;
        var units = dataset.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits)).ToImmutableArray();
        // One permutation for all folds: the control asks what a clip's units are worth, not what a fold's are.
        if (experiment.ActionUnits == ActionUnitSource.Shuffled)
            units = Permuted(units, [.. Enumerable.Range(0, units.Length)], Seeds.For(experiment.Seed, "", "action units"));

        using var pairs = new PairSource(dataset, labels, units, device, experiment.Model);
        var trainer = new Trainer
        {
            Create = seed => PretrainedStart.Create(experiment.Model, seed, experiment.ActionUnits != ActionUnitSource.None),
            Options = experiment.Training, SeedFor = SeedFor, Device = device, Started = started, Finished = finished, Checkpoint = checkpoint,
        };
        LeakCheck.Demand(LeakAudit.Inputs(dataset, split, pairs));
        var fold = trainer.Run(dataset, pairs, split, progress, cancel);
        LeakCheck.Demand(LeakAudit.Inputs(dataset, split, pairs));
        return fold;
    }

    static void Check(Experiment experiment, MerDataset dataset)
    {
        if (experiment.DatasetFingerprint != dataset.Fingerprint || experiment.Dataset != dataset.Id)
            throw new UserErrorException($"The experiment was made for other data ({experiment.Dataset}, {experiment.DatasetFingerprint}) than those loaded ({dataset.Id}, {dataset.Fingerprint}); make it anew from the loaded data.");
        if (experiment.Model.InputSize != dataset.Size)
            throw new UserErrorException($"The network expects {experiment.Model.InputSize}-pixel frames and the data are prepared at {dataset.Size}; prepare them at the network's size.");
        if (experiment.Model.Classes != dataset.Classes.Length)
            throw new UserErrorException($"The network has {experiment.Model.Classes} classes and the data {dataset.Classes.Length}; set the model's Classes.");
    }

    static ImmutableArray<T> Permuted<T>(ImmutableArray<T> values, ImmutableArray<int> among, int seed)
    {
        var order = among.ToArray();
        new Random(seed).Shuffle(order);
        var permuted = values.ToArray();
        for (var i = 0; i < order.Length; i++) permuted[among[i]] = values[order[i]];
        return [.. permuted];
    }
}
