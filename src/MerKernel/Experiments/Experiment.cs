using System.Text.Json.Nodes;
using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>
/// A run: everything that determines the numbers of a leave-one-subject-out experiment, and nothing else. Two rows with
/// equal experiments are trained once; a changed option gives another <see cref="ExperimentHash"/>.
/// </summary>
/// <remarks>
/// Where a fold is computed (device, workers) is no part of it. An option added later carries
/// <see cref="AddedOptionAttribute"/>, so that the hashes of stored experiments stay.
/// </remarks>
public sealed record Experiment
{
    /// <summary>The data set.</summary>
    public required DatasetId Dataset { get; init; }

    /// <summary>Fingerprint of the prepared data (<see cref="MerDataset.Fingerprint"/>).</summary>
    public required string DatasetFingerprint { get; init; }

    /// <summary>The network.</summary>
    public ModelOptions Model { get; init; } = new MerNetOptions();

    /// <summary>
    /// Where the action units come from; the network is built without an input for them where there are none.
    /// </summary>
    public ActionUnitSource ActionUnits { get; init; }

    /// <summary>How each fold is trained.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Seed of weights, batches and augmentation.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Validation subjects of each fold, which choose the epoch; 0 trains on all subjects.</summary>
    public int HeldOutSubjects { get; init; }

    /// <summary>
    /// Control: labels are permuted among the training clips of a fold; a sound pipeline then falls to chance.
    /// </summary>
    public bool ShuffleLabels { get; init; }

    /// <summary>
    /// Weights that every fold starts from instead of fresh ones, as far as they fit; null for fresh ones.
    /// </summary>
    [AddedOption]
    public PretrainedWeights? StartsFrom { get; init; }

    /// <summary>
    /// A network on a data set, at the data's frame size and number of classes; the rest is set with <c>with</c>.
    /// </summary>
    /// <param name="data">The prepared data.</param>
    /// <param name="model">The network.</param>
    /// <param name="training">How each fold is trained; null as in the paper.</param>
    public static Experiment Of(MerDataset data, ModelOptions model, TrainingOptions? training = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(model);
        return new()
        {
            Dataset = data.Id, DatasetFingerprint = data.Fingerprint,
            Model = model with { InputSize = data.Size, Classes = data.Classes.Length }, Training = training ?? new(),
        };
    }

    /// <summary>This experiment with another network, at this one's frame size and number of classes.</summary>
    public Experiment With(ModelOptions model) =>
        this with { Model = model with { InputSize = Model.InputSize, Classes = Model.Classes } };

    /// <summary>
    /// This experiment with changed options of the paper's network, for example
    /// <c>full.WithModel(m => m with { Continuous = false })</c>.
    /// </summary>
    /// <exception cref="UserErrorException">The experiment runs another network, which has other options.</exception>
    public Experiment WithModel(Func<MerNetOptions, MerNetOptions> change) => this with
    {
        Model = change(Model as MerNetOptions ?? throw new UserErrorException("The experiment runs " +
            $"{Model.GetType().Name.Replace("Options", "")}, which has other options than the paper's network; set " +
            "its Model.")),
    };
}

/// <summary>Where the action units that a network sees besides the frames come from.</summary>
public enum ActionUnitSource
{
    /// <summary>The coders' annotation of the very clip that is classified, as in the paper.</summary>
    Annotated,

    /// <summary>Nowhere: the network has no input for them.</summary>
    None,

    /// <summary>
    /// Control: the annotation of another clip; units are permuted among all clips, so a network cannot lean on them.
    /// </summary>
    Shuffled,

    /// <summary>
    /// Control: as a deployed system would have them. Training sees the annotation of its clips; the test clips' units
    /// are found by a detector that learned from only the training subjects' images.
    /// </summary>
    Predicted,
}

/// <summary>Names an experiment by its contents.</summary>
public static class ExperimentHash
{
    /// <summary>JSON with sorted keys and no white space: equal experiments give equal text.</summary>
    public static string CanonicalJson(Experiment experiment) =>
        Sorted(JsonSerializer.SerializeToNode(experiment, StoreJson.Options)!).ToJsonString(StoreJson.Compact);

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of the canonical JSON.</summary>
    public static string Of(Experiment experiment) =>
        Sha.Of(CanonicalJson(experiment))[..16];

    static JsonNode Sorted(JsonNode node) => node is not JsonObject map
        ? node.DeepClone()
        : new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, p.Value is null ? null : Sorted(p.Value))));
}
