using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Weights;

/// <summary>
/// Starts ResNet-18 and the Swin stages from published weights under torchvision's or timm's names. The stages fit
/// Swin-B: embedding 128, window 7.
/// </summary>
public static partial class BackboneWeights
{
    /// <summary>Copies matching tensors into the network's backbones.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">A safetensors file with torchvision's ResNet-18 or Swin, or timm's, names.</param>
    /// <exception cref="UserErrorException">No tensor of the file fits.</exception>
    public static BackboneReport Load(MerNet network, string path)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var stored = Safetensors.Read(path);
        // A counter is of one shape in networks of any width; where nothing else fits, nothing was loaded.
        var backbones = network.state_dict()
            .Where(pair => IsBackbone(network.Options, pair.Key) && !ModelWeights.IsCounter(pair.Key)).ToDictionary();
        var mergesAfterStage = stored.ContainsKey("layers.0.downsample.reduction.weight");
        var loaded = new Dictionary<string, string>();
        var ignored = new List<(string, string)>();
        foreach (var (source, value) in stored.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var name = Translate(source, mergesAfterStage);
            if (name is null || !backbones.TryGetValue(name, out var target))
            {
                ignored.Add((source, ModelWeights.IsCounter(source)
                    ? "counts batches, and is no weight" : "the network has no such layer"));
            }
            else if (!target.shape.SequenceEqual(value.shape))
            {
                ignored.Add((source, $"is {ModelWeights.Shape(value)}, {name} needs {ModelWeights.Shape(target)}"));
            }
            else
            {
                target.copy_(value);
                loaded.Add(name, source);
            }
        }

        if (loaded.Count == 0)
            throw new UserErrorException($"No tensor of {path} fits this network's backbones; give ResNet-18 " +
                "(variants baseline, fpf, au) or Swin-B weights under torchvision's or timm's names, at full width.");

        return new BackboneReport(
            [.. loaded.Select(pair => (pair.Key, pair.Value))], [.. ignored],
            [.. backbones.Keys.Where(name => !loaded.ContainsKey(name))]);
    }

    /// <summary>
    /// Whether a file's names are those of a backbone that a network has; its shapes are looked at when it is loaded.
    /// </summary>
    /// <exception cref="UserErrorException">The file is no safetensors file.</exception>
    public static bool Fits(MerNetOptions options, string path)
    {
        using var file = File.OpenRead(path);
        return SafetensorsHeader.Read(file, path).Entries
            .Any(e => Translate(e.Name, mergesAfterStage: false) is { } name && IsBackbone(options, name));
    }

    private static bool IsBackbone(MerNetOptions options, string name) =>
        (options.Motion == MotionStream.ResNet18 && name.StartsWith("motion.", StringComparison.Ordinal))
        || (options.Position == PositionStream.Swin && name.StartsWith("position.", StringComparison.Ordinal));

    /// <summary>Our name for a tensor of torchvision or timm; null for none.</summary>
    /// <param name="source">The published name.</param>
    /// <param name="mergesAfterStage">
    /// Whether timm's patch merging is at the end of a stage (before 0.9) or at the start of the next.
    /// </param>
    internal static string? Translate(string source, bool mergesAfterStage)
    {
        if (ResNetName().IsMatch(source))
            return $"motion.{source}";

        if (TorchvisionSwin().Match(source) is { Success: true } torchvision)
        {
            var (index, rest) = (int.Parse(torchvision.Groups[1].Value), torchvision.Groups[2].Value);
            return (index, index % 2) switch
            {
                (0, _) when rest.StartsWith("0.", StringComparison.Ordinal) => $"position.patch_embed.proj.{rest[2..]}",
                (0, _) when rest.StartsWith("2.", StringComparison.Ordinal) => $"position.patch_embed.norm.{rest[2..]}",
                (0, _) => null,
                (_, 1) => $"position.layers.{index / 2}.blocks." +
                    $"{rest.Replace(".mlp.0.", ".mlp.fc1.").Replace(".mlp.3.", ".mlp.fc2.")}",
                _ => $"position.layers.{index / 2 - 1}.downsample.{rest}",
            };
        }

        if (TimmDownsample().Match(source) is { Success: true } merging && !mergesAfterStage)
            return $"position.layers.{int.Parse(merging.Groups[1].Value) - 1}.{merging.Groups[2].Value}";

        return TimmSwin().IsMatch(source) ? $"position.{source}" : null;
    }

    [GeneratedRegex(@"^(conv1|bn1|layer[1-4]\.\d)\.")]
    private static partial Regex ResNetName();

    [GeneratedRegex(@"^features\.([0-9]{1,6})\.(.+)$")]
    private static partial Regex TorchvisionSwin();

    [GeneratedRegex(@"^layers\.([0-9]{1,6})\.(downsample\..+)$")]
    private static partial Regex TimmDownsample();

    [GeneratedRegex(@"^(patch_embed|layers\.\d+|norm)\.")]
    private static partial Regex TimmSwin();
}

/// <summary>The effect of a backbone file on a network.</summary>
/// <param name="Loaded">Tensors of the network that were set, with the file's name for each.</param>
/// <param name="Ignored">Tensors of the file that were not used, and why.</param>
/// <param name="Untouched">Tensors of the network's backbones that keep their random start.</param>
public sealed record BackboneReport(
    ImmutableArray<(string Name, string Source)> Loaded,
    ImmutableArray<(string Source, string Reason)> Ignored,
    ImmutableArray<string> Untouched);

/// <summary>
/// A network's whole state (weights, BatchNorm statistics) in a safetensors file, under the names of Models/README.md.
/// </summary>
public static class ModelWeights
{
    /// <summary>Writes the state of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">The file to write.</param>
    /// <exception cref="UserErrorException">The network has no weights; nothing was written.</exception>
    public static void Save(nn.Module network, string path)
    {
        using var scope = NewDisposeScope();
        var state = network.state_dict();
        if (state.Count == 0)
            throw new UserErrorException($"This {network.GetType().Name} has no weights to save: it was disposed of, " +
                "or its constructor does not end with RegisterComponents().");
        Safetensors.Write(path, state, new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Reads a state into a network.</summary>
    /// <param name="network">The network, built with the options the file was written with.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">
    /// A tensor is missing, unknown, or of another shape or type; nothing was changed.
    /// </exception>
    public static void Load(nn.Module network, string path)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var stored = Safetensors.Read(path);
        var state = network.state_dict();
        foreach (var (name, tensor) in state)
        {
            if (!stored.TryGetValue(name, out var value))
                throw Unfit(path, $"has no tensor '{name}'");

            if (!value.shape.SequenceEqual(tensor.shape))
            {
                // Until November 2026 the fourth block reduced to its output's channels / 32.
                if (name == "motion.blocks.3.attention.reduce.weight" && value.size(0) == 16 && tensor.size(0) == 8)
                    throw new UserErrorException($"{path} was written by an earlier version, whose fourth block " +
                        "reduced to 16 channels instead of the published 8; train it again.");
                throw Unfit(path, $"holds '{name}' as {Shape(value)}, the network needs {Shape(tensor)}");
            }

            if (value.dtype != tensor.dtype)
                throw Unfit(path, $"holds '{name}' as {value.dtype}, the network needs {tensor.dtype}");
        }

        if (stored.Keys.FirstOrDefault(name => !state.ContainsKey(name)) is { } unknown)
            throw Unfit(path, $"holds '{unknown}', which the network does not have");

        foreach (var (name, tensor) in state)
            tensor.copy_(stored[name]);
    }

    /// <summary>
    /// Whether a tensor is the number of batches that a BatchNorm has seen: it matters to nobody, and converted files
    /// often lack it.
    /// </summary>
    internal static bool IsCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    internal static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    private static UserErrorException Unfit(string path, string how) =>
        new($"{path} {how}; use the variant and size it was written with.");
}
