using System.Buffers.Binary;
using System.IO.Compression;

namespace CSharpJupyter.Formatters;

/// <summary>Writes 8-bit grey, RGB or palette images as PNG (ISO/IEC 15948).</summary>
static class PngWriter
{
    static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(n =>
    {
        var c = (uint)n;
        for (var bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
        return c;
    })];

    /// <param name="planes">[channels, height, width]; one channel is grey, three are red, green, blue.</param>
    public static byte[] FromPlanes(ReadOnlySpan<byte> planes, int channels, int height, int width)
    {
        var rows = new byte[height * (1 + width * channels)];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                for (var c = 0; c < channels; c++)
                    rows[y * (1 + width * channels) + 1 + x * channels + c] = planes[(c * height + y) * width + x];
        return File(rows, (byte)(channels == 3 ? 2 : 0), [], CompressionLevel.Fastest, height, width);
    }

    /// <param name="indices">[height, width], each a colour of the palette.</param>
    /// <param name="palette">Red, green and blue of up to 256 colours.</param>
    public static byte[] FromPalette(ReadOnlySpan<byte> indices, byte[] palette, int height, int width)
    {
        var rows = new byte[height * (1 + width)];
        for (var y = 0; y < height; y++) indices.Slice(y * width, width).CopyTo(rows.AsSpan(y * (1 + width) + 1));
        return File(rows, 3, palette, CompressionLevel.SmallestSize, height, width);
    }

    /// <param name="rows">Each row begins with its filter, 0.</param>
    static byte[] File(byte[] rows, byte colourType, byte[] palette, CompressionLevel level, int height, int width)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, colourType);
        Chunk(file, "IHDR", header);
        if (palette.Length > 0) Chunk(file, "PLTE", palette);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, level, leaveOpen: true)) zlib.Write(rows);
        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    static void Chunk(Stream file, string name, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.Write(number);
    }

    static uint Crc(byte[] data) => ~data.Aggregate(0xFFFFFFFF, (crc, b) => Table[(crc ^ b) & 0xFF] ^ (crc >> 8));
}
