namespace MerKernel.Evaluation;

/// <summary>
/// Intervals by drawing subjects with replacement: clips of one subject are alike, so subjects and not clips are the unit that was sampled.
/// Percentile intervals; with fewer than about ten subjects they are too narrow.
/// </summary>
public static class SubjectBootstrap
{
    /// <summary>The 95 % interval of each score of the pooled matrix; all scores see the same resamples.</summary>
    /// <param name="subjects">One confusion matrix for each subject.</param>
    /// <param name="scores">The scores, for example <see cref="Metrics.UF1"/>.</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed of the draws; the same seed gives the same intervals.</param>
    public static ImmutableArray<Interval> Of(
        IReadOnlyList<ConfusionMatrix> subjects, IReadOnlyList<Func<ConfusionMatrix, double>> scores, int resamples = 10_000, int seed = 1)
    {
        var random = new Random(seed);
        var counts = new int[subjects[0].Counts.Length];
        var values = scores.Select(_ => new double[resamples]).ToArray();
        for (var r = 0; r < resamples; r++)
        {
            Array.Clear(counts);
            for (var s = 0; s < subjects.Count; s++)
            {
                var drawn = subjects[random.Next(subjects.Count)].Counts;
                for (var i = 0; i < counts.Length; i++) counts[i] += drawn[i];
            }
            var pooled = ConfusionMatrix.FromCounts(subjects[0].Classes, counts);
            for (var s = 0; s < values.Length; s++) values[s][r] = scores[s](pooled);
        }
        return [.. values.Select(Percentiles)];
    }

    static Interval Percentiles(double[] values)
    {
        Array.Sort(values);
        return new Interval(values[(int)(0.025 * (values.Length - 1))], values[(int)Math.Ceiling(0.975 * (values.Length - 1))]);
    }
}
