using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// What the trainer needs of a network: onset and apex frames, normalised, [N, 3, S, S] each, and action units [N, 21] go in, logits [N, classes] come out.
/// </summary>
public abstract class Network(string name) : nn.Module<Tensor, Tensor, Tensor, Tensor>(name)
{
    /// <summary>Takes all draws of training from a generator instead of the process's default.</summary>
    /// <param name="generator">The generator, which stays the caller's.</param>
    public abstract void UseGenerator(Generator generator);
}
