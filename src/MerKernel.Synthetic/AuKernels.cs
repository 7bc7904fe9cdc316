namespace MerKernel.Synthetic;

/// <summary>
/// How each action unit moves the skin: Gaussian displacement kernels around facial points, after the descriptions of
/// FACS.
/// </summary>
static class AuKernels
{
    /// <summary>
    /// One kernel: where, in which direction (unit length; image-left side), how wide (iod), how strong.
    /// </summary>
    public readonly record struct Kernel(Vector2 Centre, Vector2 Direction, float Sigma, float Weight);

    sealed record Rule(Func<FaceShape, Vector2> At, Vector2 Direction, float Sigma, float Weight);

    static readonly Vector2 Up = new(0, -1), Down = new(0, 1);

    static readonly Dictionary<int, Rule[]> Rules = new()
    {
        [1] = [At(21, Up, .20f, 1), At(20, Up, .20f, .4f)],
        [2] = [At(17, Up, .22f, 1), At(18, Up, .22f, 1)],
        [4] = [At(20, new(.55f, .85f), .20f, 1), At(21, new(.55f, .85f), .20f, 1), At(19, new(.2f, .5f), .18f, .4f)],
        [5] = [At(37, Up, .10f, 1), At(38, Up, .10f, 1)],
        [6] = [At(-.62f, .42f, new(.15f, -1), .26f, 1), At(-.95f, .1f, new(.5f, -.1f), .16f, .5f)],
        [7] = [At(40, Up, .10f, .9f), At(41, Up, .10f, .9f), At(37, Down, .09f, .35f), At(38, Down, .09f, .35f)],
        [9] = [At(-.17f, .30f, new(.1f, -1), .17f, 1), At(31, Up, .16f, .9f), At(21, new(.2f, .6f), .15f, .5f)],
        [10] = [At(49, Up, .16f, 1), At(50, Up, .16f, 1), At(-.36f, .80f, Up, .18f, .6f)],
        [12] = [At(48, new(-.75f, -.66f), .24f, 1), At(-.60f, .75f, new(-.3f, -.7f), .24f, .5f)],
        [14] = [At(48, new(-.95f, .05f), .15f, 1)],
        [15] = [At(48, new(-.2f, 1), .18f, 1)],
        [16] = [At(58, Down, .16f, 1), At(57, Down, .16f, 1)],
        [17] = [At(57, Up, .26f, 1), At(58, Up, .26f, 1), At(8, Up, .26f, 1)],
        [18] = [At(48, new(.95f, -.1f), .22f, 1)],
        [20] = [At(48, new(-1, .15f), .25f, 1)],
        [23] = [At(48, new(.9f, 0), .20f, .8f), At(50, Down, .12f, .5f), At(51, Down, .12f, .5f), At(57, Up, .12f, .5f),
            At(58, Up, .12f, .5f)],
        [24] = [At(50, Down, .14f, .7f), At(51, Down, .14f, .7f), At(57, Up, .14f, .7f), At(58, Up, .14f, .7f)],
        [25] = [At(57, Down, .16f, .9f), At(58, Down, .16f, .9f), At(50, Up, .12f, .4f), At(51, Up, .12f, .4f)],
        [26] = [At(7, Down, .38f, 1), At(8, Down, .38f, 1), At(57, Down, .38f, 1)],
        [28] = [At(50, Down, .12f, .8f), At(51, Down, .12f, .8f), At(57, Up, .14f, 1), At(58, Up, .14f, 1)],
        [38] = [At(31, new(-1, -.1f), .10f, 1)],
        [39] = [At(31, new(1, .1f), .10f, 1)],
        [43] = [At(37, Down, .09f, 1), At(38, Down, .09f, 1)],
        [45] = [At(37, Down, .09f, 1), At(38, Down, .09f, 1)],
    };

    /// <summary>The action units the faces can perform.</summary>
    public static IReadOnlyCollection<int> Known => Rules.Keys;

    /// <summary>
    /// The kernels of a movement on a face, both sides mirrored unless it is one-sided; weights are in iod.
    /// </summary>
    public static IEnumerable<Kernel> Of(AuMovement movement, FaceShape shape)
    {
        foreach (var rule in Rules[movement.Number])
        {
            var direction = Vector2.Normalize(rule.Direction);
            var left = new Kernel(rule.At(shape), direction, rule.Sigma, rule.Weight * (float)movement.Peak);
            var middle = Math.Abs(left.Centre.X) < 0.01f;
            if (middle) left = left with { Centre = new(0, left.Centre.Y) };
            // The person's right side is the image's left.
            if (middle || movement.Side != FaceSide.Left) yield return left;
            if (!middle && movement.Side != FaceSide.Right)
                yield return left with { Centre = left.Centre.Mirror(), Direction = direction.Mirror() };
        }
    }

    /// <summary>
    /// The displacement of the skin at a place: the weighted kernels, their sum held at the strongest where they
    /// overlap.
    /// </summary>
    public static Vector2 Displacement(IReadOnlyList<Kernel> kernels, Vector2 place)
    {
        var sum = Vector2.Zero;
        var total = 0f;
        foreach (var kernel in kernels)
        {
            var weight = MathF.Exp(-(place - kernel.Centre).LengthSquared() / (2 * kernel.Sigma * kernel.Sigma));
            sum += weight * kernel.Weight * kernel.Direction;
            total += weight;
        }
        return sum / Math.Max(1, total);
    }

    /// <summary>
    /// Where the skin now seen at a place came from, relative to it: u(x) with u = D(x - u), three fixed-point steps.
    /// </summary>
    public static Vector2 Backward(IReadOnlyList<Kernel> kernels, Vector2 place)
    {
        var u = Vector2.Zero;
        for (var step = 0; step < 3; step++) u = Displacement(kernels, place - u);
        return u;
    }

    static Rule At(int landmark, Vector2 direction, float sigma, float weight) =>
        new(shape => shape[landmark], direction, sigma, weight);

    static Rule At(float x, float y, Vector2 direction, float sigma, float weight) =>
        new(_ => new(x, y), direction, sigma, weight);
}

/// <summary>An action unit as the face truly performs it, whether or not the sheet codes it.</summary>
/// <param name="Number">FACS number.</param>
/// <param name="Side">The person's own side; their right is the image's left.</param>
/// <param name="Peak">
/// Largest displacement at the apex, in inter-ocular distances (0.016 is 1 px in a 224 px face crop).
/// </param>
public sealed record AuMovement(int Number, FaceSide Side, double Peak);

/// <summary>How coders write action units: the plain way, and the odd cells of the real sheets.</summary>
static class AuNotation
{
    /// <summary>
    /// An odd cell of the real sheets, the units it names, a face's movement for it, and the emotions it may carry.
    /// </summary>
    public sealed record Odd(string Code, int[] Units, (int Number, FaceSide Side)[] Performed, string CasmeII,
        string Samm);

    /// <summary>One cell of every kind that was seen in the real sheets.</summary>
    public static readonly ImmutableArray<Odd> All =
    [
        new("4+7+L10", [4, 7, 10], [(4, FaceSide.Both), (7, FaceSide.Both), (10, FaceSide.Left)], "disgust", "Anger"),
        new("R6A+R12", [6, 12], [(6, FaceSide.Right), (12, FaceSide.Right)], "happiness", "Happiness"),
        new("(R6 or R12)+R15", [6, 12, 15], [(12, FaceSide.Right), (15, FaceSide.Right)], "repression", "Other"),
        new("ref(7B)+43", [7, 43], [(7, FaceSide.Both), (43, FaceSide.Both)], "others", "Other"),
        new("10A/B", [10], [(10, FaceSide.Both)], "disgust", "Anger"),
        new("A/L12", [12], [(12, FaceSide.Left)], "happiness", "Happiness"),
        new("T18+39", [18, 39], [(18, FaceSide.Both), (39, FaceSide.Both)], "others", "Other"),
        new("R14A or 17A or 24A", [14, 17, 24], [(14, FaceSide.Right)], "repression", "Contempt"),
        new("R14+17+soft focus", [14, 17], [(14, FaceSide.Right), (17, FaceSide.Both)], "others", "Contempt"),
        new("14?", [14], [(14, FaceSide.Both)], "others", "Contempt"),
    ];

    /// <summary>
    /// The plain cell: numbers in order joined by '+', the side before, an intensity after where the coder gave one.
    /// </summary>
    public static string Write(IEnumerable<(int Number, FaceSide Side, char? Intensity)> units) =>
        string.Join('+', units.Select(u => $"{Prefix(u.Side)}{u.Number}{u.Intensity}"));

    static string Prefix(FaceSide side) => side switch { FaceSide.Left => "L", FaceSide.Right => "R", _ => "" };
}
