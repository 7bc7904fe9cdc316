namespace MerKernel.Evaluation;

/// <summary>
/// The F1 that a number of correct clips allows at a class balance, over every confusion matrix with these row sums and this diagonal
/// sum. Exact: class by class, dynamic programming over the misses and the false alarms still to be placed.
/// </summary>
public static class F1Bounds
{
    /// <summary>Bounds of the unweighted (macro) F1 of the pooled matrix.</summary>
    /// <param name="support">Clips of each class; each class has at least one.</param>
    /// <param name="correct">Clips predicted correctly.</param>
    public static F1Range OfUF1(IReadOnlyList<int> support, int correct) =>
        Of(support, correct, support.Select(_ => 1.0 / support.Count).ToArray());

    /// <summary>Bounds of the F1 weighted by class size.</summary>
    /// <param name="support">Clips of each class.</param>
    /// <param name="correct">Clips predicted correctly.</param>
    public static F1Range OfWeightedF1(IReadOnlyList<int> support, int correct) =>
        Of(support, correct, support.Select(n => (double)n / support.Sum()).ToArray());

    static F1Range Of(IReadOnlyList<int> support, int correct, double[] weights)
    {
        var errors = support.Sum() - correct;
        if (errors < 0 || correct < 0 || support.Any(n => n < 1))
            throw new ArgumentException($"{correct} correct of {support.Sum()} clips in classes of {string.Join(", ", support)} is impossible.");
        if (errors > 0 && support.Count < 2) throw new ArgumentException("With a single class nothing can be predicted wrongly.");
        return new F1Range(Extreme(support, weights, errors, least: true), Extreme(support, weights, errors, least: false));
    }

    /// <summary>best[m, f]: the extreme sum over the classes so far, with m misses and f false alarms placed among them.</summary>
    static double Extreme(IReadOnlyList<int> support, double[] weights, int errors, bool least)
    {
        var worst = least ? double.PositiveInfinity : double.NegativeInfinity;
        var best = Filled(errors, worst);
        best[0, 0] = 0;
        for (var c = 0; c < support.Count; c++)
        {
            var next = Filled(errors, worst);
            for (var misses = 0; misses <= Math.Min(support[c], errors); misses++)
            {
                var hits = support[c] - misses;
                // A class's misses are other classes' false alarms: errors can be laid out off the diagonal
                // exactly if no class has more misses and false alarms together than there are errors.
                for (var alarms = 0; alarms <= errors - misses; alarms++)
                {
                    var share = weights[c] * 2 * hits / (support[c] + hits + alarms);
                    for (var m = misses; m <= errors; m++)
                        for (var f = alarms; f <= errors; f++)
                        {
                            var sum = best[m - misses, f - alarms] + share;
                            if (least ? sum < next[m, f] : sum > next[m, f]) next[m, f] = sum;
                        }
                }
            }
            best = next;
        }
        return best[errors, errors];
    }

    static double[,] Filled(int errors, double value)
    {
        var table = new double[errors + 1, errors + 1];
        System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref table[0, 0], table.Length).Fill(value);
        return table;
    }
}
