using MerKernel.Data;
using MerKernel.Models;
using MerKernel.Training;
using MerKernel.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// A published system that Table 1 compares with, or should: its own network and its own training. Each is in a file of
/// its own.
/// </summary>
/// <param name="Key">Name on the command line and in the JSON rows.</param>
/// <param name="Name">Its name, in a few words.</param>
/// <param name="Reference">Its paper, by key of docs/references.bib, and the code its details are from.</param>
public sealed record Baseline(string Key, string Name, string Reference)
{
    /// <summary>The network at its published size.</summary>
    public required ModelOptions Published { get; init; }

    /// <summary>Its published training.</summary>
    public required TrainingOptions PublishedTraining { get; init; }

    /// <summary>The network of the small profile.</summary>
    public required ModelOptions Reduced { get; init; }

    /// <summary>The training of the small profile.</summary>
    public required TrainingOptions ReducedTraining { get; init; }

    /// <summary>Its input from a clip, in a few words.</summary>
    public required string Sees { get; init; }

    /// <summary>
    /// Unknown details that were chosen here, a message each; the constants and options are called Assumed....
    /// </summary>
    public ImmutableArray<string> Assumed { get; init; } = [];

    /// <summary>
    /// The replacement for outside weights where there is no file of them; null for a network that was published on
    /// none.
    /// </summary>
    public string? Substitute { get; init; }

    /// <summary>
    /// The replacement for the learned magnifier without its weights; null for a network that sees no magnified motion.
    /// </summary>
    public string? Magnification { get; init; }

    /// <summary>
    /// The system whose network some options make, of whatever size; null for networks of other kinds.
    /// </summary>
    public static Baseline? Of(ModelOptions model) =>
        All.FirstOrDefault(b => b.Published.GetType() == model.GetType());

    /// <summary>Every system that runs, in the order of Table 1, those that it lacks behind.</summary>
    public static ImmutableArray<Baseline> All =>
    [
        Dssn.Baseline, TscnnAssumed.Baseline, GraphTcn.Baseline, AuGcn.Baseline, MersiamC3dAssumed.Baseline,
        MmNet.Baseline, Aman.Baseline, MiMaNetAssumed.Baseline,
        MicronBert.Baseline, StstNet.Baseline, OffApexNet.Baseline, RcnA.Baseline, SssNet.Baseline,
    ];

    /// <summary>
    /// The choices made here for a run: its starting weights, <see cref="Assumed"/>, and where a profile trains it for
    /// less than published.
    /// </summary>
    public ImmutableArray<string> AssumedOf(ModelOptions model, TrainingOptions training)
    {
        static string From(PretrainedWeights file) =>
            $"from {Path.GetFileName(file.Path) ?? "a file"} (SHA-256 {file.Sha256[..8]}...)";
        var start = model is PretrainableOptions { Pretrained: { } weights } ? $"starts {From(weights)}" : Substitute;
        var magnifier = model is MagnifyingOptions { Magnifier: { } file }
            ? $"the learned magnifier {From(file)}"
            : Magnification;
        var less = training == PublishedTraining
            ? null
            : $"in this profile {training.Epochs} epochs of {training.BatchSize} clips per batch (at full size " +
              $"{PublishedTraining.Epochs} of {PublishedTraining.BatchSize})";
        string?[] all = [start, magnifier, .. Assumed, less];
        return [.. all.OfType<string>()];
    }

    /// <summary>
    /// Training on frames, flow, patches or features as they are: nothing augmented, a constant rate, every batch an
    /// update.
    /// </summary>
    internal static TrainingOptions Plain(OptimizerKind optimizer, double learningRate, int epochs, int batch) => new()
    {
        Optimizer = optimizer, LearningRate = learningRate, LearningRateDecay = 1, WeightDecay = 0,
        AccumulationSteps = 1,
        Epochs = epochs, BatchSize = batch, FrameJitter = false, Augmentation = AugmentationOptions.None,
    };

    /// <summary>The files behind a data set.</summary>
    internal static IClipSource Source(MerDataset dataset) => dataset.Source ?? throw new UserErrorException(
        "This data set has no files behind it, but the network sees more of a clip than its onset and apex; load one " +
        "with DatasetLoader.");

    /// <summary>
    /// Weights that make up for rare classes: the training clips divided by classes times a class's own clips; 0 for
    /// a class without clips.
    /// </summary>
    internal static float[] ClassWeights(Tensor labels, int classes)
    {
        using var scope = NewDisposeScope();
        var all = labels.cpu().data<long>().ToArray();
        return [.. Enumerable.Range(0, classes).Select(c => all.Count(l => l == c))
            .Select(count => count == 0 ? 0 : (float)all.Length / (classes * count))];
    }

    /// <summary>
    /// Focal loss (Lin et al. 2017) of logits [N, classes], the mean over the clips, each with its class's weight.
    /// </summary>
    internal static Tensor FocalLoss(Tensor logits, Tensor labels, double gamma, float[] classWeights)
    {
        var logProbability = nn.functional.log_softmax(logits, 1).gather(1, labels.unsqueeze(1)).squeeze(1);
        var weight = tensor(classWeights, device: labels.device).index_select(0, labels);
        using Scalar power = gamma;
        return -(weight * Numbers.Minus(1, logProbability.exp()).pow(power) * logProbability).sum() / weight.sum();
    }
}

/// <summary>
/// Options of a network that was published on weights from outside: it starts from a file of them where there is one,
/// else from the substitute that the table names.
/// </summary>
public abstract record PretrainableOptions : ModelOptions
{
    /// <summary>The weights; null starts from the substitute.</summary>
    [AddedOption]
    public PretrainedWeights? Pretrained { get; init; }
}

/// <summary>
/// Options of a network that sees magnified motion: by the learned magnifier where its weights are at hand, else
/// linearly.
/// </summary>
public abstract record MagnifyingOptions : PretrainableOptions
{
    /// <summary>Weights of the learned <see cref="Baselines.Magnifier"/>; null magnifies linearly.</summary>
    [AddedOption]
    public PretrainedWeights? Magnifier { get; init; }
}

/// <summary>A network with parts that start from weights of a file.</summary>
public interface IStartsPretrained
{
    /// <summary>The parts; each takes all of its state from the file, under the names it has in the part.</summary>
    IEnumerable<nn.Module> PretrainedParts { get; }
}

/// <summary>Starts parts of networks from safetensors files of weights that are not ours to have.</summary>
public static class PretrainedStart
{
    /// <summary>Names a file by its content.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static PretrainedWeights File(string path)
    {
        FileState.DemandFile(path);
        try
        {
            using var file = System.IO.File.OpenRead(path);
            return new PretrainedWeights(Convert.ToHexStringLower(SHA256.HashData(file))) { Path = path };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>
    /// A fresh network; its parts that were published on outside weights start from the file, where the options name
    /// one.
    /// </summary>
    /// <exception cref="UserErrorException">The file lacks a tensor, or holds it in another shape.</exception>
    public static Network Create(ModelOptions options, long seed, bool actionUnits)
    {
        // A user's may draw its weights as they come; those of an inner Build are the same once more.
        var network = Network.Build(() => options.Create(seed, actionUnits), seed);
        if (options is not PretrainableOptions { Pretrained: { } weights }
            || network is not IStartsPretrained { PretrainedParts: var parts })
            return network;
        try
        {
            foreach (var part in parts) Load(part, weights, network.GetType().Name);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Starts a network from a file: the backbones of the paper's networks from published ones, any other network by
    /// the names of its own state.
    /// </summary>
    /// <exception cref="UserErrorException">Nothing of the file fits.</exception>
    public static void Load(Network network, PretrainedWeights weights)
    {
        if (network is MerNet paper)
        {
            BackboneWeights.Load(paper, PathOf(weights));
            return;
        }
        if (network is IStartsPretrained { PretrainedParts: var parts })
        {
            foreach (var part in parts) Load(part, weights, network.GetType().Name);
            return;
        }
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var stored = Safetensors.Read(PathOf(weights));
        var fitting = network.state_dict()
            .Where(p => stored.TryGetValue(p.Key, out var value) && value.shape.SequenceEqual(p.Value.shape)).ToList();
        if (fitting.Count == 0)
            throw new UserErrorException($"No tensor of {weights.Path} has the name and shape of one of " +
                $"{network.GetType().Name}, whose names are like '{network.state_dict().Keys.FirstOrDefault()}'; " +
                "give weights under its names.");
        foreach (var (name, tensor) in fitting) tensor.copy_(stored[name]);
    }

    static string PathOf(PretrainedWeights weights)
    {
        var path = weights.Path
            ?? throw new UserErrorException($"The experiment starts from weights with the SHA-256 {weights.Sha256}, " +
                "and no file is named for them; put it where --weights looks.");
        // The run is named by the content: a file that was exchanged since would be stored under the old one's name.
        return File(path).Sha256 == weights.Sha256 ? path
            : throw new UserErrorException($"{path} holds other weights than those with the SHA-256 " +
                $"{weights.Sha256[..12]} that the experiment starts from; put those back, or begin anew.");
    }

    /// <summary>
    /// Fills every parameter and statistic of a part from the file's tensor of the same name; the file may hold more.
    /// </summary>
    /// <param name="part">The part.</param>
    /// <param name="weights">The file.</param>
    /// <param name="whose">Whose part it is, for errors.</param>
    /// <exception cref="UserErrorException">
    /// The file lacks a tensor, or holds it in another shape; nothing was changed.
    /// </exception>
    public static void Load(nn.Module part, PretrainedWeights weights, string whose)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var path = PathOf(weights);
        var stored = Safetensors.Read(path);
        var wanted = part.state_dict().Where(p => !ModelWeights.IsCounter(p.Key)).ToList();
        foreach (var (name, tensor) in wanted)
        {
            if (!stored.TryGetValue(name, out var value))
                throw new UserErrorException($"{path} has no tensor '{name}', which {whose} starts from; give the " +
                    "published weights under the names of data/README.md, or take the file away to start from the " +
                    "substitute.");
            if (!value.shape.SequenceEqual(tensor.shape))
                throw new UserErrorException($"{path} holds '{name}' as {ModelWeights.Shape(value)}, {whose} needs " +
                    $"{ModelWeights.Shape(tensor)}; give the published weights, which fit the paper profile, or take " +
                    "the file away to start from the substitute.");
        }
        foreach (var (name, tensor) in wanted) tensor.copy_(stored[name]);
    }
}
