using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>A batch of clips with their labels.</summary>
/// <param name="Clips">What a network sees.</param>
/// <param name="Labels">Labels [N], int64.</param>
public sealed record PairBatch(ClipBatch Clips, Tensor Labels)
{
    /// <summary>Everything it is made of.</summary>
    public IEnumerable<Tensor> Tensors => new[] { Clips.Onset, Clips.Apex, Clips.ActionUnits, Clips.Input, Labels }.OfType<Tensor>();
}
