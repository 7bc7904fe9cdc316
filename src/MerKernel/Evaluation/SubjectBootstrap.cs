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
        var classes = subjects[0].Classes;
        return Draw([.. subjects.Select(s => s.Counts.ToArray())], scores.Count, resamples, seed, (counts, values) =>
        {
            var pooled = ConfusionMatrix.FromCounts(classes, counts);
            for (var s = 0; s < values.Length; s++) values[s] = scores[s](pooled);
        });
    }

    /// <summary>Adds up the counts of drawn subjects and scores the sum, resample by resample.</summary>
    /// <param name="subjects">A row of counts for each subject.</param>
    /// <param name="scores">Number of scores.</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="score">Takes a sum and fills in its scores.</param>
    internal static ImmutableArray<Interval> Draw(IReadOnlyList<int[]> subjects, int scores, int resamples, int seed, Action<ReadOnlySpan<int>, Span<double>> score)
    {
        var values = new double[scores][];
        for (var s = 0; s < scores; s++) values[s] = new double[resamples];
        var one = new double[scores];
        Resamples.WithReplacement(subjects.Count, resamples, seed).Add(subjects, (r, counts) =>
        {
            score(counts, one);
            for (var s = 0; s < one.Length; s++) values[s][r] = one[s];
        });
        return [.. values.Select(Percentiles)];
    }

    static Interval Percentiles(double[] values) =>
        new(Smallest(values, (int)(0.025 * (values.Length - 1))), Smallest(values, (int)Math.Ceiling(0.975 * (values.Length - 1))));

    // Hoare's selection: what stands at a place if the values were sorted, in a fraction of the time.
    static double Smallest(double[] values, int place)
    {
        var (low, high) = (0, values.Length - 1);
        while (low < high)
        {
            var (pivot, i, j) = (values[low + (high - low) / 2], low, high);
            while (i <= j)
            {
                while (values[i] < pivot) i++;
                while (values[j] > pivot) j--;
                if (i > j) break;
                (values[i], values[j]) = (values[j], values[i]);
                i++;
                j--;
            }
            if (place <= j) high = j;
            else if (place >= i) low = i;
            else break;
        }
        return values[place];
    }
}
