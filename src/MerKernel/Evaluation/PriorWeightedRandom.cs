namespace MerKernel.Evaluation;

/// <summary>Guessing by the training subjects' class frequencies. Many draws are pooled, so the figure is the expected one and not one draw's luck.</summary>
public static class PriorWeightedRandom
{
    /// <summary>One outcome for each subject, with every clip listed once for each draw.</summary>
    public static ImmutableArray<FoldOutcome> Run(IReadOnlyList<LabelledClip> clips, int draws = 100, int seed = 1)
    {
        // One generator for all subjects, one after the other.
        var random = new Random(seed);
        return [.. clips.GroupBy(c => c.Subject).Select(test =>
        {
            var others = clips.Where(c => c.Subject != test.Key).Select(c => c.Label).ToArray();
            LabelledClip[] repeated = [.. Enumerable.Repeat(test, draws).SelectMany(c => c)];
            return new FoldOutcome
            {
                Subject = test.Key,
                Clips = [.. repeated.Select(c => c.Id)],
                Labels = [.. repeated.Select(c => c.Label)],
                // As from a list of the other clips that is repeated as often, which the numbers in README and notebooks were drawn from.
                Predictions = [.. repeated.Select(_ => others[random.Next(others.Length * draws) % others.Length])],
            };
        })];
    }
}
