using System.Numerics;
using System.Runtime.Intrinsics;

namespace MerKernel.Evaluation;

/// <summary>
/// Draws of subjects and the sums of what was drawn: the inner loop of every interval and permutation test. The draws depend on the number of subjects and the
/// seed alone, so the tests of a table share them; sums are of whole numbers, so their order changes nothing. One thread: whoever has many intervals computes
/// those side by side.
/// </summary>
sealed class Resamples
{
    static Resamples? s_latestWithReplacement, s_latestSubsets;

    readonly int _subjects, _seed;
    // Two bytes a subject: reading the draws takes as long as adding what was drawn.
    readonly ushort[][] _drawn;

    Resamples(int subjects, int count, int seed, Func<Random, ushort[]> draw)
    {
        (_subjects, _seed) = (subjects, seed);
        var random = new Random(seed);
        _drawn = new ushort[count][];
        for (var r = 0; r < count; r++) _drawn[r] = draw(random);
    }

    /// <summary>As many subjects as there are, drawn with replacement.</summary>
    public static Resamples WithReplacement(int subjects, int count, int seed) => Of(ref s_latestWithReplacement, subjects, count, seed, random =>
    {
        var drawn = new ushort[subjects];
        for (var s = 0; s < drawn.Length; s++) drawn[s] = checked((ushort)random.Next(subjects));
        return drawn;
    });

    /// <summary>Each subject or not, by the toss of a coin.</summary>
    public static Resamples Subsets(int subjects, int count, int seed) => Of(ref s_latestSubsets, subjects, count, seed, random =>
        [.. Enumerable.Range(0, subjects).Where(_ => random.Next(2) == 1).Select(s => checked((ushort)s))]);

    /// <summary>Adds up the rows of the drawn subjects, resample by resample.</summary>
    /// <param name="rows">One row of counts for each subject, all of the same length.</param>
    /// <param name="use">Takes a resample's number, from 0, and its sum.</param>
    public void Add(IReadOnlyList<int[]> rows, Action<int, ReadOnlySpan<int>> use)
    {
        // Counts are small: where no sum can leave 16 bits, twice as many are added at once.
        if (rows.Max(row => row.Max(Math.Abs)) * (long)rows.Count <= short.MaxValue) Add<short>(rows, use);
        else Add<int>(rows, use);
    }

    void Add<TCount>(IReadOnlyList<int[]> rows, Action<int, ReadOnlySpan<int>> use) where TCount : struct, IBinaryInteger<TCount>
    {
        var (length, lanes) = (rows[0].Length, Vector512<TCount>.Count);
        // The vectors of the rows' first counts, subject by subject, then those of the next.
        var columns = rows[0].Chunk(lanes).Select((_, v) => rows.Select(row => Vector(row.Skip(v * lanes).Take(lanes))).ToArray()).ToArray();
        var (added, sum) = (new TCount[columns.Length * lanes], new int[length]);
        for (var r = 0; r < _drawn.Length; r++)
        {
            for (var v = 0; v < columns.Length; v++) Sum(columns[v], _drawn[r]).CopyTo(added, v * lanes);
            for (var i = 0; i < sum.Length; i++) sum[i] = int.CreateTruncating(added[i]);
            use(r, sum);
        }

        static Vector512<TCount> Vector(IEnumerable<int> counts)
        {
            var values = new TCount[Vector512<TCount>.Count];
            foreach (var (i, count) in counts.Index()) values[i] = TCount.CreateTruncating(count);
            return Vector512.Create(values);
        }

        static Vector512<TCount> Sum(Vector512<TCount>[] column, ushort[] drawn)
        {
            var sum = Vector512<TCount>.Zero;
            foreach (var s in drawn) sum += column[s];
            return sum;
        }
    }

    // Only the latest: a table asks with the same numbers again and again.
    static Resamples Of(ref Resamples? latest, int subjects, int count, int seed, Func<Random, ushort[]> draw)
    {
        var known = Volatile.Read(ref latest);
        if (known is not null && known._subjects == subjects && known._seed == seed && known._drawn.Length == count) return known;
        var drawn = new Resamples(subjects, count, seed, draw);
        Volatile.Write(ref latest, drawn);
        return drawn;
    }
}
