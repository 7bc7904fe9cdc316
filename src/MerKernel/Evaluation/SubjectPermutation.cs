namespace MerKernel.Evaluation;

/// <summary>
/// Permutation test by subject: if two systems were the same, their decisions on any subject could change places. Subjects, not clips, are exchanged,
/// because clips of one subject are alike.
/// </summary>
public static class SubjectPermutation
{
    /// <summary>The smallest p-value the test can give, however large the difference: 2 of the 2^subjects exchanges look as extreme as the data. Times the comparisons, as Holm's correction has it.</summary>
    /// <param name="subjects">Number of subjects.</param>
    /// <param name="comparisons">How many comparisons it is corrected over.</param>
    public static double Smallest(int subjects, int comparisons = 1) => comparisons * Math.Pow(2, 1 - subjects);

    /// <summary>Two-sided p-value, (1 + extreme) / (1 + permutations), so never 0.</summary>
    /// <param name="first">The first system's confusion matrix for each subject.</param>
    /// <param name="second">The second system's, subjects in the same order.</param>
    /// <param name="score">The score compared.</param>
    /// <param name="permutations">Number of random exchanges.</param>
    /// <param name="seed">Seed of the exchanges.</param>
    public static double P(IReadOnlyList<ConfusionMatrix> first, IReadOnlyList<ConfusionMatrix> second,
        Func<ConfusionMatrix, double> score, int permutations = 10_000, int seed = 1)
    {
        if (first.Count != second.Count)
            throw new ArgumentException($"The two systems have {first.Count} and {second.Count} subjects; the test needs the same ones.");
        var (a, b) = (ConfusionMatrix.Sum(first), ConfusionMatrix.Sum(second));
        var differences = first.Zip(second, (x, y) => y.Counts.ToArray().Zip(x.Counts.ToArray(), (m, n) => m - n).ToArray()).ToArray();
        // The slack keeps rounding from deciding between equal differences.
        var observed = Math.Abs(score(a) - score(b)) - 1e-12;
        var extreme = 0;
        Resamples.Subsets(differences.Length, permutations, seed).Add(differences, (_, exchanged) =>
        {
            Span<int> exchangedA = stackalloc int[exchanged.Length], exchangedB = stackalloc int[exchanged.Length];
            for (var i = 0; i < exchanged.Length; i++)
            {
                exchangedA[i] = a.Counts[i] + exchanged[i];
                exchangedB[i] = b.Counts[i] - exchanged[i];
            }
            if (Math.Abs(score(ConfusionMatrix.FromCounts(a.Classes, exchangedA)) - score(ConfusionMatrix.FromCounts(a.Classes, exchangedB))) >= observed) extreme++;
        });
        return (1.0 + extreme) / (1 + permutations);
    }
}
