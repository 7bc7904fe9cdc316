namespace MerKernel.Evaluation;

/// <summary>
/// Permutation test by subject: if two systems were the same, their decisions on any subject could change places.
/// Subjects, not clips, are exchanged, because clips of one subject are alike.
/// </summary>
public static class SubjectPermutation
{
    /// <summary>Exchanges tried at most.</summary>
    public const int Exchanges = 10_000;

    /// <summary>
    /// The smallest p-value the test can give, however large the difference: 2 of the 2^subjects exchanges look as
    /// extreme as the data, or one in those that are drawn. Times the comparisons, as Holm's correction has it.
    /// </summary>
    /// <param name="subjects">Number of subjects.</param>
    /// <param name="comparisons">How many comparisons it is corrected over.</param>
    public static double Smallest(int subjects, int comparisons = 1) =>
        Math.Min(1, comparisons / (Resamples.Halves(subjects, Exchanges) ?? 1.0 + Exchanges));

    /// <summary>
    /// Two-sided p-value. With few subjects it is exact: every exchange is tried. With more than that takes, exchanges
    /// are drawn, and it is (1 + extreme) / (1 + permutations), so never 0.
    /// </summary>
    /// <param name="first">The first system's confusion matrix for each subject.</param>
    /// <param name="second">The second system's, subjects in the same order.</param>
    /// <param name="score">The score compared.</param>
    /// <param name="permutations">As <see cref="Exchanges"/>.</param>
    /// <param name="seed">Seed of the exchanges.</param>
    public static double P(IReadOnlyList<ConfusionMatrix> first, IReadOnlyList<ConfusionMatrix> second,
        Func<ConfusionMatrix, double> score, int permutations = Exchanges, int seed = 1)
    {
        if (permutations < 1)
            throw new ArgumentException($"{permutations} permutations test nothing; use 1 or more.");
        if (first.Count != second.Count)
            throw new ArgumentException(
                $"The two systems have {first.Count} and {second.Count} subjects; the test needs the same ones.");
        var (a, b) = (ConfusionMatrix.Sum(first), ConfusionMatrix.Sum(second));
        if (a.Classes != b.Classes)
            throw new ArgumentException($"The two systems have {a.Classes} and {b.Classes} classes; score both on " +
                "the same ones.");
        var differences = first.Zip(second,
            (x, y) => y.Counts.ToArray().Zip(x.Counts.ToArray(), (m, n) => m - n).ToArray()).ToArray();
        // The slack keeps rounding from deciding between equal differences.
        var observed = Math.Abs(score(a) - score(b)) - 1e-12;
        var extreme = 0;
        Resamples.Subsets(differences, permutations, seed, (_, exchanged) =>
        {
            Span<int> exchangedA = stackalloc int[exchanged.Length], exchangedB = stackalloc int[exchanged.Length];
            for (var i = 0; i < exchanged.Length; i++)
            {
                exchangedA[i] = a.Counts[i] + exchanged[i];
                exchangedB[i] = b.Counts[i] - exchanged[i];
            }
            if (Math.Abs(score(ConfusionMatrix.FromCounts(a.Classes, exchangedA))
                - score(ConfusionMatrix.FromCounts(a.Classes, exchangedB))) >= observed)
                extreme++;
        });
        return Resamples.Halves(first.Count, permutations) is { } all
            ? (double)extreme / all : (1.0 + extreme) / (1 + permutations);
    }
}

/// <summary>
/// McNemar's exact test: do two systems err on different clips more often than a fair coin would share the differences
/// out?
/// </summary>
public static class McNemar
{
    /// <summary>Two-sided exact p-value.</summary>
    /// <param name="onlyFirst">Clips that only the first system gets right.</param>
    /// <param name="onlySecond">Clips that only the second system gets right.</param>
    public static double P(int onlyFirst, int onlySecond)
    {
        if (onlyFirst < 0 || onlySecond < 0)
            throw new ArgumentException($"{Math.Min(onlyFirst, onlySecond)} clips are not possible; count them.");
        var n = onlyFirst + onlySecond;
        var tail = 0.0;
        // Binomial(n, 1/2) term by term in logarithms: 2^-n underflows for large n.
        var logTerm = -n * Math.Log(2);
        for (var k = 0; k <= Math.Min(onlyFirst, onlySecond); k++)
        {
            tail += Math.Exp(logTerm);
            logTerm += Math.Log((double)(n - k) / (k + 1));
        }
        return Math.Min(1, 2 * tail);
    }

    /// <summary>Two-sided exact p-value of two systems on the same clips.</summary>
    /// <exception cref="ArgumentException">The clips differ, or one is scored more than once.</exception>
    public static double P(IEnumerable<FoldOutcome> first, IEnumerable<FoldOutcome> second)
    {
        var (a, b) = (Hits(first), Hits(second));
        if (a.Count != b.Count || !a.Keys.All(b.ContainsKey))
            throw new ArgumentException($"The two systems were scored on different clips ({a.Count} and {b.Count}); " +
                "McNemar's test needs the same ones.");
        return P(a.Count(h => h.Value && !b[h.Key]), a.Count(h => !h.Value && b[h.Key]));
    }

    static Dictionary<string, bool> Hits(IEnumerable<FoldOutcome> folds) =>
        folds.SelectMany(f => f.Clips.Select((clip, i) => (clip, f.Labels[i] == f.Predictions[i])))
            .ToDictionary(p => p.clip, p => p.Item2);
}

/// <summary>Holm's correction for several comparisons at once.</summary>
public static class Holm
{
    /// <summary>Adjusted p-values in the given order: compare each with the level as if it were the only one.</summary>
    /// <exception cref="ArgumentException">One of them is no p-value.</exception>
    public static ImmutableArray<double> Adjust(IReadOnlyList<double> pValues)
    {
        if (pValues.FirstOrDefault(p => !(p is >= 0 and <= 1), 0.5) is var wrong and not 0.5)
            throw new ArgumentException($"{wrong} is no p-value; they lie between 0 and 1.", nameof(pValues));
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
