namespace MerKernel.Evaluation;

/// <summary>One score over several seeds.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="Deviation">Standard deviation between seeds (n - 1), or null for a single seed.</param>
/// <param name="Seeds">Number of seeds.</param>
public sealed record SeedSummary(double Mean, double? Deviation, int Seeds)
{
    /// <summary>Summarises a score's values, one for each seed.</summary>
    public static SeedSummary Of(IReadOnlyCollection<double> values)
    {
        var mean = values.Average();
        return new SeedSummary(mean, values.Count < 2 ? null : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1)), values.Count);
    }
}
