using static TorchSharp.torch;

namespace MerKernel.Weights;

/// <summary>A network's whole state (weights, BatchNorm statistics) in a safetensors file, under the names of Models/README.md.</summary>
public static class ModelWeights
{
    /// <summary>Writes the state of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">The file to write.</param>
    public static void Save(nn.Module network, string path)
    {
        using var scope = NewDisposeScope();
        Safetensors.Write(path, network.state_dict(), new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Reads a state into a network.</summary>
    /// <param name="network">The network, built with the options the file was written with.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">A tensor is missing, unknown, or of another shape or type; nothing was changed.</exception>
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
                    throw new UserErrorException($"{path} was written by an earlier version, whose fourth block reduced to 16 channels instead of the published 8; train it again.");
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

    internal static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    private static UserErrorException Unfit(string path, string how) => new($"{path} {how}; use the variant and size it was written with.");
}
