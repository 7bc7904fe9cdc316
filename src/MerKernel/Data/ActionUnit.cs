namespace MerKernel.Data;

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

/// <summary>One coded action unit of the Facial Action Coding System: the number counts, the rest is kept with it.</summary>
/// <param name="Number">FACS number, for example 12.</param>
/// <param name="Side">Side of the face; <see cref="FaceSide.Both"/> where the coder gave none.</param>
/// <param name="Intensity">FACS intensity 'A' to 'E', or null where the coder gave none.</param>
/// <param name="Doubtful">True where the coder marked doubt ('?') or alternatives ('or').</param>
public sealed record ActionUnit(int Number, FaceSide Side = FaceSide.Both, char? Intensity = null, bool Doubtful = false);
