using System.Numerics;

namespace MerKernel.Evaluation;

/// <summary>
/// How two systems differ on the same clips: the input of a simulation of further data sets.
/// </summary>
/// <param name="Discordant">
/// Share of the clips that exactly one of the two gets right, 0 to 1; where clips are scored several times, the mean
/// difference in how often.
/// </param>
/// <param name="Between">
/// Standard deviation of a subject's true difference in accuracy around the common one, 0 to 1.
/// </param>
/// <param name="Step">
/// How far the two part on a clip that they part on: 1 where clips are scored once, less where a clip is right in some
/// of several scorings; the mean square of the differences over their mean size.
/// </param>
public sealed record Discordance(double Discordant, double Between, double Step = 1)
{
    /// <summary>
    /// Estimates both by moments, clips of a subject being alike; the spread between subjects is 0 where clips explain
    /// all of it. A clip that is scored several times, as under <see cref="MeanOfLastK"/>, is one clip, right as often
    /// as it was.
    /// </summary>
    /// <exception cref="ArgumentException">The two were not scored on the same clips.</exception>
    public static Discordance Of(IReadOnlyList<FoldOutcome> first, IReadOnlyList<FoldOutcome> second)
    {
        var partner = second.ToDictionary(f => f.Subject, Right);
        var own = first.Select(f => (f.Subject, Right: Right(f))).ToList();
        if (own.Count != partner.Count || !own.All(f => partner.TryGetValue(f.Subject, out var other)
            && f.Right.Count == other.Count && f.Right.Keys.All(other.ContainsKey)))
            throw new ArgumentException("The two systems were scored on different clips.");
        var subjects = own.Select(f => f.Right.Select(r => r.Value - partner[f.Subject][r.Key]).ToList()).ToList();
        double clips = subjects.Sum(s => s.Count), pairs = subjects.Sum(s => (double)s.Count * (s.Count - 1));
        var all = subjects.SelectMany(s => s).ToList();
        var mean = all.Average();
        // E (sum of a subject's signs - n mean)^2 = n (E sign^2 - mean^2) + (n^2 - n) between^2.
        var excess = subjects.Sum(s => Math.Pow(s.Sum() - s.Count * mean, 2))
            - clips * (all.Average(d => d * d) - mean * mean);
        var discordant = all.Average(Math.Abs);
        return new(discordant, pairs > 0 ? Math.Sqrt(Math.Max(0, excess / pairs)) : 0,
            discordant > 0 ? all.Average(d => d * d) / discordant : 1);

        static Dictionary<string, double> Right(FoldOutcome fold) => fold.Clips
            .Select((clip, i) => (clip, Hit: fold.Predictions[i] == fold.Labels[i] ? 1.0 : 0))
            .GroupBy(c => c.clip).ToDictionary(c => c.Key, c => c.Average(h => h.Hit));
    }

    /// <summary>The mean over several pairs of systems.</summary>
    public static Discordance Mean(IReadOnlyCollection<Discordance> pairs) =>
        new(pairs.Average(p => p.Discordant), pairs.Average(p => p.Between), pairs.Average(p => p.Step));
}

/// <summary>
/// The smallest difference in accuracy that a table's data could have shown between two of its rows, 0 to 1; null where
/// they could show none.
/// </summary>
/// <param name="Pair">How its rows differ from the full network, on average.</param>
/// <param name="Rows">Rows compared.</param>
/// <param name="Alone">For a single comparison that was planned.</param>
/// <param name="Corrected">After a correction over all rows.</param>
public sealed record Detectable(Discordance Pair, int Rows, double? Alone, double? Corrected)
{
    /// <summary>The power of as many clips of as many subjects.</summary>
    public static Detectable Of(IReadOnlyList<int> clips, Discordance pair, int rows) =>
        new(pair, rows, Power.SmallestDifference(clips, pair), Power.SmallestDifference(clips, pair, rows));
}

/// <summary>The smallest difference in accuracy that a data set could have shown between two systems.</summary>
public static class Power
{
    /// <summary>The level of the test, and how often a difference must pass it.</summary>
    public const double Level = 0.05, Wanted = 0.8;

    const int DataSets = 400;

    /// <summary>
    /// The smallest difference in accuracy, 0 to 1, that the permutation test by subject finds at the level of 0.05 in
    /// four of five data sets. Data sets are simulated: every subject has its own true difference, every clip is won,
    /// lost or drawn by it. Null where even a system that wins every discordant clip is not found, so that the data
    /// cannot show any difference.
    /// </summary>
    /// <param name="clips">Clips of each subject.</param>
    /// <param name="pair">How the two systems part.</param>
    /// <param name="comparisons">
    /// How many comparisons the test is corrected over (Bonferroni, the first step of Holm).
    /// </param>
    /// <param name="seed">Seed of the simulation.</param>
    public static double? SmallestDifference(IReadOnlyList<int> clips, Discordance pair, int comparisons = 1,
        int seed = 1)
    {
        if (pair.Discordant <= 0 || Found(clips, pair, pair.Discordant, comparisons, seed) < Wanted) return null;
        var (low, high) = (0.0, pair.Discordant);
        while (high - low > 0.001)
        {
            var middle = (low + high) / 2;
            if (Found(clips, pair, middle, comparisons, seed) >= Wanted) high = middle;
            else low = middle;
        }
        return high;
    }

    /// <summary>Share of simulated data sets in which a true difference passes the test.</summary>
    /// <param name="clips">Clips of each subject.</param>
    /// <param name="pair">How the two systems part.</param>
    /// <param name="difference">The true difference in accuracy, 0 to 1; at most the discordant share.</param>
    /// <param name="comparisons">How many comparisons the test is corrected over.</param>
    /// <param name="seed">Seed of the simulation; the same draws serve every difference.</param>
    public static double Found(IReadOnlyList<int> clips, Discordance pair, double difference, int comparisons = 1,
        int seed = 1)
    {
        var random = new Random(seed);
        // As many that the smallest p, one in all of them, can pass the corrected level; whole vectors.
        var exchanges = 400 * comparisons;
        // The same exchanges for every data set: they depend on nothing that is drawn. A subject's lie together, so
        // that a vector holds several.
        var signs = clips.Select(_ => new int[exchanges]).ToArray();
        for (var e = 0; e < exchanges; e++)
            foreach (var subject in signs) subject[e] = 2 * random.Next(2) - 1;
        var found = 0;
        var sums = new int[clips.Count];
        for (var set = 0; set < DataSets; set++)
        {
            for (var s = 0; s < sums.Length; s++)
            {
                var own = Math.Clamp(difference + pair.Between * Normal(random), -pair.Discordant, pair.Discordant);
                // In steps, so that mean and spread of a clip's difference are those that were found.
                var (wins, losses) = ((pair.Discordant + own) / 2 / pair.Step, (pair.Discordant - own) / 2 / pair.Step);
                sums[s] = 0;
                for (var c = 0; c < clips[s]; c++)
                {
                    var draw = random.NextDouble();
                    sums[s] += draw < wins ? 1 : draw < wins + losses ? -1 : 0;
                }
            }
            var observed = Math.Abs(sums.Sum());
            var extreme = 0;
            for (var e = 0; e < exchanges; e += Vector<int>.Count)
            {
                var sum = Vector<int>.Zero;
                for (var s = 0; s < sums.Length; s++) sum += sums[s] * new Vector<int>(signs[s], e);
                // Lanes that hold are -1.
                extreme -= Vector.Sum(Vector.GreaterThanOrEqual(Vector.Abs(sum), new Vector<int>(observed)));
            }
            // All exchanges cannot give a p below two in 2^subjects, however few of them were drawn.
            var p = Math.Max((1.0 + extreme) / (1 + exchanges), SubjectPermutation.Smallest(clips.Count));
            if (observed > 0 && p * comparisons <= Level) found++;
        }
        return found / (double)DataSets;
    }

    static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
