using System.Numerics;

namespace MerKernel.Evaluation;

/// <summary>
/// The F1 that a number of correct clips allows at a class balance, over every confusion matrix with these row sums and
/// this diagonal sum. Exact: class by class, dynamic programming over the misses and the false alarms still to be
/// placed.
/// </summary>
public static class F1Bounds
{
    /// <summary>Bounds of the unweighted (macro) F1 of the pooled matrix.</summary>
    /// <param name="support">Clips of each class; each class has at least one.</param>
    /// <param name="correct">Clips predicted correctly.</param>
    public static F1Range OfUF1(IReadOnlyList<int> support, int correct)
    {
        var errors = support.Sum() - correct;
        if (errors < 0 || correct < 0 || support.Any(n => n < 1))
            throw new ArgumentException($"{correct} correct of {support.Sum()} clips in classes of " +
                $"{string.Join(", ", support)} is impossible.");
        if (errors > 0 && support.Count < 2)
            throw new ArgumentException("With a single class nothing can be predicted wrongly.");
        return Search(support, errors);
    }

    /// <summary>
    /// low and high at [m, f]: the extreme sums over the classes so far, with m misses and f false alarms placed among
    /// them; high is negated, so that both are the least.
    /// </summary>
    static F1Range Search(IReadOnlyList<int> support, int errors)
    {
        var width = errors + 1;
        var (low, high) = (Filled(width), Filled(width));
        low[0] = high[0] = 0;
        for (var c = 0; c < support.Count; c++)
        {
            var (nextLow, nextHigh) = (Filled(width), Filled(width));
            for (var misses = 0; misses <= Math.Min(support[c], errors); misses++)
            {
                var hits = support[c] - misses;
                // A class's misses are other classes' false alarms: errors can be laid out off the diagonal
                // exactly if no class has more misses and false alarms together than there are errors.
                for (var alarms = 0; alarms <= errors - misses; alarms++)
                {
                    var share = 1.0 / support.Count * 2 * hits / (support[c] + hits + alarms);
                    for (var m = misses; m <= errors; m++)
                    {
                        var (to, from, length) = (m * width + alarms, (m - misses) * width, width - alarms);
                        Lower(nextLow.AsSpan(to, length), low.AsSpan(from, length), share);
                        Lower(nextHigh.AsSpan(to, length), high.AsSpan(from, length), -share);
                    }
                }
            }
            (low, high) = (nextLow, nextHigh);
        }
        return new F1Range(low[^1], -high[^1]);
    }

    static void Lower(Span<double> best, ReadOnlySpan<double> before, double share)
    {
        var f = 0;
        for (; f <= best.Length - Vector<double>.Count; f += Vector<double>.Count)
            Vector.Min(new Vector<double>(best[f..]), new Vector<double>(before[f..]) + new Vector<double>(share))
                .CopyTo(best[f..]);
        for (; f < best.Length; f++) best[f] = Math.Min(best[f], before[f] + share);
    }

    static double[] Filled(int width)
    {
        var table = new double[width * width];
        Array.Fill(table, double.PositiveInfinity);
        return table;
    }
}

/// <summary>The F1 scores that are possible.</summary>
/// <param name="Low">Smallest.</param>
/// <param name="High">Largest.</param>
public sealed record F1Range(double Low, double High)
{
    /// <summary>Whether a printed F1 lies inside, given its last digit.</summary>
    public bool Allows(decimal printed)
    {
        var slack = 1 / Math.Pow(10, printed.Scale);
        return (double)printed >= Low - slack && (double)printed <= High + slack;
    }
}
