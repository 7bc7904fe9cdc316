namespace MerKernel.Training;

/// <summary>Cuts a shuffled epoch into mini-batches.</summary>
public static class Batches
{
    /// <summary>Shuffles the clips and cuts them; a last batch of one joins the one before, because batch normalisation needs two.</summary>
    public static List<int[]> Shuffled(IReadOnlyList<int> clips, int batchSize, Random random)
    {
        var order = clips.ToArray();
        random.Shuffle(order);
        return InOrder(order, batchSize);
    }

    /// <summary>How many batches so many clips make.</summary>
    public static int Count(int clips, int batchSize) => (clips + batchSize - 1) / batchSize - ((clips - 1) % batchSize == 0 && clips > batchSize ? 1 : 0);

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
