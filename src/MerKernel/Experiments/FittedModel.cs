using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Training;
using MerKernel.Weights;
using static TorchSharp.torch;

namespace MerKernel.Experiments;

/// <summary>The metadata of a file of weights, so that it can classify a clip by itself.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Classes">Names of the classes, in label order.</param>
/// <param name="Synthetic">Whether it saw only synthetic faces.</param>
/// <param name="Aligned">
/// Whether faces were brought into place by landmarks; else the data set's own crops were resized.
/// </param>
/// <param name="Clips">Clips that it was trained on.</param>
/// <param name="Subjects">Their subjects.</param>
public sealed record ModelOrigin(Experiment Experiment, ImmutableArray<string> Classes, bool Synthetic, bool Aligned,
    int Clips, ImmutableArray<string> Subjects);

/// <summary>A trained network with all that it takes to classify a new clip, in one safetensors file.</summary>
public sealed class FittedModel : IDisposable
{
    const string Metadata = "mer";

    FittedModel(ModelOrigin origin, Network network, ActionUnitDetector? detector) =>
        (Origin, Network, Detector) = (origin, network, detector);

    /// <summary>The experiment and its data.</summary>
    public ModelOrigin Origin { get; }

    /// <summary>The network, on the CPU in eval mode.</summary>
    public Network Network { get; }

    /// <summary>
    /// Finds the action units that the network sees; null where it sees none, or those that somebody coded.
    /// </summary>
    public ActionUnitDetector? Detector { get; }

    /// <summary>A copy of a trained network.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="dataset">Its data set.</param>
    /// <param name="network">The network, which stays the caller's.</param>
    /// <param name="detector">The detector of its action units.</param>
    /// <param name="trained">Indices of the clips that it was trained on.</param>
    public static FittedModel Of(Experiment experiment, MerDataset dataset, Network network,
        ActionUnitDetector? detector, IEnumerable<int> trained)
    {
        using var quiet = no_grad();
        var copy = Created(experiment);
        var weights = network.state_dict();
        foreach (var (name, tensor) in copy.state_dict()) tensor.copy_(weights[name]);
        ImmutableArray<Clip> clips = [.. trained.Select(i => dataset.Clips[i])];
        var aligned = dataset.Manifest?.Preparation.Contains("alignment landmarks", StringComparison.Ordinal) ?? false;
        return new(new(experiment, dataset.Classes, dataset.Synthetic, aligned, clips.Length,
            [.. clips.Select(c => c.Subject).Distinct()]), copy, detector);
    }

    /// <summary>Writes the file; it appears whole or not at all.</summary>
    public void Save(string path)
    {
        using var scope = NewDisposeScope();
        Safetensors.Write(path, Network.state_dict().Concat(Detector?.State ?? []).ToDictionary(),
            new Dictionary<string, string>
            {
                ["format"] = "pt", [Metadata] = JsonSerializer.Serialize(Origin, StoreJson.Compact)
            });
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <exception cref="UserErrorException">It is no such file, or of a network that this program lacks.</exception>
    public static FittedModel Load(string path)
    {
        ModelOrigin origin;
        FileState.DemandFile(path);
        try
        {
            using var file = File.OpenRead(path);
            if (!SafetensorsHeader.Read(file, path).Metadata.TryGetValue(Metadata, out var json))
                throw new UserErrorException($"{path} does not say which network it holds; make one that does with " +
                    "mer fit, or mer train --save-weights.");
            origin = JsonSerializer.Deserialize<ModelOrigin>(json, StoreJson.Compact)
                ?? throw new JsonException("It is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException
            or NotSupportedException)
        {
            throw new UserErrorException(
                $"{path} cannot be read ({e.Message.TrimEnd('.')}); make it anew with mer fit.", e);
        }
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var stored = Safetensors.Read(path);
        var network = Created(origin.Experiment);
        foreach (var (name, tensor) in network.state_dict())
        {
            if (!stored.TryGetValue(name, out var value) || !value.shape.SequenceEqual(tensor.shape))
            {
                network.Dispose();
                throw new UserErrorException($"{path} lacks '{name}' in the shape that " +
                    $"{origin.Experiment.Model.NetworkName} has here; make it anew with mer fit.");
            }
            tensor.copy_(value);
        }
        return new(origin, network, ActionUnitDetector.Of(stored));
    }

    /// <summary>The class scores of a clip, and the action units that they are based on.</summary>
    /// <param name="clip">A data set of one clip, at the network's size.</param>
    /// <param name="coded">FACS numbers that somebody coded; null for none.</param>
    /// <exception cref="UserErrorException">
    /// The network needs coded units and there are none, or needs none and there are some.
    /// </exception>
    public (ImmutableArray<float> Logits, ImmutableArray<int> Units) Predict(MerDataset clip,
        IReadOnlyCollection<int>? coded = null)
    {
        if (clip.Clips.Length != 1)
            throw new UserErrorException($"A data set of one clip is wanted, and {clip.Title} has " +
                $"{clip.Clips.Length}; NewClip.Prepare makes one, and a data set's own clips go through Network with " +
                "MerDataset.Batches.");
        var source = Origin.Experiment.ActionUnits;
        if (source is ActionUnitSource.Annotated or ActionUnitSource.Shuffled && coded is null)
            throw new UserErrorException("This network was trained on the coders' action units and cannot do " +
                "without; give them with --action-units, or fit --variant no-au (none) or au-predicted (found by a " +
                "detector).");
        if (source == ActionUnitSource.Predicted && Detector is null && coded is null)
            throw new UserErrorException("The file lacks the detector that finds action units; make it anew with mer " +
                "fit, or give the units with --action-units.");
        if (source == ActionUnitSource.None && coded is not null)
            throw new UserErrorException("This network sees no action units; leave --action-units out.");
        using var scope = NewDisposeScope();
        using var noGrad = inference_mode();
        using var one = OneMathThread.For(Network);
        var units = coded is not null ? ActionUnits.ToVector(coded.Select(u => new ActionUnit(u)))
            : source == ActionUnitSource.Predicted && Detector is not null ? Detector.Detect(
                ActionUnitDetector.Input(clip))[0] : new float[ActionUnits.Used.Length];
        using var pairs = new PairSource(clip, clip.Labels, [units], CPU, Origin.Experiment.Model);
        var logits = Network.call(pairs.Exact([0]).Clips).to_type(ScalarType.Float32).data<float>().ToImmutableArray();
        return (logits, [.. ActionUnits.Used.Where((_, u) => units[u] > 0)]);
    }

    /// <summary>A fresh network of an experiment, in eval mode.</summary>
    static Network Created(Experiment experiment)
    {
        // Its starting weights are overwritten; their file need not be there.
        var network = experiment.Model.Create(seed: 0, experiment.ActionUnits != ActionUnitSource.None);
        network.eval();
        return network;
    }

    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();
}
