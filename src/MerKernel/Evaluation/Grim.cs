namespace MerKernel.Evaluation;

/// <summary>
/// GRIM-style consistency test (after Brown and Heathers, 2017): a share of n clips can only be k/n, so a printed
/// accuracy can be impossible for a given n. Conclusive only where n is small against the printed digits;
/// <see cref="ShareOfPossibleValues"/> says how small.
/// </summary>
public static class Grim
{
    /// <summary>
    /// The k for which k/total prints as the value, rounded if possible, else cut off; null if there is none.
    /// </summary>
    /// <param name="printed">The value with its printed digits (94.350 claims more than 94.35).</param>
    /// <param name="total">The n in question.</param>
    /// <param name="unit">The printed value of one whole: 100 for percent, 1 for a fraction.</param>
    public static GrimMatch? Match(decimal printed, int total, decimal unit = 100)
    {
        var step = Step(printed);
        var nearest = (int)Math.Round(printed / unit * total);
        foreach (var k in (int[])[nearest, nearest - 1, nearest + 1])
            if (InRange(k) && Math.Abs(unit * k / total - printed) <= step / 2)
                return new GrimMatch(k, total, GrimRounding.Rounded);
        foreach (var k in (int[])[nearest, nearest - 1, nearest + 1])
            if (InRange(k) && unit * k / total - printed is >= 0 and var rest && rest < step)
                return new GrimMatch(k, total, GrimRounding.Cut);
        return null;

        bool InRange(int k) => k >= 0 && k <= total;
    }

    /// <summary>Every n between the bounds for which the value is possible.</summary>
    public static IEnumerable<GrimMatch> Matches(decimal printed, int minimum, int maximum, decimal unit = 100) =>
        Enumerable.Range(minimum, maximum - minimum + 1).Select(n => Match(printed, n, unit)).OfType<GrimMatch>();

    /// <summary>
    /// The share of all values with these digits that some k/total rounds to: how often an arbitrary number would pass.
    /// At 1 the test says nothing.
    /// </summary>
    public static double ShareOfPossibleValues(decimal printed, int total, decimal unit = 100) =>
        Math.Min(1, (total + 1) / ((double)(unit / Step(printed)) + 1));

    static decimal Step(decimal printed) => new(1, 0, 0, false, printed.Scale);
}

/// <summary>A ratio that prints as the value in question.</summary>
/// <param name="Correct">Numerator, for example clips predicted correctly.</param>
/// <param name="Total">Denominator, for example clips scored.</param>
/// <param name="Rounding">How it prints so.</param>
public sealed record GrimMatch(int Correct, int Total, GrimRounding Rounding);

/// <summary>How a ratio became its printed digits.</summary>
public enum GrimRounding
{
    /// <summary>Rounded to the nearest (either way at a half).</summary>
    Rounded,

    /// <summary>Cut off after the last printed digit.</summary>
    Cut,
}
