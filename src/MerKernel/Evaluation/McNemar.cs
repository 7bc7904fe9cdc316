namespace MerKernel.Evaluation;

/// <summary>McNemar's exact test: do two systems err on different clips more often than a fair coin would share the differences out?</summary>
public static class McNemar
{
    /// <summary>Two-sided exact p-value.</summary>
    /// <param name="onlyFirst">Clips that only the first system gets right.</param>
    /// <param name="onlySecond">Clips that only the second system gets right.</param>
    public static double P(int onlyFirst, int onlySecond)
    {
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
            throw new ArgumentException($"The two systems were scored on different clips ({a.Count} and {b.Count}); McNemar's test needs the same ones.");
        return P(a.Count(h => h.Value && !b[h.Key]), a.Count(h => !h.Value && b[h.Key]));
    }

    static Dictionary<string, bool> Hits(IEnumerable<FoldOutcome> folds) =>
        folds.SelectMany(f => f.Clips.Select((clip, i) => (clip, f.Labels[i] == f.Predictions[i]))).ToDictionary(p => p.clip, p => p.Item2);
}
