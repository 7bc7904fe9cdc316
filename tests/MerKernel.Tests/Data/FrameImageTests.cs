using CsCheck;
using MerKernel.Data;
using OpenCvSharp;
using Size = OpenCvSharp.Size;

namespace MerKernel.Tests.Data;

public class FrameImageTests
{
    [Theory]
    [InlineData(".jpg")]
    [InlineData(".png")]
    public void A_file_cut_anywhere_is_no_image(string extension)
    {
        var whole = Encode(extension, MatType.CV_8UC3);
        using (var image = FrameImage.Decode(whole)) Assert.Equal(new Size(24, 20), image!.Size());
        // The last byte of a PNG belongs to a checksum that no decoder needs.
        for (var length = 0; length < whole.Length - 12; length++) Assert.Null(FrameImage.Decode(whole[..length]));
    }

    [Fact]
    public void Changed_bytes_never_raise_an_exception() =>
        Gen.Select(Gen.Int[0, 2].Select(i => new[] { ".jpg", ".png", ".bmp" }[i]),
            Gen.Select(Gen.Int[0, 5000], Gen.Byte).List[1, 20])
            .Sample((extension, changes) =>
            {
                var bytes = Encode(extension, MatType.CV_8UC3);
                foreach (var (at, value) in changes) bytes[at % bytes.Length] = value;
                FrameImage.Decode(bytes)?.Dispose();
            }, iter: 200, threads: 1);

    [Fact]
    public void A_header_that_promises_a_billion_pixels_is_no_image()
    {
        var png = Encode(".png", MatType.CV_8UC3);
        (png[17], png[21]) = (0x7F, 0x7F);
        Assert.Null(FrameImage.Decode(png));
        var jpeg = Encode(".jpg", MatType.CV_8UC3);
        var frame = jpeg.AsSpan().IndexOf<byte>([0xFF, 0xC0]);
        (jpeg[frame + 5], jpeg[frame + 7]) = (0xFF, 0xFF);
        Assert.Null(FrameImage.Decode(jpeg));
        var bitmap = Encode(".bmp", MatType.CV_8UC3);
        (bitmap[20], bitmap[24]) = (1, 1);
        Assert.Null(FrameImage.Decode(bitmap));
    }

    [Fact]
    public void Grey_16_bit_and_transparent_images_become_8_bit_colour()
    {
        foreach (var type in new[] { MatType.CV_8UC1, MatType.CV_16UC1, MatType.CV_16UC3, MatType.CV_8UC4 })
        {
            using var image = FrameImage.Decode(Encode(".png", type));
            Assert.Equal(MatType.CV_8UC3, image!.Type());
        }
    }

    [Fact]
    public void A_CMYK_JPEG_becomes_colour()
    {
        using var image = FrameImage.Decode(CmykJpeg());
        Assert.Equal((MatType.CV_8UC3, 40, 40), (image!.Type(), image.Rows, image.Cols));
    }

    [Fact]
    public void Bytes_that_are_no_image_are_none() =>
        Gen.Byte.Array[0, 200].Sample(bytes => FrameImage.Decode(bytes) is null, iter: 500);

    internal static byte[] Encode(string extension, MatType type)
    {
        using var image = new Mat(20, 24, type);
        Cv2.Randu(image, Scalar.All(0), Scalar.All(type.Depth == MatType.CV_16U ? 65535 : 255));
        return image.ImEncode(extension);
    }

    // The smallest baseline JPEG with four components: one-symbol Huffman tables, every coefficient zero, one zero byte
    // per block of 8 x 8.
    internal static byte[] CmykJpeg() =>
    [
        0xFF, 0xD8,
        0xFF, 0xEE, 0, 14, (byte)'A', (byte)'d', (byte)'o', (byte)'b', (byte)'e', 0, 100, 0, 0, 0, 0, 0,
        0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64),
        0xFF, 0xC0, 0, 20, 8, 0, 40, 0, 40, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
        0xFF, 0xC4, 0, 20, 0x00, 1, .. new byte[15], 0,
        0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0,
        0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0, .. new byte[25],
        0xFF, 0xD9,
    ];
}
