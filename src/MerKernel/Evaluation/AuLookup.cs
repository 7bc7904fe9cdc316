namespace MerKernel.Evaluation;

/// <summary>
/// The class of the training clips whose set of action units is nearest (Jaccard distance), without any image: what the coders' annotation
/// alone gives away. Ties: the commonest class among the nearest clips, then the class commoner in training, then the first in label order.
/// </summary>
public static class AuLookup
{
    /// <summary>The rule for a fold.</summary>
    public static Func<LabelledClip, int> Fit(IReadOnlyList<LabelledClip> train)
    {
        var frequency = train.CountBy(c => c.Label).ToDictionary();
        return clip =>
        {
            var distances = train.Select(t => Distance(clip.ActionUnits, t.ActionUnits)).ToList();
            var nearest = distances.Min();
            return train.Where((_, i) => distances[i] == nearest).CountBy(t => t.Label)
                .OrderByDescending(p => p.Value).ThenByDescending(p => frequency[p.Key]).ThenBy(p => p.Key).First().Key;
        };
    }

    /// <summary>Jaccard distance: 1 - |a and b| / |a or b|; two empty sets are equal.</summary>
    public static double Distance(IReadOnlySet<int> a, IReadOnlySet<int> b)
    {
        var common = a.Count(b.Contains);
        var union = a.Count + b.Count - common;
        return union == 0 ? 0 : 1 - (double)common / union;
    }
}
