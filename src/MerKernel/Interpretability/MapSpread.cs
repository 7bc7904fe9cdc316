namespace MerKernel.Interpretability;

/// <summary>
/// How an attention map varies: its mean, and standard deviations along one direction each, averaged over the others.
/// A map that hardly varies between clips is a fixed weighting, not attention.
/// </summary>
/// <param name="Mean">Mean weight.</param>
/// <param name="OverClips">Standard deviation over clips of the weight of one channel at one position.</param>
/// <param name="OverPositions">
/// Standard deviation over the positions (rows or columns) of one channel in one clip.
/// </param>
/// <param name="OverChannels">Standard deviation over the channels at one position in one clip.</param>
/// <param name="Negative">
/// Share of weights below 0: the product with a map that went through a convolution is no longer held between 0 and 1.
/// </param>
public sealed record MapSpread(double Mean, double OverClips, double OverPositions, double OverChannels,
    double Negative)
{
    /// <summary>Measures maps.</summary>
    /// <param name="maps">One map [channels, positions] for each clip, all of one size.</param>
    public static MapSpread Of(IReadOnlyList<float[,]> maps)
    {
        var (clips, channels, positions) = (maps.Count, maps[0].GetLength(0), maps[0].GetLength(1));
        var all = maps.SelectMany(m => m.Cast<float>()).ToArray();
        double Along(int count, int a, int b, Func<int, int, int, float> at) =>
            (from i in Enumerable.Range(0, a)
             from j in Enumerable.Range(0, b)
             select Deviation(count, k => at(k, i, j))).Average();
        return new(
            all.Average(v => (double)v),
            Along(clips, channels, positions, (n, c, p) => maps[n][c, p]),
            Along(positions, clips, channels, (p, n, c) => maps[n][c, p]),
            Along(channels, clips, positions, (c, n, p) => maps[n][c, p]),
            all.Count(v => v < 0) / (double)all.Length);
    }

    /// <summary>
    /// The mean of several measurements, for example of one network each: deviations between networks are then no part
    /// of those between clips.
    /// </summary>
    public static MapSpread MeanOf(IReadOnlyList<MapSpread> spreads) =>
        new(spreads.Average(s => s.Mean), spreads.Average(s => s.OverClips),
            spreads.Average(s => s.OverPositions), spreads.Average(s => s.OverChannels),
            spreads.Average(s => s.Negative));

    static double Deviation(int count, Func<int, float> at)
    {
        double sum = 0, squares = 0;
        for (var i = 0; i < count; i++)
        {
            double v = at(i);
            sum += v;
            squares += v * v;
        }
        return Math.Sqrt(Math.Max(0, squares / count - sum / count * (sum / count)));
    }
}
