namespace MerKernel.Interpretability;

/// <summary>Whether points of a kind lie together: how often a point's nearest neighbour is of its own kind.</summary>
/// <param name="Share">Share of the asked points whose nearest other point (Euclidean) is of their kind.</param>
/// <param name="Chance">The share if the neighbour were any other point, drawn evenly.</param>
/// <param name="Count">How many points were asked.</param>
public sealed record NeighbourAgreement(double Share, double Chance, int Count)
{
    /// <summary>Asks points for their nearest neighbours.</summary>
    /// <param name="points">Coordinates.</param>
    /// <param name="kinds">Kind of each point.</param>
    /// <param name="asked">
    /// Indices of the points that are asked; all where null. Any other point may be the neighbour.
    /// </param>
    public static NeighbourAgreement Of<T>(IReadOnlyList<IReadOnlyList<float>> points, IReadOnlyList<T> kinds,
        IReadOnlyList<int>? asked = null)
        where T : notnull
    {
        asked ??= [.. Enumerable.Range(0, points.Count)];
        var others = Enumerable.Range(0, points.Count);
        var share = asked.Average(i =>
            kinds[others.Where(j => j != i).MinBy(j => Distance(points[i], points[j]))].Equals(kinds[i]) ? 1.0 : 0);
        var chance = asked.Average(i =>
            (double)others.Count(j => j != i && kinds[j].Equals(kinds[i])) / (points.Count - 1));
        return new(share, chance, asked.Count);
    }

    static double Distance(IReadOnlyList<float> a, IReadOnlyList<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Count; i++) sum += (a[i] - b[i]) * (double)(a[i] - b[i]);
        return sum;
    }
}
