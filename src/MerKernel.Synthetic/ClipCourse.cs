namespace MerKernel.Synthetic;

/// <summary>
/// How a clip unfolds: the movement's growth and decay, the head's drift and the lamp's, as functions of the frame.
/// </summary>
sealed class ClipCourse
{
    readonly int _onset, _apex, _offset;
    readonly double _remains, _skew;
    readonly (double Amplitude, double Rate, double Phase)[] _waves;

    public ClipCourse(int onset, int apex, int offset, Random random, double headDrift = 1)
    {
        (_onset, _apex, _offset) = (onset, apex, offset);
        _remains = random.Uniform(0, 0.25);
        _skew = random.Uniform(0.8, 1.3);
        var wavelength = Math.Max(20, offset - onset);
        _waves = [.. Amplitudes.Select((a, i) => ((i == Lamp ? a : headDrift * a) * random.Gaussian(),
            2 * Math.PI * random.Uniform(0.3, 1) / wavelength, random.Uniform(0, 2 * Math.PI)))];
    }

    // Right, down (iod), roll (radians), lamp (relative).
    static readonly double[] Amplitudes = [0.0035, 0.0035, 0.0015, 0.006];

    const int Lamp = 3;

    /// <summary>
    /// Strength of the movement: 0 at the onset, rising to 1 at the apex, falling to a small rest at the offset.
    /// </summary>
    public double Activation(int frame)
    {
        if (frame <= _onset) return 0;
        if (frame <= _apex) return Ease(Math.Pow((frame - _onset) / (double)(_apex - _onset), _skew));
        if (frame >= _offset) return _remains;
        return _remains + (1 - _remains) * (1 - Ease((frame - _apex) / (double)(_offset - _apex)));
    }

    /// <summary>The head's drift since the onset.</summary>
    public HeadDrift Drift(int frame) => new(Wave(0, frame), Wave(1, frame), Wave(2, frame));

    /// <summary>The lamp's brightness relative to the onset.</summary>
    public double Gain(int frame) => 1 + Wave(Lamp, frame);

    double Wave(int index, int frame)
    {
        var (amplitude, rate, phase) = _waves[index];
        return amplitude * (Math.Sin(rate * (frame - _onset) + phase) - Math.Sin(phase));
    }

    static double Ease(double t) => t * t * (3 - 2 * t);
}

/// <summary>Where a face is in the frame: similarity from face coordinates (iod) to pixels.</summary>
/// <param name="Eyes">The point midway between the eyes, pixels.</param>
/// <param name="Iod">Inter-ocular distance, pixels.</param>
/// <param name="Roll">Rotation in the image plane, radians, clockwise on the screen.</param>
readonly record struct Pose(Vector2 Eyes, double Iod, double Roll)
{
    /// <summary>From pixels to face coordinates.</summary>
    public Matrix3x2 ToFace() =>
        Matrix3x2.CreateTranslation(-Eyes) * Matrix3x2.CreateRotation(-(float)Roll)
            * Matrix3x2.CreateScale((float)(1 / Iod));
}

/// <summary>How far the head has moved since the clip began: slow, small, unrelated to the expression.</summary>
/// <param name="X">To the image's right, iod.</param>
/// <param name="Y">Down, iod.</param>
/// <param name="Roll">Clockwise on the screen, radians.</param>
readonly record struct HeadDrift(double X, double Y, double Roll);

/// <summary>An ellipse around the head with a soft rim: the region of the head, in face coordinates.</summary>
static class HeadRegion
{
    /// <summary>Beyond this many radii nothing belongs to the head.</summary>
    public const float Reach = 1.4f;

    public static readonly Vector2 Centre = new(0, 0.4f), Radius = new(1.3f, 1.75f);

    /// <summary>1 on the head, falling smoothly to 0 at <see cref="Reach"/> radii.</summary>
    public static float Weight(Vector2 face)
    {
        var t = Math.Clamp((Reach - ((face - Centre) / Radius).Length()) / (Reach - 1), 0, 1);
        return t * t * (3 - 2 * t);
    }
}
