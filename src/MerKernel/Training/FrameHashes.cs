using System.Runtime.CompilerServices;
using MerKernel.Data;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// A hash of every frame of a data set, by which identical frames are found. Computed once for each data set.
/// </summary>
internal static class FrameHashes
{
    static readonly ConditionalWeakTable<MerDataset, Lazy<ImmutableArray<string>>> Known = [];

    /// <summary>Hashes by row of <see cref="MerDataset.Frames"/>.</summary>
    public static ImmutableArray<string> Of(MerDataset dataset)
    {
        try { return Known.GetValue(dataset, d => new(() => Compute(d))).Value; }
        // A Lazy would keep the failure.
        catch { Known.Remove(dataset); throw; }
    }

    static ImmutableArray<string> Compute(MerDataset dataset)
    {
        using var scope = NewDisposeScope();
        var frames = dataset.Frames.cpu().contiguous();
        var hashes = ImmutableArray.CreateBuilder<string>((int)frames.size(0));
        for (var row = 0; row < frames.size(0); row++)
        {
            using var frame = frames[row];
            hashes.Add(Convert.ToHexStringLower(SHA256.HashData(frame.bytes)));
        }
        return hashes.MoveToImmutable();
    }
}
