using MerKernel.Models;
using MerKernel.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Cli.Commands;

/// <summary>The tensors of an input file, checked by name, type and shape.</summary>
sealed class NetworkInput(string path)
{
    readonly Dictionary<string, Tensor> _tensors = Safetensors.Read(path);

    /// <summary>A tensor whose shape must be the given one; -1 stands for any size.</summary>
    public Tensor Take(string name, ScalarType type, params long[] shape)
    {
        if (!_tensors.TryGetValue(name, out var tensor)) throw new UserErrorException($"{path} has no tensor '{name}'; write it as {type} [{string.Join(", ", shape)}].");
        var fits = tensor.dtype == type && tensor.dim() == shape.Length && shape.Zip(tensor.shape).All(pair => pair.First is -1 || pair.First == pair.Second);
        if (!fits) throw new UserErrorException($"{path} holds '{name}' as {tensor.dtype} [{string.Join(", ", tensor.shape)}]; write it as {type} [{string.Join(", ", shape)}].");
        return tensor;
    }

    /// <summary>Onset, apex and action units of a batch; a network without action units needs none in the file.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batches">Dimensions before N: none, or -1 for a row of mini-batches.</param>
    public (Tensor Onset, Tensor Apex, Tensor ActionUnits) Batch(MerNet network, params long[] batches)
    {
        var onset = Take("onset", ScalarType.Float32, [.. batches, -1, 3, network.Options.InputSize, network.Options.InputSize]);
        var apex = Take("apex", ScalarType.Float32, onset.shape);
        long[] before = [.. onset.shape[..(batches.Length + 1)], FusionHead.ActionUnitCount];
        return (onset, apex, network.SeesActionUnits ? Take("au", ScalarType.Float32, before) : zeros(before));
    }
}
