using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>All that the next epoch of a fold depends on, and the results of the epochs before it.</summary>
internal sealed record TrainingState
{
    /// <summary>The network.</summary>
    public required Network Model { get; init; }

    /// <summary>Its optimiser.</summary>
    public required FoldOptimizer Optimizer { get; init; }

    /// <summary>The network's generator.</summary>
    public required Generator Draws { get; init; }

    /// <summary>The generator of batches and frames.</summary>
    public required CountedRandom Batches { get; init; }

    /// <summary>The generator of augmentation.</summary>
    public required CountedRandom Augmentation { get; init; }

    /// <summary>Mean training loss of each finished epoch.</summary>
    public List<float> Losses { get; } = [];

    /// <summary>Logits of the test clips after each finished epoch: epoch, clip, class.</summary>
    public List<ImmutableArray<ImmutableArray<float>>> Test { get; } = [];

    /// <summary>Attention angles after each finished epoch; empty ones for a network that learns none.</summary>
    public List<ImmutableArray<float>> Angles { get; } = [];

    /// <summary>Logits of the validation clips, likewise; empty where there are none.</summary>
    public List<ImmutableArray<ImmutableArray<float>>> HeldOut { get; } = [];
}
