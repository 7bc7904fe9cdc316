using System.Text.Json.Serialization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// A part of the training that a user writes: a record, whose options and <see cref="Version"/> name the experiment. A stored run says which part it was trained
/// with; to train it again, the program must have the class.
/// </summary>
public abstract record OwnPart
{
    /// <summary>Its name in a stored experiment.</summary>
    [JsonIgnore]
    public virtual string Name => GetType().Name;

    /// <summary>Change it whenever the same options compute something else, or old folds are taken for the new ones.</summary>
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

/// <summary>An augmentation of training pairs, behind the built-in one (<see cref="AugmentationOptions.None"/> switches that off).</summary>
public abstract record OwnAugmentation : OwnPart
{
    /// <summary>Augments the pairs of a batch.</summary>
    /// <param name="onset">Onset frames, normalised, [N, 3, S, S].</param>
    /// <param name="apex">Apex frames likewise.</param>
    /// <param name="random">Draw only with NextDouble() and Next(n): these are counted, so that a stopped fold resumes with the same draws.</param>
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
