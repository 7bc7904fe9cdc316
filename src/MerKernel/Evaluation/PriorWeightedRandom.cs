namespace MerKernel.Evaluation;

/// <summary>Guessing by the training subjects' class frequencies. Many draws are pooled, so the figure is the expected one and not one draw's luck.</summary>
public static class PriorWeightedRandom
{
    /// <summary>One outcome for each subject, with every clip listed once for each draw.</summary>
    public static ImmutableArray<FoldOutcome> Run(IReadOnlyList<LabelledClip> clips, int draws = 100, int seed = 1)
    {
        var random = new Random(seed);
        // A list with every clip repeated has the same class frequencies, and asks for each clip as often.
        return [.. LosoBaseline.Run([.. Enumerable.Repeat(clips, draws).SelectMany(c => c)], train =>
        {
            var labels = train.Select(t => t.Label).ToArray();
            return _ => labels[random.Next(labels.Length)];
        })];
    }
}
