using System.Buffers.Binary;
using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>Decodes frames as 8-bit BGR.</summary>
public static class FrameImage
{
    // SAMM's frames have 2.2 million pixels, 4K video 8.3. A damaged header can promise a billion, which the decoder would allocate.
    private const long MostPixels = 10_000_000, MostBytes = 100_000_000;

    /// <summary>A file's bytes; none where it cannot be opened, which <see cref="Decode"/> takes for no image.</summary>
    public static byte[] Read(string path)
    {
        try
        {
            return FileLength.Of(path) is > 0 and <= MostBytes ? File.ReadAllBytes(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // A progressive JPEG passes over the whole image with every scan; encoders write about ten.
    private const int MostScans = 100;

    /// <summary>The image of a file's bytes (JPEG, PNG or BMP), or null where they are no whole image: JPEG and PNG must reach their end mark.</summary>
    public static Mat? Decode(byte[] bytes)
    {
        if (!IsWhole(bytes) || PromisedPixels(bytes) is not (> 0 and <= MostPixels)) return null;
        try
        {
            var image = Cv2.ImDecode(bytes, ImreadModes.Color | ImreadModes.IgnoreOrientation);
            if (!image.Empty()) return image;
            image.Dispose();
        }
        catch (OpenCVException)
        {
            // Whatever the decoder objects to, it is the same to the user as no image.
        }
        return null;
    }

    // The decoder fills the missing part of a truncated file with grey, which would pass for a face without contrast.
    private static bool IsWhole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith<byte>([0xFF, 0xD8])) return bytes.Count<byte>([0xFF, 0xDA]) <= MostScans && bytes.LastIndexOf<byte>([0xFF, 0xD9]) > bytes.LastIndexOf<byte>([0xFF, 0xDA]);
        if (bytes.StartsWith<byte>([0x89, 0x50, 0x4E, 0x47])) return HasWholeChunks(bytes);
        return true;
    }

    // The decoder allocates what a chunk promises, up to four gigabytes, before it looks whether the file holds as much.
    private static bool HasWholeChunks(ReadOnlySpan<byte> bytes)
    {
        // Length and type before the contents, a checksum behind them.
        for (var at = 8; at + 12 <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (length > bytes.Length - at - 12) return false;
            if (bytes[(at + 4)..].StartsWith("IEND"u8)) return true;
            at += 12 + (int)length;
        }
        return false;
    }

    // Width times height as the header states them; 0 for every other format.
    private static long PromisedPixels(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 26) return 0;
        if (bytes.StartsWith<byte>([0x89, 0x50])) return (long)BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]) * BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]);
        if (bytes.StartsWith("BM"u8)) return Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(bytes[18..]) * BinaryPrimitives.ReadInt32LittleEndian(bytes[22..]));
        if (!bytes.StartsWith<byte>([0xFF, 0xD8])) return 0;
        for (var at = 2; at + 9 < bytes.Length && bytes[at] == 0xFF;)
        {
            var marker = bytes[at + 1];
            // Start of frame: C0 to CF without the tables C4, C8 and CC.
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return (long)BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]) * BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]);
            // FF before a marker is padding.
            at += marker == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        }
        return 0;
    }
}
