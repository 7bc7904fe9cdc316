using System.Buffers.Binary;

namespace MerKernel.Training;

/// <summary>
/// Derives independent seeds, so that no random draw depends on which folds ran before or next to it.
/// </summary>
public static class Seeds
{
    /// <summary>A non-negative 31-bit seed for one purpose within one fold.</summary>
    /// <param name="experimentSeed">Seed of the experiment.</param>
    /// <param name="fold">Subject left out.</param>
    /// <param name="purpose">The purpose of the draw ('weights', 'batches', ...).</param>
    public static int For(int experimentSeed, string fold, string purpose)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{experimentSeed}\n{fold}\n{purpose}"));
        return (int)(BinaryPrimitives.ReadUInt32LittleEndian(hash) & int.MaxValue);
    }
}
