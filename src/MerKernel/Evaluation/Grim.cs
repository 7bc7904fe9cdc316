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
        var exact = printed / unit * total;
        return Every(printed, total, unit).OrderBy(m => m.Rounding).ThenBy(m => Math.Abs(m.Correct - exact))
            .FirstOrDefault();
    }

    /// <summary>Every k for which k/total prints as the value; several where its digits are coarse.</summary>
    /// <param name="printed">The value with its printed digits.</param>
    /// <param name="total">The n in question.</param>
    /// <param name="unit">The printed value of one whole: 100 for percent, 1 for a fraction.</param>
    public static IEnumerable<GrimMatch> Every(decimal printed, int total, decimal unit = 100)
    {
        var step = Step(printed);
        var (low, high) = (Math.Max(0, Math.Floor((printed - step) / unit * total)),
            Math.Min(total, Math.Ceiling((printed + step) / unit * total)));
        for (var k = (int)low; k <= high; k++)
        {
            var rest = unit * k / total - printed;
            if (Math.Abs(rest) <= step / 2) yield return new(k, total, GrimRounding.Rounded);
            else if (rest >= 0 && rest < step) yield return new(k, total, GrimRounding.Cut);
        }
    }

    /// <summary>Every n between the bounds for which the value is possible.</summary>
    public static IEnumerable<GrimMatch> Matches(decimal printed, int minimum, int maximum, decimal unit = 100) =>
        Enumerable.Range(minimum, maximum - minimum + 1).Select(n => Match(printed, n, unit)).OfType<GrimMatch>();

    /// <summary>
    /// The share of all percentages with these digits that some k/n prints as, for an n among the totals: how often an
    /// arbitrary number would pass. At 1 the test says nothing.
    /// </summary>
    /// <param name="printed">A percentage with these digits.</param>
    /// <param name="rounding">Whether a share that prints so only when it is cut off counts too.</param>
    /// <param name="totals">The totals.</param>
    public static double ShareOfPossibleValues(decimal printed, GrimRounding rounding,
        params IReadOnlyCollection<int> totals)
    {
        var step = Step(printed);
        var values = (int)(100 / step) + 1;
        return (double)Enumerable.Range(0, values).Count(i => totals.Any(n =>
            Match(i * step, n) is { } match && match.Rounding <= rounding)) / values;
    }

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
