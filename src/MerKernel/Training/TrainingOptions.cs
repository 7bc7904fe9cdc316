using MerKernel.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// How a fold is trained; the defaults are the paper's (section 4.3) where it speaks, else the published code's.
/// </summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training clips (section 4.3).</summary>
    public int Epochs { get; init; } = 75;

    /// <summary>
    /// Clips per mini-batch. A last batch of one joins the one before: batch normalisation needs two (section 4.3).
    /// </summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Mini-batches whose gradients are averaged into one update (section 4.3).</summary>
    public int AccumulationSteps { get; init; } = 2;

    /// <summary>The optimiser's learning rate in the first epoch (section 4.3).</summary>
    public double LearningRate { get; init; } = 8e-4;

    /// <summary>Weight decay on every parameter; AdamW's is decoupled from the gradient (section 4.3).</summary>
    public double WeightDecay { get; init; } = 0.6;

    /// <summary>
    /// Factor on the learning rate after each of the first <see cref="DecayEpochs"/> epochs (published code,
    /// Svardfox/FaceSleuth, e4eead4).
    /// </summary>
    public double LearningRateDecay { get; init; } = 0.987;

    /// <summary>Epochs after which the learning rate stays (section 4.3).</summary>
    public int DecayEpochs { get; init; } = 50;

    /// <summary>
    /// Whether a training pair draws its frames near onset and apex, where neighbouring frames exist (published code).
    /// </summary>
    public bool FrameJitter { get; init; } = true;

    /// <summary>Augmentation of the training pairs.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>How gradients become updates (section 4.3).</summary>
    [AddedOption]
    public OptimizerKind Optimizer { get; init; }

    /// <summary>Adam's decay of the mean of squared gradients (PyTorch's default; Kingma and Ba 2015).</summary>
    [AddedOption]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Epochs between two steps of the learning rate's decay (published code: every epoch).</summary>
    [AddedOption]
    public int DecayEvery { get; init; } = 1;

    /// <summary>Whether clips are trained on in the data set's order instead of a shuffled one.</summary>
    [AddedOption]
    public bool KeepsOrder { get; init; }

    /// <summary>Share of each label that cross entropy spreads over all classes (Szegedy et al. 2016); 0 is plain cross
    /// entropy (published code). A network with a loss of its own takes no notice.</summary>
    [AddedOption]
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// Number format of the network's arithmetic. Part of the experiment, since it changes the results' digits.
    /// </summary>
    [AddedOption]
    public Precision Precision { get; init; }

    /// <summary>Batches of a whole training: as often a BatchNorm's running statistics are renewed.</summary>
    /// <param name="clips">Training clips.</param>
    public int BatchesOver(int clips) => Epochs * Batches.Count(clips, BatchSize);

    /// <summary>Updates of the weights in a whole training.</summary>
    /// <param name="clips">Training clips.</param>
    public int UpdatesOver(int clips) =>
        Epochs * ((Batches.Count(clips, BatchSize) + AccumulationSteps - 1) / AccumulationSteps);

    /// <summary>
    /// A loss of your own in the place of the network's; null for the network's (cross entropy, published code).
    /// </summary>
    [AddedOption]
    public Loss? Loss { get; init; }

    /// <summary>An augmentation of your own behind <see cref="Augmentation"/>; null for none.</summary>
    [AddedOption]
    public OwnAugmentation? OwnAugmentation { get; init; }

    /// <summary>An optimiser of your own in the place of <see cref="Optimizer"/>; null for none.</summary>
    [AddedOption]
    public OwnOptimizer? OwnOptimizer { get; init; }

    /// <summary>Refuses numbers that nothing can be trained with.</summary>
    /// <exception cref="UserErrorException">Names the option, its value and its range.</exception>
    public void Validate()
    {
        string? complaint = this switch
        {
            { Epochs: < 1 } => $"Epochs is {Epochs}; train 1 or more.",
            { BatchSize: < 2 } =>
                $"BatchSize is {BatchSize}; use 2 clips or more, since batch normalisation needs two.",
            { AccumulationSteps: < 1 } => $"AccumulationSteps is {AccumulationSteps}; update after 1 batch or more.",
            { LearningRate: not (> 0 and < double.PositiveInfinity) } =>
                $"LearningRate is {LearningRate}; use a number above 0.",
            { LearningRateDecay: not (> 0 and < double.PositiveInfinity) } =>
                $"LearningRateDecay is {LearningRateDecay}; use a factor above 0, 1 for a constant rate.",
            { WeightDecay: not (>= 0 and < double.PositiveInfinity) } =>
                $"WeightDecay is {WeightDecay}; use 0 or more.",
            { DecayEpochs: < 0 } => $"DecayEpochs is {DecayEpochs}; use 0 or more.",
            { DecayEvery: < 1 } => $"DecayEvery is {DecayEvery}; use 1 or more.",
            { Beta2: not (>= 0 and < 1) } => $"Beta2 is {Beta2}; use 0 to below 1.",
            { LabelSmoothing: not (>= 0 and < 1) } => $"LabelSmoothing is {LabelSmoothing}; use 0 to below 1.",
            { Loss: not null, LabelSmoothing: > 0 } => "LabelSmoothing is set next to a loss of your own, which does " +
                "not see it; smooth there, or leave one of the two out.",
            { Augmentation.FlipProbability: not (>= 0 and <= 1) } =>
                $"FlipProbability is {Augmentation.FlipProbability}; use 0 to 1.",
            { Augmentation.MaxRotationDegrees: not (>= 0 and <= 180) } =>
                $"MaxRotationDegrees is {Augmentation.MaxRotationDegrees}; use 0 to 180.",
            { Augmentation.CropPadding: not (>= 0 and <= 224) } =>
                $"CropPadding is {Augmentation.CropPadding}; use 0 to 224 pixels.",
            _ => null,
        };
        if (complaint is not null) throw new UserErrorException(complaint);
    }

    /// <summary>The learning rate of an epoch.</summary>
    /// <param name="epoch">Epoch, from 0.</param>
    public double LearningRateAt(int epoch) =>
        LearningRate * Math.Pow(LearningRateDecay, Math.Min(epoch, DecayEpochs) / DecayEvery);
}

/// <summary>How gradients become updates.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW, weight decay apart from the gradient (the paper's).</summary>
    AdamW,

    /// <summary>Adam, weight decay added to the gradient.</summary>
    Adam,

    /// <summary>RMSprop, weight decay added to the gradient.</summary>
    RmsProp,

    /// <summary>Stochastic gradient descent with momentum 0.9, weight decay added to the gradient.</summary>
    Sgd,
}

/// <summary>
/// Number format of the network's arithmetic in training; weights, gradients, updates and predictions are 32-bit in
/// each.
/// </summary>
public enum Precision
{
    /// <summary>32-bit floating point throughout.</summary>
    Single,

    /// <summary>
    /// Products and convolutions in bfloat16, operations that need more digits in 32 bits (libtorch's autocast).
    /// </summary>
    BFloat16,
}

/// <summary>Precisions by name.</summary>
public static class PrecisionNames
{
    /// <summary>The precision of a name.</summary>
    /// <param name="name">
    /// fp32 or bf16; null takes the device's usual one, fp32 on a processor and bf16 on a GPU.
    /// </param>
    /// <param name="device">Name of the device that trains, as <see cref="ComputeDevice.Named"/> takes it.</param>
    /// <exception cref="UserErrorException">There is no such precision.</exception>
    public static Precision Named(string? name, string device) => name switch
    {
        null => device == "cpu" ? Precision.Single : Precision.BFloat16,
        "fp32" => Precision.Single,
        "bf16" => Precision.BFloat16,
        _ => throw new UserErrorException($"There is no precision '{name}'; write fp32 or bf16."),
    };

    /// <summary>fp32 or bf16.</summary>
    public static string Name(this Precision precision) => precision == Precision.Single ? "fp32" : "bf16";
}

/// <summary>
/// A part of the training that a user writes: a record, whose options and <see cref="Version"/> name the experiment.
/// A stored run says which part it was trained with; to train it again, the program must have the class.
/// </summary>
public abstract record OwnPart
{
    /// <summary>Its name in a stored experiment.</summary>
    [JsonIgnore]
    public virtual string Name => GetType().Name;

    /// <summary>
    /// Change it whenever the same options compute something else, or old folds are taken for the new ones.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public virtual string? Version => null;
}

/// <summary>A loss in the place of the network's own.</summary>
public abstract record Loss : OwnPart
{
    /// <summary>The loss of a training batch, a scalar.</summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">[N], int64.</param>
    /// <param name="epoch">Epoch, from 0.</param>
    public abstract Tensor Of(Tensor logits, Tensor labels, int epoch);
}

/// <summary>
/// An augmentation of training pairs, behind the built-in one (<see cref="AugmentationOptions.None"/> switches that
/// off).
/// </summary>
public abstract record OwnAugmentation : OwnPart
{
    /// <summary>Augments the pairs of a batch.</summary>
    /// <param name="onset">Onset frames, normalised, [N, 3, S, S].</param>
    /// <param name="apex">Apex frames likewise.</param>
    /// <param name="random">
    /// Draw only with NextDouble() and Next(n): these are counted, so that a stopped fold resumes with the same draws.
    /// </param>
    public abstract (Tensor Onset, Tensor Apex) Of(Tensor onset, Tensor apex, Random random);
}

/// <summary>An optimiser in the place of the built-in ones.</summary>
public abstract record OwnOptimizer : OwnPart
{
    /// <summary>The optimiser of some parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="weightDecay">Weight decay that the experiment asks for.</param>
    public abstract FlatOptimizer Create(IEnumerable<Parameter> parameters, double weightDecay);
}
