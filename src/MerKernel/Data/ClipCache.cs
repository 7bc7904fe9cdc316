using System.Buffers.Binary;
using System.Text.Json;

namespace MerKernel.Data;

/// <summary>Prepared clips on disk, one file each, named by the hash of all that determines it. Files appear whole or not at all.</summary>
internal sealed class ClipCache(string folder)
{
    private static ReadOnlySpan<byte> Magic => "MERCLIP1"u8;

    /// <summary>What is known of a prepared clip beside its pixels.</summary>
    /// <param name="Frames">Frame numbers in file order.</param>
    /// <param name="Notes">Oddities of frames and face.</param>
    /// <param name="Landmarks">x, y of the onset's 68 landmarks in crop pixels; empty where none were sought or found.</param>
    public sealed record Header(int[] Frames, string[] Notes, float[] Landmarks);

    private string PathOf(string key) => Path.Combine(folder, "clips", key[..2], key + ".clip");

    /// <summary>Reads a clip's header, or null where the clip is not there or not whole.</summary>
    public Header? ReadHeader(string key, int frameBytes)
    {
        try
        {
            using var file = File.OpenRead(PathOf(key));
            return ReadHeader(file) is { } header && file.Length - file.Position == (long)header.Frames.Length * frameBytes ? header : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads a clip's pixels, uint8 [frames, 3, S, S].</summary>
    public void ReadFrames(string key, Span<byte> frames)
    {
        using var file = File.OpenRead(PathOf(key));
        if (ReadHeader(file) is null) throw new InvalidDataException($"{file.Name} is damaged.");
        file.ReadExactly(frames);
    }

    /// <summary>Writes a clip.</summary>
    public void Write(string key, Header header, ReadOnlySpan<byte> frames)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, json.Length);
        var path = PathOf(key);
        var temporary = Temporary(path);
        using (var file = File.Create(temporary))
        {
            file.Write(Magic);
            file.Write(length);
            file.Write(json);
            file.Write(frames);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads a small text, or null where it is not there.</summary>
    public string? ReadText(string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    /// <summary>Writes a small text.</summary>
    public void WriteText(string name, string text)
    {
        var path = Path.Combine(folder, name);
        var temporary = Temporary(path);
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }

    private static string Temporary(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return $"{path}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.tmp";
    }

    private static Header? ReadHeader(FileStream file)
    {
        Span<byte> start = stackalloc byte[12];
        if (file.ReadAtLeast(start, 12, throwOnEndOfStream: false) < 12 || !start[..8].SequenceEqual(Magic)) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(start[8..]);
        if (length <= 0 || length > file.Length - 12) return null;
        var json = new byte[length];
        file.ReadExactly(json);
        return JsonSerializer.Deserialize<Header>(json);
    }
}
