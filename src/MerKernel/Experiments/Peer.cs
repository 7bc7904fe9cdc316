using MerKernel.Baselines;
using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Experiments;

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
        ? Baseline.ReducedTraining with { Epochs = epochs }
        : profile.ReducesPeers ? Baseline.ReducedTraining : Baseline.PublishedTraining;
}
