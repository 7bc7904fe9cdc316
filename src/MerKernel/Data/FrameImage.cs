using System.Buffers.Binary;
using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>Decodes frames as 8-bit BGR.</summary>
public static class FrameImage
{
    // SAMM's frames have 2.2 million pixels, 4K video 8.3. A damaged header can promise a billion, which the decoder
    // would allocate.
    internal const long MostPixels = 10_000_000;

    private const long MostBytes = 100_000_000;

    /// <summary>
    /// A file's bytes; none where it cannot be opened, which <see cref="Decode(byte[])"/> takes for no image.
    /// </summary>
    public static byte[] Read(string path) =>
        Readable.Or<byte[]>([], () => FileLength.Of(path) is > 0 and <= MostBytes ? File.ReadAllBytes(path) : []);

    // A progressive JPEG passes over the whole image with every scan; encoders write about ten.
    private const int MostScans = 100;

    /// <summary>
    /// The comment in the frames of synthetic data, by which a copy without its marker file is known.
    /// </summary>
    public const string SyntheticComment = "synthetic image made by MerNotebooks, not a recording";

    /// <summary>Whether a frame says in its own metadata that it is synthetic.</summary>
    public static bool IsMarkedSynthetic(string path) => Readable.Or(false, () =>
    {
        using var file = File.OpenRead(path);
        var start = new byte[1024];
        return start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false))
            .IndexOf(Encoding.ASCII.GetBytes(SyntheticComment)) >= 0;
    });

    /// <summary>
    /// The image of a file's bytes (JPEG, PNG or BMP), or null where they are no whole image: JPEG and PNG must reach
    /// their end mark.
    /// </summary>
    public static Mat? Decode(byte[] bytes) => Decode(bytes, out _);

    /// <summary>
    /// The image of a file's bytes, or null and their fault, as the end of a message that begins with the file.
    /// </summary>
    public static Mat? Decode(byte[] bytes, out string problem)
    {
        problem = "cannot be opened or is no whole image";
        if (!IsWhole(bytes)) return null;
        var (width, height) = PromisedSize(bytes);
        if (width * height > MostPixels)
            problem = $"is {width} x {height} pixels, more than {MostPixels / 1_000_000} million; reduce it";
        if (width * height is not (> 0 and <= MostPixels)) return null;
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

    /// <summary>
    /// Why an image can hardly show a face, or null: 12-bit cameras leave frames of 16 bits of which a sixteenth is
    /// used.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="bytes">The file it came from.</param>
    public static string? Darkness(Mat image, byte[] bytes)
    {
        using var channels = image.Reshape(1);
        channels.MinMaxLoc(out double _, out double most);
        if (most >= DarkestWhite) return null;
        return $"is nearly black (no value above {most:0} of 255)" +
            (bytes.Length > 24 && bytes.AsSpan().StartsWith<byte>([0x89, 0x50]) && bytes[24] == 16
                ? "; it holds 16 bits a value of which the upper ones are unused: scale it to 8 bits"
                : "; lighten it or take the original");
    }

    private const int DarkestWhite = 40;

    // The decoder fills the missing part of a truncated file with grey, which would pass for a face without contrast.
    private static bool IsWhole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith<byte>([0xFF, 0xD8]))
            return bytes.Count<byte>([0xFF, 0xDA]) <= MostScans
                && bytes.LastIndexOf<byte>([0xFF, 0xD9]) > bytes.LastIndexOf<byte>([0xFF, 0xDA]);
        if (bytes.StartsWith<byte>([0x89, 0x50, 0x4E, 0x47])) return HasWholeChunks(bytes);
        return true;
    }

    // The decoder allocates as much as a chunk promises, up to four gigabytes, before it looks whether the file holds
    // as much.
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

    // Width and height as the header states them; 0 for every other format.
    private static (long Width, long Height) PromisedSize(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 26) return (0, 0);
        if (bytes.StartsWith<byte>([0x89, 0x50]))
            return (BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]),
                BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]));
        if (bytes.StartsWith("BM"u8))
            return (Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(bytes[18..])),
                Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(bytes[22..])));
        if (!bytes.StartsWith<byte>([0xFF, 0xD8])) return (0, 0);
        for (var at = 2; at + 9 < bytes.Length && bytes[at] == 0xFF;)
        {
            var marker = bytes[at + 1];
            // Start of frame: C0 to CF without the tables C4, C8 and CC.
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return (BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]),
                    BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]));
            // FF before a marker is padding.
            at += marker == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        }
        return (0, 0);
    }
}
