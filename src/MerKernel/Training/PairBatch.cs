using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>A batch of clips with their labels.</summary>
/// <param name="Clips">A network's input.</param>
/// <param name="Labels">Labels [N], int64.</param>
public sealed record PairBatch(ClipBatch Clips, Tensor Labels)
{
    /// <summary>Everything it is made of.</summary>
    public IEnumerable<Tensor> Tensors => new[] { Clips.Onset, Clips.Apex, Clips.ActionUnits, Clips.Input, Labels }.OfType<Tensor>();

    /// <summary>A batch of other tensors, which belong to no DisposeScope.</summary>
    internal PairBatch Detached(Func<Tensor, Tensor> other)
    {
        Tensor Of(Tensor tensor) => other(tensor).DetachFromDisposeScope();
        var clips = new ClipBatch(Of(Clips.Onset), Of(Clips.Apex), Of(Clips.ActionUnits), Clips.Input is { } input ? Of(input) : null);
        return new PairBatch(clips, Of(Labels));
    }
}
