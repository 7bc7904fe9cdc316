using MerKernel.Models;
using TorchSharp;

namespace MerKernel.Training;

/// <summary>Clips as they are tested: exact onset and apex, nothing augmented. Assembled once for a fold, since every epoch tests the same.</summary>
sealed class ExactBatches : IDisposable
{
    const int BatchSize = 64;

    readonly ImmutableArray<PairBatch> _batches;

    /// <summary>Assembles the batches.</summary>
    /// <param name="pairs">Where the clips come from.</param>
    /// <param name="clips">The clips, in the order of their predictions.</param>
    public ExactBatches(PairSource pairs, ImmutableArray<int> clips)
    {
        using var scope = torch.NewDisposeScope();
        _batches = [.. clips.Chunk(BatchSize).Select(pairs.Exact)];
        foreach (var tensor in _batches.SelectMany(b => b.Tensors)) tensor.DetachFromDisposeScope();
    }

    /// <summary>A network's input, batch by batch.</summary>
    public IEnumerable<ClipBatch> Clips => _batches.Select(b => b.Clips);

    public void Dispose()
    {
        foreach (var tensor in _batches.SelectMany(b => b.Tensors)) tensor.Dispose();
    }
}
