using System.Buffers.Binary;

namespace MerKernel.Data;

/// <summary>
/// Prepared clips on disk, one file each, named by the hash of all that determines it: mark and version, checksum of
/// the rest, header, pixels. Files appear whole or not at all; one of another version or without its pixels counts as
/// not there.
/// </summary>
internal sealed class ClipCache(string folder)
{
    private const int StartBytes = 8 + SHA256.HashSizeInBytes + 4;

    private static ReadOnlySpan<byte> Magic => "MERCLIP2"u8;

    /// <summary>The metadata of a prepared clip besides its pixels.</summary>
    /// <param name="Frames">Frame numbers in file order.</param>
    /// <param name="Notes">Oddities of frames and face.</param>
    /// <param name="Landmarks">
    /// x, y of the onset's 68 landmarks in crop pixels; empty where none were sought or found.
    /// </param>
    public sealed record Header(int[] Frames, string[] Notes, float[] Landmarks);

    public string PathOf(string key) => Path.Combine(folder, "clips", key[..2], key + ".clip");

    /// <summary>Reads a clip's header, or null where the clip is not there or not whole.</summary>
    public Header? ReadHeader(string key, int frameBytes) => Readable.Or<Header?>(null, () =>
    {
        using var file = File.OpenRead(PathOf(key));
        return Open(file) is var (_, json) && Parse(json) is { } header
            && file.Length - file.Position == (long)header.Frames.Length * frameBytes ? header : null;
    });

    /// <summary>
    /// Reads a clip's pixels, uint8 [frames, 3, S, S]; false where the file is gone or its checksum does not match.
    /// </summary>
    public bool TryReadFrames(string key, Span<byte> frames)
    {
        try
        {
            using var file = File.OpenRead(PathOf(key));
            if (Open(file) is not var (checksum, json)) return false;
            file.ReadExactly(frames);
            return checksum.AsSpan().SequenceEqual(Checksum(json, frames));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Writes a clip.</summary>
    public void Write(string key, Header header, byte[] frames)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        AtomicFile.Write(PathOf(key), file =>
        {
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, json.Length);
            file.Write(Magic);
            file.Write(Checksum(json, frames));
            file.Write(length);
            file.Write(json);
            file.Write(frames);
        });
    }

    /// <summary>Reads a small text, or null where it is not there.</summary>
    public string? ReadText(string name) =>
        Readable.Or<string?>(null, () => File.ReadAllText(Path.Combine(folder, name)));

    /// <summary>Writes a small text.</summary>
    public void WriteText(string name, string text) => AtomicFile.Write(Path.Combine(folder, name), text);

    private static (byte[] Checksum, byte[] Json)? Open(FileStream file)
    {
        Span<byte> start = stackalloc byte[StartBytes];
        if (file.ReadAtLeast(start, StartBytes, throwOnEndOfStream: false) < StartBytes
            || !start[..8].SequenceEqual(Magic))
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(start[^4..]);
        if (length <= 0 || length > file.Length - StartBytes) return null;
        var json = new byte[length];
        file.ReadExactly(json);
        return (start[8..^4].ToArray(), json);
    }

    private static Header? Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<Header>(json)
                is { Frames: not null, Notes: not null, Landmarks: not null } header ? header : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[] Checksum(byte[] json, ReadOnlySpan<byte> frames)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(json);
        hash.AppendData(frames);
        return hash.GetHashAndReset();
    }
}
