using MerKernel.Baselines;
using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>
/// A network with its training that a table compares: a change of the paper's own, or another published system.
/// </summary>
/// <param name="Key">Name on the command line and in parity.</param>
/// <param name="Name">Its name, in a few words.</param>
public abstract record Method(string Key, string Name)
{
    /// <summary>Its experiment on the data, and with the seed, of the full network's.</summary>
    /// <param name="full">The full network's experiment.</param>
    /// <param name="profile">The size of everything.</param>
    public abstract Experiment Of(Experiment full, Profile profile);
}

/// <summary>The paper's network with something changed.</summary>
/// <param name="Key">Name on the command line and in parity.</param>
/// <param name="Name">Its name, in a few words.</param>
/// <param name="Apply">Turns the full network's experiment into this one.</param>
public sealed record Change(string Key, string Name, Func<Experiment, Experiment> Apply) : Method(Key, Name)
{
    /// <inheritdoc/>
    public override Experiment Of(Experiment full, Profile profile) => Apply(full);

    /// <summary>
    /// The change of a full network of any size, without data: its options and where its action units come from.
    /// </summary>
    public Experiment Of(MerNetOptions full) =>
        Apply(new() { Dataset = DatasetId.CasmeII, DatasetFingerprint = "", Model = full });
}

/// <summary>A prior system run under our folds, clips and epoch protocols: its own network, its own training.</summary>
/// <param name="Baseline">The system.</param>
public sealed record Peer(Baseline Baseline) : Method(Baseline.Key, Baseline.Name)
{
    /// <inheritdoc/>
    public override Experiment Of(Experiment full, Profile profile) => full with
    {
        Model = Model(profile) with { Classes = full.Model.Classes },
        Training = Training(profile) with { Precision = full.Training.Precision },
        ActionUnits = ActionUnitSource.None,
    };

    /// <summary>The network at a profile's size.</summary>
    public ModelOptions Model(Profile profile) =>
        (profile.ReducesPeers ? Baseline.Reduced : Baseline.Published) with { InputSize = profile.Model.InputSize };

    /// <summary>How a profile trains it.</summary>
    public TrainingOptions Training(Profile profile) => profile.PeerEpochs is { } epochs
        ? Baseline.ReducedTraining with { Epochs = Model(profile).EpochsBeforeClasses + epochs }
        : profile.ReducesPeers ? Baseline.ReducedTraining : Baseline.PublishedTraining;
}

/// <summary>The prior systems that run, each as <see cref="Baseline"/> declares it.</summary>
public static class Peers
{
    /// <summary>Every system that runs, in the order of Table 1, those that it lacks behind.</summary>
    public static ImmutableArray<Peer> All { get; } = [.. Baseline.All.Select(b => new Peer(b))];
}
