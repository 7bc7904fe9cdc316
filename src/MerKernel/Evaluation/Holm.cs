namespace MerKernel.Evaluation;

/// <summary>Holm's correction for several comparisons at once.</summary>
public static class Holm
{
    /// <summary>Adjusted p-values in the given order: compare each with the level as if it stood alone.</summary>
    public static ImmutableArray<double> Adjust(IReadOnlyList<double> pValues)
    {
        var adjusted = new double[pValues.Count];
        var largest = 0.0;
        var rank = 0;
        foreach (var i in Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]))
        {
            largest = Math.Max(largest, Math.Min(1, (pValues.Count - rank++) * pValues[i]));
            adjusted[i] = largest;
        }
        return [.. adjusted];
    }
}
