using static TorchSharp.torch;

namespace MerKernel.Baselines;

/// <summary>
/// Computed inputs of clips on disk, a file each, named by the hash of all that determines it: checksum, then float32
/// values. Files appear whole or not at all; a damaged one counts as not there and is written again.
/// </summary>
/// <param name="folder">The cache folder; null keeps nothing.</param>
sealed class InputCache(string? folder)
{
    /// <summary>The values of a key, computed where the cache does not hold them.</summary>
    /// <param name="key">Everything the values depend on.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="compute">Computes them.</param>
    public float[] Get(string key, int length, Func<float[]> compute)
    {
        if (folder is null) return compute();
        var name = Sha.Of(key);
        var path = Path.Combine(folder, "inputs", name[..2], name + ".input");
        if (Read(path, length) is { } stored) return stored;
        var values = compute();
        AtomicFile.Write(path, file =>
        {
            var bytes = MemoryMarshal.AsBytes<float>(values);
            file.Write(SHA256.HashData(bytes));
            file.Write(bytes);
        });
        return values;
    }

    /// <summary>A hash of one frame of several.</summary>
    public static string HashOf(Tensor frames, int row)
    {
        using var frame = frames[row];
        return Convert.ToHexStringLower(SHA256.HashData(frame.bytes));
    }

    static float[]? Read(string path, int length) => Readable.Or<float[]?>(null, () =>
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length != SHA256.HashSizeInBytes + length * sizeof(float)) return null;
        var values = bytes.AsSpan(SHA256.HashSizeInBytes);
        return SHA256.HashData(values).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes))
            ? MemoryMarshal.Cast<byte, float>(values).ToArray() : null;
    });
}
