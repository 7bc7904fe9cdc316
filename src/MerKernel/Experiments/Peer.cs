using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>A published system that Table 1 compares with, run under our folds, clips and epoch protocols: its own network, its own training.</summary>
/// <param name="Key">Name on the command line and in the JSON rows.</param>
/// <param name="Name">What it is, in a few words.</param>
public sealed record Peer(string Key, string Name) : Method(Key, Name, ActionUnitSource.None)
{
    /// <summary>The network at its published size.</summary>
    public required ModelOptions Published { get; init; }

    /// <summary>Its published training.</summary>
    public required TrainingOptions PublishedTraining { get; init; }

    /// <summary>The network of the small profile.</summary>
    public required ModelOptions Reduced { get; init; }

    /// <summary>The training of the small profile.</summary>
    public required TrainingOptions ReducedTraining { get; init; }

    /// <summary>What it sees of a clip, in a few words.</summary>
    public required string Sees { get; init; }

    /// <summary>What is not known of it and was chosen here, a sentence each; the constants and options are called Assumed....</summary>
    public ImmutableArray<string> Assumed { get; init; } = [];

    /// <inheritdoc/>
    public override ModelOptions Model(Profile profile) => (profile.ReducesPeers ? Reduced : Published) with { InputSize = profile.Model.InputSize };

    /// <inheritdoc/>
    public override TrainingOptions Training(Profile profile) =>
        profile.PeerEpochs is { } epochs ? ReducedTraining with { Epochs = epochs } : profile.ReducesPeers ? ReducedTraining : PublishedTraining;
}
