using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>A batch of clips as a network sees them. A network is given what its options ask for; the rest is empty or null.</summary>
/// <param name="Onset">Onset frames, normalised with ImageNet's constants, [N, 3, S, S]; [0, 3, S, S] where the network sees no frames.</param>
/// <param name="Apex">Apex frames likewise.</param>
/// <param name="ActionUnits">Active action units as 0 or 1, [N, 21]; ignored by a network without an input for them.</param>
/// <param name="Input">What <see cref="ModelOptions.Input"/> asks for, [N, ...]; null where it asks for nothing.</param>
public sealed record ClipBatch(Tensor Onset, Tensor Apex, Tensor ActionUnits, Tensor? Input = null)
{
    /// <summary>The input that was asked for.</summary>
    /// <exception cref="InvalidOperationException">The batch was assembled for another network.</exception>
    internal Tensor Asked => Input ?? throw new InvalidOperationException("The batch has no input beside its frames, but the network's options ask for one.");
}
