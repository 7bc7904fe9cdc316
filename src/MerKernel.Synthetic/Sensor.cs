using OpenCvSharp;

namespace MerKernel.Synthetic;

/// <summary>A camera's noise: one seeded field, larger than a frame, of which every frame takes another cutting.</summary>
sealed class Sensor : IDisposable
{
    const int Spare = 160;
    readonly Mat _field;

    /// <summary>Fills the field with Gaussian noise of standard deviation <paramref name="sigma"/> grey levels.</summary>
    public Sensor(Size frame, int channels, double sigma, int seed)
    {
        // Our own generator: OpenCV's would tie the bytes to its version and thread.
        var random = new Random(seed);
        var table = new byte[4096];
        for (var i = 0; i < table.Length; i++) table[i] = (byte)Math.Clamp(Math.Round(128 + sigma * random.Gaussian()), 0, 255);
        var values = new byte[(frame.Width + Spare) * (frame.Height + Spare) * channels];
        for (var i = 0; i < values.Length; i++) values[i] = table[random.Next(table.Length)];
        using var wrapped = Mat.FromPixelData(frame.Height + Spare, frame.Width + Spare, MatType.CV_8UC(channels), values);
        _field = wrapped.Clone();
    }

    /// <summary>Exposes a window of the frame in place: brightness, then noise. The cutting depends on <paramref name="seed"/> alone.</summary>
    public void Expose(Mat image, Point corner, double gain, int seed)
    {
        var random = new Random(seed);
        var cutting = new Rect(corner.X + random.Next(Spare), corner.Y + random.Next(Spare), image.Width, image.Height);
        using var noise = new Mat(_field, cutting);
        Cv2.AddWeighted(image, gain, noise, 1, -128, image);
    }

    public void Dispose() => _field.Dispose();
}
