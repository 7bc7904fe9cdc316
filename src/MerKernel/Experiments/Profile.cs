using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>
/// A named size of the whole reproduction: how large the network and its input are, how long it trains, which data it
/// prefers.
/// </summary>
public sealed record Profile
{
    /// <summary>Name, as the command line takes it.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for pages that show its numbers.</summary>
    public required string Description { get; init; }

    /// <summary>The full network at this size; rows change it with <c>with</c>.</summary>
    public MerNetOptions Model { get; init; } = new();

    /// <summary>Where the full network's action units come from; a row or a control may take others.</summary>
    public ActionUnitSource ActionUnits { get; init; }

    /// <summary>How each fold is trained.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>
    /// Whether the compared systems of Table 1 are reduced too: narrower, smaller inputs, fewer epochs
    /// (<see cref="MerKernel.Baselines.Baseline.Reduced"/>).
    /// </summary>
    public bool ReducesPeers { get; init; }

    /// <summary>Epochs of the compared systems after a first stage without classes; null leaves them theirs.</summary>
    public int? PeerEpochs { get; init; }

    /// <summary>Size of the synthetic data sets that take the real data's place: tiny, small, medium or full.</summary>
    public string SyntheticSize { get; init; } = "full";

    /// <summary>True: real data in data/ are used when they are there.</summary>
    public bool PrefersRealData { get; init; }

    /// <summary>
    /// The default: finishes in minutes on two cores and shows that everything works; its numbers say nothing about the
    /// paper's claims.
    /// </summary>
    public static Profile Small { get; } = new()
    {
        Name = "small",
        Description = "small profile: a sixteenth of the paper's width, 48-pixel frames, 20 epochs; Table 1's other " +
            "systems reduced likewise",
        ReducesPeers = true,
        Model = new MerNetOptions { InputSize = 48, WidthDivisor = 16, WindowSize = 4 },
        Training = new TrainingOptions
        {
            Epochs = 20, AccumulationSteps = 1, LearningRate = 6e-3, LearningRateDecay = 0.93,
            Augmentation = new AugmentationOptions { CropPadding = 5 }
        },
        SyntheticSize = "small",
    };

    /// <summary>
    /// The real counts of subjects and clips at the small profile's size and 30 epochs: about 35 minutes a seed on two
    /// cores for Tables 2 to 7. Visitors read it first; its numbers show what the networks can learn from synthetic
    /// faces and say nothing about the paper's claims.
    /// </summary>
    public static Profile Medium { get; } = Small with
    {
        Name = "medium",
        Description = "medium profile: a sixteenth of the paper's width, 48-pixel frames, 30 epochs; Table 1's other " +
            "systems reduced likewise",
        Training = Small.Training with { Epochs = 30, LearningRateDecay = 0.95 },
        SyntheticSize = "medium",
    };

    /// <summary>
    /// The whole path in seconds, for tests that kill it, interrupt it and start it again; its numbers say nothing at
    /// all.
    /// </summary>
    public static Profile Tiny { get; } = new()
    {
        Name = "tiny",
        Description = "tiny profile: a thirty-second of the paper's width, 32-pixel frames, 2 epochs; Table 1's " +
            "other systems reduced likewise",
        ReducesPeers = true,
        PeerEpochs = 2,
        Model = new MerNetOptions { InputSize = 32, WidthDivisor = 32, WindowSize = 4 },
        Training = new TrainingOptions { Epochs = 2, AccumulationSteps = 1, LearningRate = 4e-3 },
        SyntheticSize = "tiny",
    };

    /// <summary>Everything as in the paper.</summary>
    public static Profile Paper { get; } = new()
    {
        Name = "paper",
        Description = "paper profile: the paper's width, 224-pixel frames, 75 epochs",
        PrefersRealData = true,
    };

    /// <summary>The profile with the values that are given; what is null stays as it is.</summary>
    /// <param name="epochs">Passes over the training clips.</param>
    /// <param name="batchSize">Clips per batch.</param>
    /// <param name="learningRate">Of the optimiser, in the first epoch.</param>
    /// <param name="decay">Factor on the learning rate after each epoch.</param>
    /// <param name="weightDecay">Of the optimiser.</param>
    /// <param name="labelSmoothing">Of the loss, from 0 to 1.</param>
    /// <param name="widthDivisor">1 is the paper's width, 16 a sixteenth of it.</param>
    /// <param name="inputSize">Side of the frames in pixels.</param>
    /// <param name="flip">Probability of a mirror image, from 0 to 1.</param>
    /// <param name="rotation">Degrees of rotation either way.</param>
    /// <param name="padding">Pixels of shift either way, in a frame of 224.</param>
    /// <param name="actionUnits">Whether the network sees the coders' action units.</param>
    public Profile With(int? epochs = null, int? batchSize = null, double? learningRate = null, double? decay = null,
        double? weightDecay = null, double? labelSmoothing = null, int? widthDivisor = null, int? inputSize = null,
        double? flip = null, double? rotation = null, double? padding = null, bool? actionUnits = null)
    {
        var augmentation = Training.Augmentation;
        return this with
        {
            Model = Model with
            {
                WidthDivisor = widthDivisor ?? Model.WidthDivisor,
                InputSize = inputSize ?? Model.InputSize,
            },
            ActionUnits = actionUnits is not { } seen ? ActionUnits
                : seen ? ActionUnitSource.Annotated : ActionUnitSource.None,
            Training = Training with
            {
                Epochs = epochs ?? Training.Epochs,
                BatchSize = batchSize ?? Training.BatchSize,
                LearningRate = learningRate ?? Training.LearningRate,
                LearningRateDecay = decay ?? Training.LearningRateDecay,
                WeightDecay = weightDecay ?? Training.WeightDecay,
                LabelSmoothing = labelSmoothing ?? Training.LabelSmoothing,
                Augmentation = augmentation with
                {
                    FlipProbability = flip ?? augmentation.FlipProbability,
                    MaxRotationDegrees = rotation ?? augmentation.MaxRotationDegrees,
                    CropPadding = padding ?? augmentation.CropPadding,
                },
            },
        };
    }

    /// <summary>The profile of a name.</summary>
    /// <exception cref="UserErrorException">There is no such profile.</exception>
    public static Profile Named(string name) => name?.ToLowerInvariant() switch
    {
        "tiny" => Tiny,
        "small" => Small,
        "medium" => Medium,
        "paper" => Paper,
        _ => throw new UserErrorException(
            $"There is no profile '{name}'; the profiles are tiny, small, medium and paper."),
    };
}
