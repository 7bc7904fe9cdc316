namespace MerKernel.Data;

/// <summary>The 21 action units of the network's input (paper section 3.3; order from the published code).</summary>
public static class ActionUnits
{
    /// <summary>The FACS numbers in input order.</summary>
    public static readonly ImmutableArray<int> Used =
        [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 20, 23, 24, 25, 26, 28, 45];

    /// <summary>
    /// The binary input vector [21] of a clip: 1 where the unit is active; units outside <see cref="Used"/> are
    /// dropped.
    /// </summary>
    public static float[] ToVector(IEnumerable<ActionUnit> units)
    {
        var vector = new float[Used.Length];
        foreach (var unit in units)
        {
            var index = Used.IndexOf(unit.Number);
            if (index >= 0) vector[index] = 1;
        }
        return vector;
    }
}

/// <summary>The side of the face an action unit was coded on.</summary>
public enum FaceSide
{
    /// <summary>Both sides, or not said.</summary>
    Both,

    /// <summary>Left only (L).</summary>
    Left,

    /// <summary>Right only (R).</summary>
    Right,
}

/// <summary>
/// One coded action unit of the Facial Action Coding System: the number counts, the rest is kept with it.
/// </summary>
/// <param name="Number">FACS number, for example 12.</param>
/// <param name="Side">Side of the face; <see cref="FaceSide.Both"/> where the coder gave none.</param>
/// <param name="Intensity">FACS intensity 'A' to 'E', or null where the coder gave none.</param>
/// <param name="Doubtful">True where the coder marked doubt ('?') or alternatives ('or').</param>
public sealed record ActionUnit(int Number, FaceSide Side = FaceSide.Both, char? Intensity = null,
    bool Doubtful = false);
