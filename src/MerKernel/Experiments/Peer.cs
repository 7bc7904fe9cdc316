using MerKernel.Models;
using MerKernel.Models.Peers;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>A published system that Table 1 compares with, run under our folds, clips and epoch protocols: its own network, its own training.</summary>
/// <param name="Key">Name on the command line and in the JSON rows.</param>
/// <param name="Name">What it is, in a few words.</param>
public sealed record Peer(string Key, string Name) : Method(Key, Name)
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

    /// <summary>What stands in for outside weights where there is no file of them, in a sentence like those of <see cref="Assumed"/>; null for a network that was published on none.</summary>
    public string? Substitute { get; init; }

    /// <summary>What stands in for the learned magnifier without its weights; null for a network that sees no magnified motion.</summary>
    public string? Magnification { get; init; }

    /// <summary>What was chosen here for a run: what it starts from, <see cref="Assumed"/>, and where a profile trains it for less than published.</summary>
    public ImmutableArray<string> AssumedOf(ModelOptions model, TrainingOptions training)
    {
        var start = model is PretrainableOptions { Pretrained: { } weights } ? $"starts from {Path.GetFileName(weights.Path) ?? "a file"} (SHA-256 {weights.Sha256[..8]}...)" : Substitute;
        var less = training == PublishedTraining ? null : $"in this profile {training.Epochs} epochs of {training.BatchSize} clips a batch (at full size {PublishedTraining.Epochs} of {PublishedTraining.BatchSize})";
        var magnifier = model is MagnifyingOptions magnifying ? magnifying.Magnifier is { } file ? $"the learned magnifier from {Path.GetFileName(file.Path) ?? "a file"} (SHA-256 {file.Sha256[..8]}...)" : Magnification : null;
        string?[] all = [start, magnifier, .. Assumed, less];
        return [.. all.OfType<string>()];
    }

    /// <inheritdoc/>
    public override Experiment Of(Experiment full, Profile profile) => full with
    {
        Model = Model(profile) with { Classes = full.Model.Classes },
        Training = Training(profile) with { Precision = full.Training.Precision },
        ActionUnits = ActionUnitSource.None,
    };

    /// <summary>The network at a profile's size.</summary>
    public ModelOptions Model(Profile profile) => (profile.ReducesPeers ? Reduced : Published) with { InputSize = profile.Model.InputSize };

    /// <summary>How a profile trains it.</summary>
    public TrainingOptions Training(Profile profile) =>
        profile.PeerEpochs is { } epochs ? ReducedTraining with { Epochs = epochs } : profile.ReducesPeers ? ReducedTraining : PublishedTraining;
}
