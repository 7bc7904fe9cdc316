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
    /// <param name="experiment">The experiment.</param>
    /// <param name="dataset">Its data set.</param>
    /// <param name="subject">The subject left out.</param>
    /// <param name="device">Where.</param>
    /// <param name="progress">Told after every epoch.</param>
    /// <param name="cancel">Stops between two batches.</param>
    /// <param name="finished">
    /// Given the trained network, which lives until it returns, and the detector of its action units if it has one.
    /// </param>
    /// <param name="started">Given the fresh network.</param>
    /// <param name="checkpoint">Where the fold is kept while it trains.</param>
    /// <exception cref="UserErrorException">The data do not fit the experiment, or the fold leaks.</exception>
    /// <exception cref="TrainingFailedException">The loss became NaN or infinite.</exception>
    public static FoldPrediction Train(Experiment experiment, MerDataset dataset, string subject, Device device,
        Action<EpochProgress>? progress = null, CancellationToken cancel = default,
        Action<Network, ActionUnitDetector?>? finished = null, Action<Network>? started = null,
        FoldCheckpoint? checkpoint = null)
    {
        return Train(experiment, dataset, Split(experiment, dataset, subject), device, progress, cancel, finished,
            started, checkpoint);
    }

    /// <summary>Which clips a fold trains on, tests, and chooses its epoch on.</summary>
    /// <param name="experiment">The experiment, for its seed and its number of validation subjects.</param>
    /// <param name="dataset">Its data set.</param>
    /// <param name="subject">The subject left out.</param>
    /// <exception cref="UserErrorException">There is no such subject, or nobody is left to train on.</exception>
    public static FoldSplit Split(Experiment experiment, MerDataset dataset, string subject) =>
        FoldSplit.LeaveOut(dataset.Clips, subject, experiment.HeldOutSubjects,
            new Random(Seeds.For(experiment.Seed, subject, "held-out")));

    /// <summary>Trains on every subject and tests nothing: a network for clips of other people.</summary>
    /// <exception cref="UserErrorException">The data do not fit the experiment.</exception>
    /// <exception cref="TrainingFailedException">The loss became NaN or infinite.</exception>
    public static FittedModel Fit(Experiment experiment, MerDataset dataset, Device device,
        Action<EpochProgress>? progress = null, CancellationToken cancel = default)
    {
        FittedModel? fitted = null;
        var all = new FoldSplit("", [.. Enumerable.Range(0, dataset.Clips.Length)], [], []);
        // The trainer disposes of its network; its state is copied into one that stays.
        Train(experiment, dataset, all, device, progress, cancel,
            (network, detector) => fitted = FittedModel.Of(experiment, dataset, network, detector, all.Train));
        return fitted!;
    }

    /// <summary>
    /// Trains a fold; <paramref name="finished"/> is given the network and the detector of its action units.
    /// </summary>
    internal static FoldPrediction Train(Experiment experiment, MerDataset dataset, FoldSplit split, Device device,
        Action<EpochProgress>? progress, CancellationToken cancel,
        Action<Network, ActionUnitDetector?>? finished, Action<Network>? started = null,
        FoldCheckpoint? checkpoint = null)
    {
        Check(experiment, dataset);
        if (split.Train.Length < 2)
            throw new UserErrorException((split.Subject.Length == 0 ? $"{dataset.Title} has "
                : $"The fold that leaves out subject {split.Subject} has ") + $"{split.Train.Length} clips to " +
                "train on, and batch normalisation needs two; complete the data, or " +
                "score more classes.");
        int SeedFor(string purpose) => Seeds.For(experiment.Seed, split.Subject, purpose);
        var labels = experiment.ShuffleLabels
            ? Permuted(dataset.Labels, split.Train, SeedFor("labels"))
            : dataset.Labels;
        var units = dataset.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits)).ToImmutableArray();
        // One permutation for all folds: the control asks what a clip's units are worth, not what a fold's are.
        if (experiment.ActionUnits == ActionUnitSource.Shuffled)
            units = Permuted(units, [.. Enumerable.Range(0, units.Length)],
                Seeds.For(experiment.Seed, "", "action units"));

        var detector = experiment.ActionUnits == ActionUnitSource.Predicted ? Detect(dataset, split, ref units) : null;

        using var pairs = OfExperiment(() => new PairSource(dataset, labels, units, device, experiment.Model));
        var trainer = new Trainer
        {
            Create = seed => OfExperiment(() => Built(() =>
                PretrainedStart.Create(experiment.Model, seed, experiment.ActionUnits != ActionUnitSource.None))),
            Options = experiment.Training, SeedFor = SeedFor, Device = device, Started = Start,
            EpochsBeforeClasses = experiment.Model.EpochsBeforeClasses,
            Finished = network => finished?.Invoke(network, detector), Checkpoint = checkpoint,
        };
        LeakCheck.Demand(LeakAudit.Inputs(dataset, split, pairs, detector));
        var fold = trainer.Run(dataset, pairs, split, progress, cancel);
        LeakCheck.Demand(LeakAudit.Inputs(dataset, split, pairs, detector));
        return detector is null ? fold : fold with
        {
            ActionUnits =
            [
                .. split.Test.Select(i => ActionUnits.Used.Where((_, u) => units[i][u] > 0).ToImmutableArray())
            ]
        };

        void Start(Network network)
        {
            if (experiment.StartsFrom is { } weights)
                OfExperiment(() => { PretrainedStart.Load(network, weights); return weights; });
            started?.Invoke(network);
        }
    }

    /// <summary>Marks faults of the network, its weights or its input; a disk's are everybody's.</summary>
    static T OfExperiment<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (UserErrorException e) when (e.InnerException is not (IOException or UnauthorizedAccessException))
        {
            throw new UserErrorException(e.Message, e) { IsOfExperiment = true };
        }
    }

    static Network Built(Func<Network> build)
    {
        try
        {
            return build();
        }
        catch (Exception e) when (e is ArithmeticException or ArgumentException)
        {
            throw new UserErrorException("The network cannot be built with its options: " +
                $"{TrainingFailedException.FirstLine(e)}.", e);
        }
    }

    /// <summary>Replaces the annotation of the clips that are not trained on by a detector's findings.</summary>
    static ActionUnitDetector Detect(MerDataset dataset, FoldSplit split, ref ImmutableArray<float[]> units)
    {
        var input = ActionUnitDetector.Input(dataset);
        var detector = ActionUnitDetector.Fit(input, units, FoldProtocol.PeopleOf(dataset), split.Train);
        var found = units.ToBuilder();
        int[] tested = [.. split.Test, .. split.HeldOut];
        if (tested.Length > 0)
        {
            using var scope = NewDisposeScope();
            foreach (var (clip, vector) in tested.Zip(
                detector.Detect(input.index_select(0, tensor(tested.Select(c => (long)c).ToArray())))))
                found[clip] = vector;
        }
        units = found.MoveToImmutable();
        return detector;
    }

    static void Check(Experiment experiment, MerDataset dataset)
    {
        experiment.Training.Validate();
        dataset.Demand();
        if (experiment.DatasetFingerprint != dataset.Fingerprint || experiment.Dataset != dataset.Id)
            throw new UserErrorException($"The experiment was made for other data ({experiment.Dataset}, " +
                $"{experiment.DatasetFingerprint}) than those loaded ({dataset.Id}, {dataset.Fingerprint}); make it " +
                "anew from the loaded data.");
        if (experiment.Model.EpochsBeforeClasses is > 0 and var first && first >= experiment.Training.Epochs)
            throw new UserErrorException($"{experiment.Model.NetworkName} trains {first} epochs without the classes, " +
                $"and Epochs is {experiment.Training.Epochs}: its classifier would never be trained. Use more than " +
                $"{first} epochs.")
            {
                IsOfExperiment = true
            };
        if (experiment.Model.InputSize != dataset.Size)
            throw new UserErrorException($"The network expects {experiment.Model.InputSize}-pixel frames and the " +
                $"data are prepared at {dataset.Size}; prepare them at the network's size.");
        if (experiment.ActionUnits != ActionUnitSource.None && !dataset.HasActionUnits)
            throw new UserErrorException($"{dataset.Title} has clips without coded action units, which this " +
                $"network's input needs; set the experiment's ActionUnits to {nameof(ActionUnitSource.None)} " +
                "(variant no-au).");
        if (experiment.Model.Classes != dataset.Classes.Length)
            throw new UserErrorException($"The network has {experiment.Model.Classes} classes and the data " +
                $"{dataset.Classes.Length}; set the model's Classes.");
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

/// <summary>Tells the leak check the true inputs of a fold.</summary>
internal static class LeakAudit
{
    /// <summary>
    /// A fold's true inputs: before training nothing is augmented yet, after it <paramref name="pairs"/> knows the
    /// augmented clips.
    /// </summary>
    public static FoldInputs Inputs(MerDataset dataset, FoldSplit split, PairSource pairs,
        ActionUnitDetector? detector = null)
    {
        var hashes = FrameHashes.Of(dataset);
        return new FoldInputs
        {
            Subject = split.Subject,
            Train = Clips(split.Train),
            HeldOut = Clips(split.HeldOut),
            Test = Clips(split.Test),
            WeightedFrom = Ids(pairs.CountedClips),
            Augmented = Ids(pairs.AugmentedClips),
            UnitsFrom = Ids(detector?.LearnedFrom ?? []),
        };

        ImmutableArray<FoldClip> Clips(ImmutableArray<int> clips) =>
            [.. clips.Select(i => new FoldClip(dataset.Clips[i].Id, dataset.Clips[i].Subject,
                [.. dataset.OnsetFrames[i].Concat(dataset.ApexFrames[i]).Distinct().Select(row => hashes[row])]))];

        ImmutableArray<string> Ids(IEnumerable<int> clips) => [.. clips.Select(i => dataset.Clips[i].Id)];
    }
}
