using System.Numerics;

namespace MerKernel.Synthesis;

/// <summary>Where a face stands in the frame: similarity from face coordinates (iod) to pixels.</summary>
/// <param name="Eyes">The point midway between the eyes, pixels.</param>
/// <param name="Iod">Inter-ocular distance, pixels.</param>
/// <param name="Roll">Rotation in the image plane, radians, clockwise on the screen.</param>
readonly record struct Pose(Vector2 Eyes, double Iod, double Roll)
{
    /// <summary>The face coordinates of a pixel.</summary>
    public Vector2 ToFace(Vector2 pixel)
    {
        var d = pixel - Eyes;
        float c = (float)(Math.Cos(Roll) / Iod), s = (float)(Math.Sin(Roll) / Iod);
        return new(c * d.X + s * d.Y, c * d.Y - s * d.X);
    }
}
