using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>Decodes frames as 8-bit BGR.</summary>
public static class FrameImage
{
    /// <summary>The image of a file's bytes, or null where they are no whole image: JPEG and PNG must reach their end mark.</summary>
    public static Mat? Decode(byte[] bytes)
    {
        if (bytes.Length == 0 || !IsWhole(bytes)) return null;
        try
        {
            var image = Cv2.ImDecode(bytes, ImreadModes.Color | ImreadModes.IgnoreOrientation);
            if (!image.Empty()) return image;
            image.Dispose();
        }
        catch (OpenCVException)
        {
            // A header that promises an impossible size; the same to the user as no image.
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
}
