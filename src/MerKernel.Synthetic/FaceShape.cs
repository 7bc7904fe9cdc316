using System.Numerics;

namespace MerKernel.Synthetic;

/// <summary>
/// The 68 facial points of a person at rest, in inter-ocular distances, origin midway between the eyes, y down.
/// Order as in the iBUG 300-W scheme: 0-16 jaw, 17-26 brows, 27-35 nose, 36-47 eyes, 48-67 mouth; "left" is the image's left.
/// </summary>
public sealed class FaceShape
{
    // Half of the mean face and its middle; the other half is its mirror image.
    static readonly Vector2[] Mean =
    [
        new(-1.14f, 0.07f), new(-1.13f, 0.38f), new(-1.09f, 0.68f), new(-1.05f, 0.99f), new(-0.95f, 1.29f), new(-0.78f, 1.53f),
        new(-0.55f, 1.75f), new(-0.29f, 1.93f), new(0, 1.98f), new(0.29f, 1.93f), new(0.55f, 1.75f), new(0.78f, 1.53f),
        new(0.95f, 1.29f), new(1.05f, 0.99f), new(1.09f, 0.68f), new(1.13f, 0.38f), new(1.14f, 0.07f),
        new(-0.92f, -0.17f), new(-0.79f, -0.31f), new(-0.6f, -0.37f), new(-0.39f, -0.35f), new(-0.2f, -0.27f),
        new(0.2f, -0.27f), new(0.39f, -0.35f), new(0.6f, -0.37f), new(0.79f, -0.31f), new(0.92f, -0.17f),
        new(0, -0.04f), new(0, 0.15f), new(0, 0.35f), new(0, 0.55f),
        new(-0.24f, 0.69f), new(-0.13f, 0.74f), new(0, 0.77f), new(0.13f, 0.74f), new(0.24f, 0.69f),
        new(-0.69f, 0.01f), new(-0.57f, -0.06f), new(-0.43f, -0.06f), new(-0.31f, 0.02f), new(-0.43f, 0.04f), new(-0.57f, 0.04f),
        new(0.31f, 0.02f), new(0.43f, -0.06f), new(0.57f, -0.06f), new(0.69f, 0.01f), new(0.57f, 0.04f), new(0.43f, 0.04f),
        new(-0.47f, 1.08f), new(-0.3f, 1.01f), new(-0.13f, 0.98f), new(0, 1.01f), new(0.13f, 0.98f), new(0.3f, 1.01f), new(0.47f, 1.08f),
        new(0.3f, 1.25f), new(0.13f, 1.32f), new(0, 1.34f), new(-0.13f, 1.32f), new(-0.3f, 1.25f),
        new(-0.4f, 1.1f), new(-0.13f, 1.07f), new(0, 1.08f), new(0.13f, 1.07f), new(0.4f, 1.1f), new(0.13f, 1.18f), new(0, 1.2f), new(-0.13f, 1.18f),
    ];

    const float MouthLine = 1.08f, EyeLine = 0.01f;

    readonly Vector2[] _points;

    /// <summary>The points of a person.</summary>
    public FaceShape(FaceIdentity identity) =>
        _points = [.. Mean.Select((p, i) => Adapt(p, i, identity))];

    /// <summary>Point <paramref name="index"/> of 68.</summary>
    public Vector2 this[int index] => _points[index];

    /// <summary>The points with numbers <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public Vector2[] Range(int first, int last) => _points[first..(last + 1)];

    static Vector2 Adapt(Vector2 p, int index, FaceIdentity f) => index switch
    {
        <= 16 => new((float)(p.X * f.JawWidth), (float)(p.Y * f.JawHeight)),
        <= 26 => new(p.X, (float)(p.Y + f.BrowShift)),
        <= 35 => new((float)(p.X * f.NoseWidth), (float)(p.Y * f.NoseLength)),
        <= 47 => new(p.X, (float)(EyeLine + (p.Y - EyeLine) * f.EyeOpening)),
        _ => new((float)(p.X * f.MouthWidth), (float)(MouthLine + (p.Y - MouthLine) * f.LipThickness + f.MouthShift)),
    };
}
