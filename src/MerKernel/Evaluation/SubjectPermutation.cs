namespace MerKernel.Evaluation;

/// <summary>
/// Permutation test by subject: if two systems were the same, their decisions on any subject could change places. Subjects, not clips, are exchanged,
/// because clips of one subject are alike.
/// </summary>
public static class SubjectPermutation
{
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
        var random = new Random(seed);
        double Difference(Func<int, bool> exchange) => Math.Abs(
            score(ConfusionMatrix.Sum(first.Select((m, i) => exchange(i) ? second[i] : m)))
            - score(ConfusionMatrix.Sum(second.Select((m, i) => exchange(i) ? first[i] : m))));

        var observed = Difference(_ => false);
        var extreme = 0;
        var flips = new bool[first.Count];
        for (var p = 0; p < permutations; p++)
        {
            for (var i = 0; i < flips.Length; i++) flips[i] = random.Next(2) == 1;
            // The slack keeps rounding from deciding between equal differences.
            if (Difference(i => flips[i]) >= observed - 1e-12) extreme++;
        }
        return (1.0 + extreme) / (1 + permutations);
    }
}
