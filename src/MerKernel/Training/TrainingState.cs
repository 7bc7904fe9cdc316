using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>All that the next epoch of a fold depends on, and what the epochs before it gave.</summary>
internal sealed record TrainingState
{
    /// <summary>The network.</summary>
    public required Network Model { get; init; }

    /// <summary>Its optimiser.</summary>
    public required FoldOptimizer Optimizer { get; init; }

    /// <summary>What the network draws from.</summary>
    public required Generator Draws { get; init; }

    /// <summary>What batches and frames are drawn from.</summary>
    public required CountedRandom Batches { get; init; }

    /// <summary>What augmentation draws from.</summary>
    public required CountedRandom Augmentation { get; init; }

    /// <summary>Mean training loss of each finished epoch.</summary>
    public List<float> Losses { get; } = [];

    /// <summary>Logits of the test clips after each finished epoch: epoch, clip, class.</summary>
    public List<ImmutableArray<ImmutableArray<float>>> Test { get; } = [];

    /// <summary>Attention angles after each finished epoch; empty ones for a network that learns none.</summary>
    public List<ImmutableArray<float>> Angles { get; } = [];

    /// <summary>Logits of the clips held out, likewise; empty where none are.</summary>
    public List<ImmutableArray<ImmutableArray<float>>> HeldOut { get; } = [];
}
