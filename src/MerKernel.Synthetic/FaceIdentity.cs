using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MerKernel.Synthetic;

/// <summary>
/// One invented person: proportions (1 = the mean face) and colours (BGR, 0 to 255). Lengths are in inter-ocular
/// distances (iod).
/// </summary>
sealed record FaceIdentity
{
    /// <summary>Width of the jaw.</summary>
    public required double JawWidth { get; init; }

    /// <summary>Height of the jaw.</summary>
    public required double JawHeight { get; init; }

    /// <summary>Shift of the brows, positive down, iod.</summary>
    public required double BrowShift { get; init; }

    /// <summary>Thickness of the brows, iod.</summary>
    public required double BrowThickness { get; init; }

    /// <summary>Opening of the eyes.</summary>
    public required double EyeOpening { get; init; }

    /// <summary>Width of the nose.</summary>
    public required double NoseWidth { get; init; }

    /// <summary>Length of the nose.</summary>
    public required double NoseLength { get; init; }

    /// <summary>Width of the mouth.</summary>
    public required double MouthWidth { get; init; }

    /// <summary>Shift of the mouth, positive down, iod.</summary>
    public required double MouthShift { get; init; }

    /// <summary>Thickness of the lips.</summary>
    public required double LipThickness { get; init; }

    /// <summary>Top of the skull, iod above the eyes (negative).</summary>
    public required double SkullTop { get; init; }

    /// <summary>Height of the hairline, iod (negative).</summary>
    public required double Hairline { get; init; }

    /// <summary>How far the hair falls next to the face, iod.</summary>
    public required double HairLength { get; init; }

    /// <summary>Where the hair parts, iod from the middle.</summary>
    public required double Parting { get; init; }

    /// <summary>Strength of wrinkles, 0 to 1.</summary>
    public required double Age { get; init; }

    /// <summary>Strength of the beard's shadow, 0 to 1.</summary>
    public required double Stubble { get; init; }

    /// <summary>
    /// How far the lips' line lies below their corners' usual height, iod; more is more of a smile at rest.
    /// </summary>
    public required double MouthCurve { get; init; }

    /// <summary>How much lower the fringe hangs at the temples than at the parting, iod.</summary>
    public required double FringeDrop { get; init; }

    /// <summary>Direction of the light, towards the lamp (x right, y down, z to the camera), unit length.</summary>
    public required (double X, double Y, double Z) Light { get; init; }

    /// <summary>Skin colour.</summary>
    public required Bgr Skin { get; init; }

    /// <summary>Hair and brow colour.</summary>
    public required Bgr Hair { get; init; }

    /// <summary>Iris colour.</summary>
    public required Bgr Iris { get; init; }

    /// <summary>Lip colour.</summary>
    public required Bgr Lips { get; init; }

    /// <summary>Colour of the clothes.</summary>
    public required Bgr Clothes { get; init; }

    /// <summary>Colour of the wall behind.</summary>
    public required Bgr Background { get; init; }

    /// <summary>Seed of everything finer: skin texture, strands of hair.</summary>
    public required int TextureSeed { get; init; }

    static readonly Bgr[] HairColours = [new(22, 24, 28), new(30, 38, 52), new(38, 58, 88), new(60, 92, 128),
        new(26, 30, 40)];
    static readonly Bgr[] IrisColours = [new(30, 48, 72), new(40, 62, 92), new(96, 104, 72), new(120, 100, 70)];

    /// <summary>Draws a person from a seed; the same seed gives the same person.</summary>
    public static FaceIdentity Draw(int seed)
    {
        var random = new Random(seed);
        var skin = Bgr.Lerp(new(52, 82, 130), new(165, 190, 228), random.Uniform(0.25, 1));
        var longHair = random.NextDouble() < 0.5;
        return new FaceIdentity
        {
            JawWidth = random.Uniform(0.93, 1.07),
            JawHeight = random.Uniform(0.95, 1.06),
            BrowShift = random.Uniform(-0.05, 0.04),
            BrowThickness = random.Uniform(0.07, 0.105),
            EyeOpening = random.Uniform(0.9, 1.5),
            NoseWidth = random.Uniform(0.85, 1.2),
            NoseLength = random.Uniform(0.94, 1.06),
            MouthWidth = random.Uniform(0.88, 1.12),
            MouthShift = random.Uniform(-0.04, 0.05),
            LipThickness = random.Uniform(0.8, 1.25),
            SkullTop = random.Uniform(-1.3, -1.05),
            Hairline = random.Uniform(-1.1, -0.75),
            HairLength = longHair ? random.Uniform(1.2, 2.2) : random.Uniform(0, 0.35),
            Parting = random.Uniform(-0.5, 0.5),
            Age = random.NextDouble(),
            Stubble = longHair ? 0 : random.Uniform(0, 1),
            MouthCurve = random.Uniform(0.015, 0.055),
            FringeDrop = random.Uniform(0.05, 0.4),
            Light = Direction(random.Uniform(-0.4, 0.4), random.Uniform(-0.55, -0.15), 1),
            Skin = skin,
            Hair = HairColours[random.Next(HairColours.Length)] * random.Uniform(0.8, 1.25),
            Iris = IrisColours[random.Next(IrisColours.Length)],
            Lips = Bgr.Lerp(skin, new(92, 84, 178), random.Uniform(0.35, 0.65)),
            Clothes = new(random.Uniform(40, 190), random.Uniform(40, 190), random.Uniform(40, 190)),
            Background = new Bgr(150, 152, 150) * random.Uniform(0.75, 1.25),
            TextureSeed = random.Next(),
        };
    }

    static (double, double, double) Direction(double x, double y, double z)
    {
        var length = Math.Sqrt(x * x + y * y + z * z);
        return (x / length, y / length, z / length);
    }
}

/// <summary>
/// The 68 facial points of a person at rest, in inter-ocular distances, origin midway between the eyes, y down.
/// Order as in the iBUG 300-W scheme: 0-16 jaw, 17-26 brows, 27-35 nose, 36-47 eyes, 48-67 mouth; "left" is the image's
/// left.
/// </summary>
sealed class FaceShape
{
    // Half of the mean face and its middle; the other half is its mirror image.
    static readonly Vector2[] Mean =
    [
        new(-1.14f, 0.07f), new(-1.13f, 0.38f), new(-1.09f, 0.68f), new(-1.05f, 0.99f), new(-0.95f, 1.29f),
        new(-0.78f, 1.53f),
        new(-0.55f, 1.75f), new(-0.29f, 1.93f), new(0, 1.98f), new(0.29f, 1.93f), new(0.55f, 1.75f), new(0.78f, 1.53f),
        new(0.95f, 1.29f), new(1.05f, 0.99f), new(1.09f, 0.68f), new(1.13f, 0.38f), new(1.14f, 0.07f),
        new(-0.92f, -0.17f), new(-0.79f, -0.31f), new(-0.6f, -0.37f), new(-0.39f, -0.35f), new(-0.2f, -0.27f),
        new(0.2f, -0.27f), new(0.39f, -0.35f), new(0.6f, -0.37f), new(0.79f, -0.31f), new(0.92f, -0.17f),
        new(0, -0.04f), new(0, 0.15f), new(0, 0.35f), new(0, 0.55f),
        new(-0.24f, 0.69f), new(-0.13f, 0.74f), new(0, 0.77f), new(0.13f, 0.74f), new(0.24f, 0.69f),
        new(-0.69f, 0.01f), new(-0.57f, -0.06f), new(-0.43f, -0.06f), new(-0.31f, 0.02f), new(-0.43f, 0.04f),
        new(-0.57f, 0.04f),
        new(0.31f, 0.02f), new(0.43f, -0.06f), new(0.57f, -0.06f), new(0.69f, 0.01f), new(0.57f, 0.04f),
        new(0.43f, 0.04f),
        new(-0.47f, 1.08f), new(-0.3f, 1.01f), new(-0.13f, 0.98f), new(0, 1.01f), new(0.13f, 0.98f), new(0.3f, 1.01f),
        new(0.47f, 1.08f),
        new(0.3f, 1.25f), new(0.13f, 1.32f), new(0, 1.34f), new(-0.13f, 1.32f), new(-0.3f, 1.25f),
        new(-0.4f, 1.1f), new(-0.13f, 1.07f), new(0, 1.08f), new(0.13f, 1.07f), new(0.4f, 1.1f), new(0.13f, 1.18f),
        new(0, 1.2f), new(-0.13f, 1.18f),
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

/// <summary>Seeds by purpose, and the few distributions the faces need.</summary>
static class RandomExtensions
{
    /// <summary>
    /// A generator for one purpose: independent of every other purpose, whatever is drawn there and in which order.
    /// </summary>
    public static Random For(int seed, params ReadOnlySpan<string> purpose) => new(Seed(seed, purpose));

    /// <summary>A seed for one purpose.</summary>
    public static int Seed(int seed, params ReadOnlySpan<string> purpose)
    {
        var text = $"{seed}/{string.Join('/', purpose)}";
        return BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) & int.MaxValue;
    }

    public static double Uniform(this Random random, double low, double high) =>
        low + (high - low) * random.NextDouble();

    /// <summary>A standard normal draw (Box and Muller).</summary>
    public static double Gaussian(this Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Draws an item with probability proportional to its weight.</summary>
    public static T Pick<T>(this Random random, IReadOnlyList<(T Item, double Weight)> items)
    {
        var left = random.NextDouble() * items.Sum(i => i.Weight);
        foreach (var (item, weight) in items)
            if ((left -= weight) < 0) return item;
        return items[^1].Item;
    }
}
