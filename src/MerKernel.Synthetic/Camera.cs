using System.Numerics;
using MerKernel.Data;
using OpenCvSharp;

namespace MerKernel.Synthetic;

/// <summary>A data set's recording set-up: frame, crop, noise, and where faces sit.</summary>
/// <param name="Frame">Size of a raw frame.</param>
/// <param name="Crop">The part published as cropped frames; null where only raw frames are published.</param>
/// <param name="Channels">3 for colour, 1 for grey.</param>
/// <param name="Eyes">Usual point midway between the eyes, pixels.</param>
/// <param name="PixelsPerIod">Usual inter-ocular distance, pixels.</param>
/// <param name="Wander">How far faces sit from there, pixels.</param>
/// <param name="Noise">Standard deviation of the sensor's noise, grey levels.</param>
/// <param name="Quality">JPEG quality.</param>
sealed record Camera(Size Frame, Rect? Crop, int Channels, Vector2 Eyes, double PixelsPerIod, double Wander, double Noise, int Quality)
{
    static readonly Camera CasmeII = new(new(640, 480), new Rect(180, 66, 280, 340), 3, new(320, 168), 104, 4, 2.0, 92);
    static readonly Camera Samm = new(new(2040, 1088), null, 1, new(1020, 430), 160, 40, 1.6, 85);

    /// <summary>The set-up of a data set.</summary>
    public static Camera Of(DatasetId dataset) => dataset == DatasetId.CasmeII ? CasmeII : Samm;

    /// <summary>A person takes a seat.</summary>
    public Pose Place(Random random) => new(
        Eyes + new Vector2((float)random.Uniform(-Wander, Wander), (float)random.Uniform(-Wander, Wander)),
        PixelsPerIod * random.Uniform(0.97, 1.03),
        random.Uniform(-0.04, 0.04));
}
