namespace MerKernel.Evaluation;

/// <summary>Runs a rule leave one subject out: it is fitted on the other subjects' clips and decides the subject's.</summary>
public static class LosoBaseline
{
    /// <summary>One outcome for each subject, in order of first appearance.</summary>
    /// <param name="clips">All clips.</param>
    /// <param name="fit">
    /// Takes the training clips of a fold and gives the rule that decides a test clip; it must not use the test clip's label. Is called from several threads.
    /// </param>
    public static ImmutableArray<FoldOutcome> Run(
        IReadOnlyList<LabelledClip> clips, Func<IReadOnlyList<LabelledClip>, Func<LabelledClip, int>> fit) =>
        [.. clips.Select(c => c.Subject).Distinct().AsParallel().AsOrdered().Select(subject =>
        {
            var test = clips.Where(c => c.Subject == subject).ToList();
            var rule = fit([.. clips.Where(c => c.Subject != subject)]);
            return new FoldOutcome
            {
                Subject = subject,
                Clips = [.. test.Select(c => c.Id)],
                Labels = [.. test.Select(c => c.Label)],
                Predictions = [.. test.Select(rule)],
            };
        })];
}
