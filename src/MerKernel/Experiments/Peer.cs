using MerKernel.Baselines;
using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>A prior system run under our folds, clips and epoch protocols: its own network, its own training.</summary>
/// <param name="Baseline">The system.</param>
public sealed record Peer(Baseline Baseline) : Method(Baseline.Key, Baseline.Name, ActionUnitSource.None)
{
    /// <inheritdoc/>
    public override ModelOptions Model(Profile profile) =>
        (profile.ReducesPeers ? Baseline.Reduced : Baseline.Published) with { InputSize = profile.Model.InputSize };

    /// <inheritdoc/>
    public override TrainingOptions Training(Profile profile) => profile.PeerEpochs is { } epochs
        ? Baseline.ReducedTraining with { Epochs = epochs }
        : profile.ReducesPeers ? Baseline.ReducedTraining : Baseline.PublishedTraining;
}
