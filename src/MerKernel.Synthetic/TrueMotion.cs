using MerKernel.Faces;

namespace MerKernel.Synthetic;

/// <summary>
/// Where the skin of a synthetic clip truly moves: the reference for an explanation. Drift of the head is not part of
/// it.
/// </summary>
public static class TrueMotion
{
    /// <summary>
    /// Size of the skin's displacement at the apex, in inter-ocular distances, for every pixel of a prepared frame,
    /// [size, size]. Cropped frames (CASME II) are placed as they were filmed; raw ones (SAMM) as the alignment places
    /// a mean face.
    /// </summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="options">The options of the synthetic set.</param>
    /// <param name="clip">The clip, one of <see cref="SyntheticSet.Truth"/>.</param>
    /// <param name="size">Side of the prepared frame in pixels.</param>
    public static float[,] Of(DatasetId dataset, SyntheticOptions options, SyntheticClip clip, int size)
    {
        var shape = new FaceShape(Staging.Person(dataset, options, clip.Subject));
        var kernels = clip.Movements.SelectMany(movement => AuKernels.Of(movement, shape)).ToArray();
        var toFace = ToFace(dataset, options, clip, size);
        var motion = new float[size, size];
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
                motion[y, x] = AuKernels.Displacement(kernels, Vector2.Transform(new(x, y), toFace)).Length();
        return motion;
    }

    /// <summary>From pixels of the prepared frame to face coordinates.</summary>
    static Matrix3x2 ToFace(DatasetId dataset, SyntheticOptions options, SyntheticClip clip, int size)
    {
        if (Camera.Of(dataset).Crop is not { } crop)
        {
            var iod = (float)CanonicalFace.InterOcular * size;
            return Matrix3x2.CreateTranslation(-size / 2f, -(float)CanonicalFace.EyeHeight * size)
                * Matrix3x2.CreateScale(1 / iod);
        }
        // Resizing maps pixel centres.
        var toFrame = Matrix3x2.CreateTranslation(0.5f, 0.5f) * Matrix3x2.CreateScale((float)crop.Width / size,
            (float)crop.Height / size)
            * Matrix3x2.CreateTranslation(crop.X - 0.5f, crop.Y - 0.5f);
        return toFrame * Staging.Of(dataset, options, clip).Pose.ToFace();
    }
}
