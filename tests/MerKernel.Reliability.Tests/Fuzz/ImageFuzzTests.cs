using CsCheck;
using MerKernel.Data;
using OpenCvSharp;
using Xunit.Abstractions;

namespace MerKernel.Reliability.Tests.Fuzz;

/// <summary>Frames from strangers.</summary>
public sealed class ImageFuzzTests(ITestOutputHelper log)
{
    [Fact]
    public void Frames()
    {
        using var image = new Mat(20, 24, MatType.CV_8UC3);
        Cv2.Randu(image, Scalar.All(0), Scalar.All(255));
        Fuzzer.Run(Gen.OneOf(Mutations.OfBytes(image.ImEncode(".jpg")), Mutations.OfBytes(image.ImEncode(".png")), Mutations.OfBytes(image.ImEncode(".bmp"))), bytes =>
        {
            using var decoded = FrameImage.Decode(bytes);
            Assert.True(decoded is null || (long)decoded.Rows * decoded.Cols <= 10_000_000);
        }, 600, 15, log);
    }
}
