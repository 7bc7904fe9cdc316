using System.Buffers.Binary;
using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>Decodes frames as 8-bit BGR.</summary>
public static class FrameImage
{
    // SAMM's frames have 2.2 million pixels. A damaged header can promise a billion, which the decoder would allocate.
    private const long MostPixels = 64_000_000;

    /// <summary>The image of a file's bytes, or null where they are no whole image: JPEG and PNG must reach their end mark.</summary>
    public static Mat? Decode(byte[] bytes)
    {
        if (bytes.Length == 0 || !IsWhole(bytes) || PromisedPixels(bytes) > MostPixels) return null;
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
        if (bytes.StartsWith<byte>([0xFF, 0xD8])) return bytes.LastIndexOf<byte>([0xFF, 0xD9]) > bytes.LastIndexOf<byte>([0xFF, 0xDA]);
        if (bytes.StartsWith<byte>([0x89, 0x50, 0x4E, 0x47])) return bytes.LastIndexOf("IEND"u8) > 0;
        return true;
    }

    // Width times height as the header of a JPEG or PNG states them; 0 for other formats.
    private static long PromisedPixels(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith<byte>([0x89, 0x50]) && bytes.Length > 24)
            return (long)BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]) * BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]);
        if (!bytes.StartsWith<byte>([0xFF, 0xD8])) return 0;
        for (var at = 2; at + 9 < bytes.Length && bytes[at] == 0xFF; at += 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]))
            // Start of frame: C0 to CF without the tables C4, C8 and CC.
            if (bytes[at + 1] is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return (long)BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]) * BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]);
        return 0;
    }
}
