using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>
/// What is run: everything that determines the numbers of a leave-one-subject-out experiment, and nothing else. Two rows with equal
/// experiments are trained once; a changed option gives another <see cref="ExperimentHash"/>.
/// </summary>
/// <remarks>
/// Where a fold is computed (device, workers) is no part of it. An option added later carries <see cref="AddedOptionAttribute"/>, so
/// that the hashes of what is stored stay.
/// </remarks>
public sealed record Experiment
{
    /// <summary>The data set.</summary>
    public required DatasetId Dataset { get; init; }

    /// <summary>Fingerprint of the prepared data (<see cref="MerDataset.Fingerprint"/>).</summary>
    public required string DatasetFingerprint { get; init; }

    /// <summary>The network.</summary>
    public ModelOptions Model { get; init; } = new MerNetOptions();

    /// <summary>Where the action units come from; the network is built without an input for them where there are none.</summary>
    public ActionUnitSource ActionUnits { get; init; }

    /// <summary>How each fold is trained.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Seed of weights, batches and augmentation.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Training subjects held out of each fold to choose the epoch on; 0 trains on all of them.</summary>
    public int HeldOutSubjects { get; init; }

    /// <summary>Control: labels are permuted among the training clips of a fold; a sound pipeline then falls to chance.</summary>
    public bool ShuffleLabels { get; init; }

    /// <summary>This experiment with changed options of the paper's network, for example <c>full.WithModel(m => m with { Continuous = false })</c>.</summary>
    /// <exception cref="UserErrorException">The experiment runs another network, which has other options.</exception>
    public Experiment WithModel(Func<MerNetOptions, MerNetOptions> change) => this with
    {
        Model = change(Model as MerNetOptions ?? throw new UserErrorException($"The experiment runs {Model.GetType().Name.Replace("Options", "")}, which has other options than the paper's network; set its Model.")),
    };
}
