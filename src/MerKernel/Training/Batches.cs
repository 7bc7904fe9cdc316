using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Cuts a shuffled epoch into mini-batches.</summary>
public static class Batches
{
    /// <summary>
    /// Shuffles the clips and cuts them; a last batch of one joins the one before, because batch normalisation needs
    /// two.
    /// </summary>
    public static List<int[]> Shuffled(IReadOnlyList<int> clips, int batchSize, Random random)
    {
        var order = clips.ToArray();
        random.Shuffle(order);
        return InOrder(order, batchSize);
    }

    /// <summary>How many batches so many clips make.</summary>
    public static int Count(int clips, int batchSize) =>
        (clips + batchSize - 1) / batchSize - ((clips - 1) % batchSize == 0 && clips > batchSize ? 1 : 0);

    /// <summary>Cuts the clips in the order they have; a last batch of one joins the one before.</summary>
    public static List<int[]> InOrder(IReadOnlyList<int> clips, int batchSize)
    {
        var batches = clips.Chunk(batchSize).ToList();
        if (batches.Count > 1 && batches[^1].Length == 1)
        {
            batches[^2] = [.. batches[^2], .. batches[^1]];
            batches.RemoveAt(batches.Count - 1);
        }
        return batches;
    }
}

/// <summary>A batch of clips with their labels.</summary>
/// <param name="Clips">A network's input.</param>
/// <param name="Labels">Labels [N], int64.</param>
public sealed record PairBatch(ClipBatch Clips, Tensor Labels)
{
    /// <summary>
    /// How many batches, this one among them, share an update: <see cref="TrainingOptions.AccumulationSteps"/>, or
    /// fewer at the end of an epoch.
    /// </summary>
    public int PerUpdate { get; init; } = 1;

    /// <summary>Everything it is made of.</summary>
    public IEnumerable<Tensor> Tensors =>
        new[] { Clips.Onset, Clips.Apex, Clips.ActionUnits, Clips.Input, Labels }.OfType<Tensor>();

    /// <summary>A batch of other tensors, which belong to no DisposeScope.</summary>
    internal PairBatch Detached(Func<Tensor, Tensor> other)
    {
        Tensor Of(Tensor tensor) => other(tensor).DetachFromDisposeScope();
        var clips = new ClipBatch(Of(Clips.Onset), Of(Clips.Apex), Of(Clips.ActionUnits),
            Clips.Input is { } input ? Of(input) : null);
        return new PairBatch(clips, Of(Labels));
    }
}

/// <summary>
/// Clips as they are tested: exact onset and apex, nothing augmented. Assembled once for a fold, since every epoch
/// tests the same.
/// </summary>
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
