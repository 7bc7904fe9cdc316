using CsCheck;
using MerKernel.Data;
using OpenCvSharp;

namespace MerKernel.Reliability.Tests.Fuzz;

/// <summary>Frames from strangers.</summary>
public sealed class ImageFuzzTests(ITestOutputHelper log)
{
    static readonly int[] Progressive = [(int)ImwriteFlags.JpegProgressive, 1];

    [Fact]
    public void Frames()
    {
        using var image = new Mat(20, 24, MatType.CV_8UC3);
        Cv2.Randu(image, Scalar.All(0), Scalar.All(255));
        Fuzzer.Run(Gen.OneOf(Mutations.OfBytes(image.ImEncode(".jpg", Progressive)),
            Mutations.OfBytes(image.ImEncode(".jpg")), Mutations.OfBytes(image.ImEncode(".png")),
            Mutations.OfBytes(image.ImEncode(".bmp"))), bytes =>
            {
                using var decoded = FrameImage.Decode(bytes);
                Assert.True(decoded is null || (long)decoded.Rows * decoded.Cols <= 10_000_000);
            }, 600, 15, log);
    }

    /// <summary>
    /// A PNG's chunk of 24 bytes that promises three gigabytes (found by a nightly run: two seconds), and a JPEG of 4
    /// megapixels with a scan many times over.
    /// </summary>
    [Fact]
    public void Promises_that_cost_seconds_to_keep()
    {
        using var small = new Mat(20, 24, MatType.CV_8UC3, Scalar.All(90));
        var png = small.ImEncode(".png");
        var end = png.AsSpan().LastIndexOf("IEND"u8) - 4;
        byte[] promise = [.. png[..end], 0xCB, 0xFF, 0xFF, 0xFF, .. "tEXt"u8, .. png[end..]];

        using var large = new Mat(2000, 2000, MatType.CV_8UC3, Scalar.All(90));
        var jpeg = large.ImEncode(".jpg", Progressive);
        var scan = jpeg.AsSpan().LastIndexOf<byte>([0xFF, 0xDA]);
        byte[] scans = [.. jpeg[..scan], .. Enumerable.Repeat(jpeg[scan..^2], 2000).SelectMany(s => s), 0xFF, 0xD9];

        using (var decoded = FrameImage.Decode(jpeg)) Assert.Equal(2000, decoded!.Rows);
        Fuzzer.Run(Mutations.One(promise, scans), bytes => Assert.Null(FrameImage.Decode(bytes)), 20, 1, log);
    }
}
