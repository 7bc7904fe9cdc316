namespace MerKernel.Evaluation;

/// <summary>Always the commonest class of the training subjects; of equally common ones the first in label order.</summary>
public static class MajorityClass
{
    /// <summary>The rule for a fold.</summary>
    public static Func<LabelledClip, int> Fit(IReadOnlyList<LabelledClip> train)
    {
        var majority = train.CountBy(c => c.Label).OrderByDescending(p => p.Value).ThenBy(p => p.Key).First().Key;
        return _ => majority;
    }
}
