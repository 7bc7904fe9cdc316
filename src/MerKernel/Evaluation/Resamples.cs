using System.Numerics;

namespace MerKernel.Evaluation;

/// <summary>
/// Draws of subjects and the sums of what was drawn: the inner loop of every interval and permutation test. The draws depend on the number of subjects and the
/// seed alone, so the tests of a table share them; sums are of whole numbers, so their order, and the number of threads, changes nothing.
/// </summary>
sealed class Resamples
{
    const int Chunk = 250;

    static Resamples? s_latestWithReplacement, s_latestSubsets;

    readonly int _subjects, _seed;
    readonly int[][] _drawn;

    Resamples(int subjects, int count, int seed, Func<Random, int[]> draw)
    {
        (_subjects, _seed) = (subjects, seed);
        var random = new Random(seed);
        _drawn = new int[count][];
        for (var r = 0; r < count; r++) _drawn[r] = draw(random);
    }

    /// <summary>As many subjects as there are, drawn with replacement.</summary>
    public static Resamples WithReplacement(int subjects, int count, int seed) => Of(ref s_latestWithReplacement, subjects, count, seed, random =>
    {
        var drawn = new int[subjects];
        for (var s = 0; s < drawn.Length; s++) drawn[s] = random.Next(subjects);
        return drawn;
    });

    /// <summary>Each subject or not, by the toss of a coin.</summary>
    public static Resamples Subsets(int subjects, int count, int seed) => Of(ref s_latestSubsets, subjects, count, seed, random =>
        [.. Enumerable.Range(0, subjects).Where(_ => random.Next(2) == 1)]);

    /// <summary>Adds up the rows of the drawn subjects, resample by resample, and keeps what is made of each sum.</summary>
    /// <param name="rows">One row of counts for each subject, all of the same length.</param>
    /// <param name="score">Takes a sum; is called from several threads.</param>
    public T[] Map<T>(IReadOnlyList<int[]> rows, Func<ReadOnlySpan<int>, T> score)
    {
        var (length, lanes) = (rows[0].Length, Vector<int>.Count);
        var stride = (length + lanes - 1) / lanes * lanes;
        var padded = new int[rows.Count * stride];
        for (var s = 0; s < rows.Count; s++) rows[s].CopyTo(padded, s * stride);
        var results = new T[_drawn.Length];
        Parallel.For(0, (results.Length + Chunk - 1) / Chunk, chunk =>
        {
            var sum = new int[stride];
            for (var r = chunk * Chunk; r < Math.Min(results.Length, (chunk + 1) * Chunk); r++)
            {
                for (var v = 0; v < stride; v += lanes)
                {
                    var lane = Vector<int>.Zero;
                    foreach (var s in _drawn[r]) lane += new Vector<int>(padded, s * stride + v);
                    lane.CopyTo(sum, v);
                }
                results[r] = score(sum.AsSpan(0, length));
            }
        });
        return results;
    }

    // Only the latest: a table asks with the same numbers again and again.
    static Resamples Of(ref Resamples? latest, int subjects, int count, int seed, Func<Random, int[]> draw)
    {
        var known = Volatile.Read(ref latest);
        if (known is not null && known._subjects == subjects && known._seed == seed && known._drawn.Length == count) return known;
        var drawn = new Resamples(subjects, count, seed, draw);
        Volatile.Write(ref latest, drawn);
        return drawn;
    }
}
