using System.Security.Cryptography;
using MerKernel.Models;
using MerKernel.Models.Peers;
using static TorchSharp.torch;

namespace MerKernel.Weights;

/// <summary>Starts parts of the compared systems from safetensors files of weights that are not ours to have.</summary>
public static class PretrainedStart
{
    /// <summary>Names a file by what is in it.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static PretrainedWeights File(string path)
    {
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

    /// <summary>A fresh network; its parts that were published on outside weights start from the file, where the options name one.</summary>
    /// <exception cref="UserErrorException">The file lacks a tensor, or holds it in another shape.</exception>
    public static Network Create(ModelOptions options, long seed, bool actionUnits)
    {
        var network = options.Create(seed, actionUnits);
        if (options is not PretrainableOptions { Pretrained: { } weights } || network is not IStartsPretrained { PretrainedParts: var parts }) return network;
        try
        {
            foreach (var part in parts) Load(part, weights, network.GetName());
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Fills every parameter and statistic of a part from the file's tensor of the same name; the file may hold more.</summary>
    /// <param name="part">The part.</param>
    /// <param name="weights">The file.</param>
    /// <param name="whose">Whose part it is, for errors.</param>
    /// <exception cref="UserErrorException">The file lacks a tensor, or holds it in another shape; nothing was changed.</exception>
    public static void Load(nn.Module part, PretrainedWeights weights, string whose)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var path = weights.Path ?? throw new UserErrorException($"The experiment starts from weights with the SHA-256 {weights.Sha256}, and no file is named for them; put it where --weights looks.");
        var stored = Safetensors.Read(path);
        // How many batches a BatchNorm has seen matters to nobody, and converted files often lack it.
        var wanted = part.state_dict().Where(p => !p.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToList();
        foreach (var (name, tensor) in wanted)
        {
            if (!stored.TryGetValue(name, out var value))
                throw new UserErrorException($"{path} has no tensor '{name}', which {whose} starts from; give the published weights under the names of data/README.md, or take the file away to start from the substitute.");
            if (!value.shape.SequenceEqual(tensor.shape))
                throw new UserErrorException($"{path} holds '{name}' as {ModelWeights.Shape(value)}, {whose} needs {ModelWeights.Shape(tensor)}; give the published weights, which fit the paper profile, or take the file away to start from the substitute.");
        }
        foreach (var (name, tensor) in wanted) tensor.copy_(stored[name]);
    }
}
