using System.Numerics;

namespace MerKernel.Synthetic;

/// <summary>Where a face stands in the frame: similarity from face coordinates (iod) to pixels.</summary>
/// <param name="Eyes">The point midway between the eyes, pixels.</param>
/// <param name="Iod">Inter-ocular distance, pixels.</param>
/// <param name="Roll">Rotation in the image plane, radians, clockwise on the screen.</param>
readonly record struct Pose(Vector2 Eyes, double Iod, double Roll)
{
    /// <summary>From pixels to face coordinates.</summary>
    public Matrix3x2 ToFace() =>
        Matrix3x2.CreateTranslation(-Eyes) * Matrix3x2.CreateRotation(-(float)Roll) * Matrix3x2.CreateScale((float)(1 / Iod));
}
