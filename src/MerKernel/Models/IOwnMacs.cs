using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>A layer with multiply-accumulates that belong to none of the layers inside it.</summary>
internal interface IOwnMacs
{
    /// <summary>Their number for an input.</summary>
    /// <param name="input">The layer's input.</param>
    long OwnMacs(Tensor input);
}
