namespace MerKernel.Interpretability;

/// <summary>
/// How much of the maps falls on the region that belongs to them: next to the share that an even map would have, and
/// next to the share of other clips' maps in the same regions, which also discounts a habit of always looking at the
/// same place.
/// </summary>
/// <param name="Share">Share of a map's sum inside its own clip's region, mean over clips.</param>
/// <param name="Area">Share of the frame that the region covers: the share of an even map.</param>
/// <param name="OtherClips">Share of another clip's map inside the region, mean over all pairs.</param>
/// <param name="P">Share of random assignments of maps to clips that do at least as well as the true one.</param>
/// <param name="Count">Clips that were measured.</param>
/// <param name="Empty">Clips left out because their map is zero everywhere: nothing speaks for the class.</param>
public sealed record RegionOverlap(double Share, double Area, double OtherClips, double P, int Count, int Empty)
{
    const int Permutations = 9999;

    /// <summary>Measures maps against regions; null where no map is above zero anywhere.</summary>
    /// <param name="maps">For each clip a map, at least 0.</param>
    /// <param name="regions">For each clip the places that belong to it, of the map's length.</param>
    /// <param name="groups">
    /// Maps are compared and exchanged only within a group, for example the clips that one network saw; null is one
    /// group.
    /// </param>
    /// <param name="seed">Seed of the random assignments.</param>
    public static RegionOverlap? Of(IReadOnlyList<float[]> maps, IReadOnlyList<bool[]> regions,
        IReadOnlyList<string>? groups = null, int seed = 1)
    {
        var kept = Enumerable.Range(0, maps.Count).Where(i => maps[i].Any(v => v > 0)).ToArray();
        if (kept.Length == 0) return null;
        // inside[i, j]: share of map i within region j.
        var inside = new double[kept.Length, kept.Length];
        for (var i = 0; i < kept.Length; i++)
        {
            var map = maps[kept[i]];
            var total = map.Sum(v => (double)v);
            for (var j = 0; j < kept.Length; j++)
            {
                var region = regions[kept[j]];
                for (var k = 0; k < map.Length; k++) if (region[k]) inside[i, j] += map[k] / total;
            }
        }
        double Mean(int[] mapOf) => mapOf.Select((map, clip) => inside[map, clip]).Average();
        var order = Enumerable.Range(0, kept.Length).ToArray();
        var own = Mean(order);
        var members = order.GroupBy(i => groups?[kept[i]] ?? "").Select(g => g.ToArray()).ToArray();
        var others = members.SelectMany(g => from map in g from clip in g where map != clip select inside[map, clip])
            .DefaultIfEmpty(double.NaN).Average();
        var random = new Random(seed);
        var asGood = 1;
        for (var p = 0; p < Permutations; p++)
        {
            foreach (var group in members)
            {
                var shuffled = group.ToArray();
                random.Shuffle(shuffled);
                for (var i = 0; i < group.Length; i++) order[group[i]] = shuffled[i];
            }
            if (Mean(order) >= own - 1e-12) asGood++;
        }
        return new(own, kept.Average(i => regions[i].Count(r => r) / (double)regions[i].Length), others,
            asGood / (Permutations + 1.0), kept.Length, maps.Count - kept.Length);
    }
}
