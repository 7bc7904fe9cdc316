using MerKernel.Models;
using MerKernel.Baselines;

namespace MerKernel.Experiments;

/// <summary>
/// A folder with the weights that compared systems were published on: KEY.safetensors each, and magnifier.safetensors.
/// A system without a file starts from its substitute.
/// </summary>
/// <param name="folder">The folder; it need not exist.</param>
/// <param name="backbone">One more file, from anywhere, that the paper's networks start from.</param>
public sealed class OutsideWeights(string folder, string? backbone = null)
{
    readonly Dictionary<string, PretrainedWeights> _files = [];

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>
    /// A network that starts from the files that are there for it, unless its options name files already.
    /// </summary>
    /// <param name="model">The network at its published size, the only one that such weights fit.</param>
    public ModelOptions Start(ModelOptions model)
    {
        if (model is not PretrainableOptions) return model;
        if (model is MagnifyingOptions { Magnifier: null } magnifying)
            model = magnifying with { Magnifier = Found("magnifier") };
        // The two graph networks have no part of their own that was published on outside weights.
        return model is PretrainableOptions { Pretrained: null } open and not (AuGcnOptions or GraphTcnOptions)
            && Baseline.Of(model) is { Key: var key } ? open with { Pretrained = Found(key) } : model;

        PretrainedWeights? Found(string name)
        {
            var file = Path.Combine(folder, $"{name}.safetensors");
            if (_files.TryGetValue(file, out var known) || !File.Exists(file)) return known;
            return _files[file] = PretrainedStart.File(file);
        }
    }

    /// <summary>
    /// A stored experiment with the files it starts from, found by their content: a record says what they hold and not
    /// where they are.
    /// </summary>
    /// <exception cref="UserErrorException">No file in the folder holds them.</exception>
    public Experiment Locate(Experiment experiment)
    {
        var model = experiment.Model;
        if (model is MagnifyingOptions { Magnifier: { } magnifier } magnifying)
            model = magnifying with { Magnifier = Find(magnifier) };
        if (model is PretrainableOptions { Pretrained: { } start } pretrained)
            model = pretrained with { Pretrained = Find(start) };
        return experiment with
        {
            Model = model,
            StartsFrom = experiment.StartsFrom is { } weights ? Find(weights) : null
        };

        PretrainedWeights Find(PretrainedWeights weights)
        {
            var paths = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.safetensors") : [];
            if (backbone is not null) paths = paths.Prepend(backbone);
            foreach (var path in paths.Where(p => !_files.ContainsKey(p))) _files[path] = PretrainedStart.File(path);
            return _files.Values.FirstOrDefault(w => w.Sha256 == weights.Sha256) ?? throw new UserErrorException(
                $"The experiment starts from weights with the SHA-256 {weights.Sha256}, and " +
                $"{(backbone is null ? "" : $"neither {backbone} nor ")}{(backbone is null ? "no" : "a")} file in " +
                $"{folder} holds them; put them back there, or submit anew with the --weights folder or the " +
                "--init-backbone file that has them.");
        }
    }
}
