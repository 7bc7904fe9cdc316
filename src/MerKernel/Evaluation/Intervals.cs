using System.Numerics;

namespace MerKernel.Evaluation;

/// <summary>A 95 % interval.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public sealed record Interval(double Low, double High)
{
    /// <summary>
    /// Of a mean, by Student's t: for a handful of values that are independent, such as one for each network.
    /// </summary>
    /// <param name="values">At least two values.</param>
    public static Interval OfMean(IReadOnlyCollection<double> values)
    {
        if (values.Count < 2)
            throw new ArgumentException($"The interval of a mean needs two values, and there came {values.Count}.",
                nameof(values));
        var mean = values.Average();
        var reach = StudentT.Quantile(0.975, values.Count - 1)
            * Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count);
        return new(mean - reach, mean + reach);
    }
}

/// <summary>Student's t distribution.</summary>
static class StudentT
{
    /// <summary>The value that a share of the distribution lies below.</summary>
    /// <param name="share">Above 0.5 and below 1.</param>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    public static double Quantile(double share, int freedom)
    {
        // t = sqrt(n) tan(a) turns the density into cos^(n-1): smooth on a bounded range, so Simpson's rule is exact to
        // many digits.
        const int Steps = 2000;
        double Area(double to) => Enumerable.Range(0, Steps + 1)
            .Sum(i => (i == 0 || i == Steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Pow(Math.Cos(to * i / Steps), freedom - 1))
            * to / Steps / 3;
        var half = Area(Math.PI / 2);
        var (low, high) = (0.0, Math.PI / 2);
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            if (0.5 + 0.5 * Area(middle) / half < share) low = middle;
            else high = middle;
        }
        return Math.Sqrt(freedom) * Math.Tan(low);
    }
}

/// <summary>
/// Intervals by drawing subjects with replacement: clips of one subject are alike, so subjects and not clips are the
/// unit that was sampled. Percentile intervals; with fewer than about ten subjects they are too narrow.
/// </summary>
public static class SubjectBootstrap
{
    /// <summary>The 95 % interval of each score of the pooled matrix; all scores see the same resamples.</summary>
    /// <param name="subjects">One confusion matrix for each subject.</param>
    /// <param name="scores">The scores, for example <see cref="Metrics.UF1"/>.</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed of the draws; the same seed gives the same intervals.</param>
    public static ImmutableArray<Interval> Of(
        IReadOnlyList<ConfusionMatrix> subjects, IReadOnlyList<Func<ConfusionMatrix, double>> scores,
        int resamples = 10_000, int seed = 1)
    {
        if (subjects.Count == 0)
            throw new ArgumentException("There is no subject to draw; give a confusion matrix for each.",
                nameof(subjects));
        if (resamples < 1)
            throw new ArgumentException($"{resamples} resamples give no interval; use 1 or more.", nameof(resamples));
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
    internal static ImmutableArray<Interval> Draw(IReadOnlyList<int[]> subjects, int scores, int resamples, int seed,
        Action<ReadOnlySpan<int>, Span<double>> score)
    {
        var values = new double[scores][];
        for (var s = 0; s < scores; s++) values[s] = new double[resamples];
        var one = new double[scores];
        Resamples.WithReplacement(subjects, resamples, seed, (r, counts) =>
        {
            score(counts, one);
            for (var s = 0; s < one.Length; s++) values[s][r] = one[s];
        });
        return [.. values.Select(Percentiles)];
    }

    static Interval Percentiles(double[] values)
    {
        Array.Sort(values);
        return new(values[(int)(0.025 * (values.Length - 1))], values[(int)Math.Ceiling(0.975 * (values.Length - 1))]);
    }
}

/// <summary>
/// The 95 % interval of a difference between two systems on the same clips: subjects are drawn with replacement and
/// both systems are scored on the same draw, so that a subject's difficulty for both cancels.
/// </summary>
public static class PairedBootstrap
{
    /// <summary>The interval of score(first) - score(second).</summary>
    /// <param name="first">Decisions of the first system, one entry for each subject.</param>
    /// <param name="second">Decisions of the second on the same subjects, in any order.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="score">The score, for example <see cref="Metrics.UF1"/>.</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentException">The two were not scored on the same subjects.</exception>
    public static Interval Of(IReadOnlyList<FoldOutcome> first, IReadOnlyList<FoldOutcome> second, int classes,
        Func<ConfusionMatrix, double> score, int resamples = 10_000, int seed = 1)
    {
        var partner = second.ToDictionary(f => f.Subject);
        if (first.Count != partner.Count || !first.All(f => partner.ContainsKey(f.Subject)))
            throw new ArgumentException("The two systems were scored on different subjects.");
        // Both matrices of a subject side by side: one draw moves both.
        var size = classes * classes;
        var pairs = first.Select(f =>
            (int[])[.. f.Matrix(classes).Counts, .. partner[f.Subject].Matrix(classes).Counts]).ToList();
        return SubjectBootstrap.Draw(pairs, 1, resamples, seed, (counts, values) =>
            values[0] = score(ConfusionMatrix.FromCounts(classes, counts[..size]))
                - score(ConfusionMatrix.FromCounts(classes, counts[size..])))[0];
    }
}

/// <summary>
/// Draws of subjects and their sums: the loop inside every interval and permutation test. The draws depend on the
/// number of subjects and the seed only, so the tests of a table share them; sums are of whole numbers, so their order
/// changes nothing.
/// </summary>
static class Resamples
{
    static readonly ConcurrentDictionary<(bool Replaces, int Subjects, int Count, int Seed), Lazy<ushort[][]>> s_draws =
        [];

    /// <summary>
    /// Adds up the rows of as many subjects as there are, drawn with replacement, resample by resample.
    /// </summary>
    /// <param name="rows">One row of counts for each subject, all of the same length.</param>
    /// <param name="count">Number of resamples.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="use">Takes a resample's number, from 0, and its sum.</param>
    public static void WithReplacement(IReadOnlyList<int[]> rows, int count, int seed,
        Action<int, ReadOnlySpan<int>> use) =>
            Add(rows, Draws(true, rows.Count, count, seed), use);

    /// <summary>
    /// Adds up the rows of subjects of which each is drawn or not, by the toss of a coin; where
    /// <see cref="Halves"/> are no more than the draws, each of them once.
    /// </summary>
    public static void Subsets(IReadOnlyList<int[]> rows, int count, int seed, Action<int, ReadOnlySpan<int>> use) =>
        Add(rows, Draws(false, rows.Count, count, seed), use);

    /// <summary>
    /// How many ways there are to part subjects in two, if that is no more than the given number: 2^(subjects - 1), one
    /// of a subset and the rest.
    /// </summary>
    public static int? Halves(int subjects, int most) =>
        subjects <= 30 && 1 << (subjects - 1) <= most ? 1 << (subjects - 1) : null;

    static ushort[][] Draws(bool replaces, int subjects, int count, int seed) =>
        s_draws.GetOrAdd((replaces, subjects, count, seed), _ => new(() =>
        {
            var random = new Random(seed);
            var all = Enumerable.Range(0, subjects);
            if (!replaces && Halves(subjects, count) is { } halves)
                return [.. Enumerable.Range(0, halves)
                    .Select(half => (ushort[])[.. all.Where(s => (half >> s & 1) == 1).Select(s => (ushort)s)])];
            return [.. Enumerable.Range(0, count).Select(_ => (ushort[])(replaces
                ? [.. all.Select(_ => (ushort)random.Next(subjects))]
                : [.. all.Where(_ => random.Next(2) == 1).Select(s => (ushort)s)]))];
        })).Value;

    static void Add(IReadOnlyList<int[]> rows, ushort[][] draws, Action<int, ReadOnlySpan<int>> use)
    {
        var (length, lanes) = (rows[0].Length, Vector<int>.Count);
        // Rows padded to whole vectors: one addition takes as many counts as the processor has lanes.
        var padded = rows.Select(row =>
            MemoryMarshal.Cast<int, Vector<int>>((int[])[.. row, .. new int[(lanes - length % lanes) % lanes]])
                .ToArray()).ToArray();
        var sum = new Vector<int>[padded[0].Length];
        for (var r = 0; r < draws.Length; r++)
        {
            Array.Clear(sum);
            foreach (var subject in draws[r])
            {
                var row = padded[subject];
                for (var v = 0; v < sum.Length; v++) sum[v] += row[v];
            }
            use(r, MemoryMarshal.Cast<Vector<int>, int>(sum)[..length]);
        }
    }
}
