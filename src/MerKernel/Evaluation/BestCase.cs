namespace MerKernel.Evaluation;

/// <summary>
/// The smallest p-value that two accuracies could have had, whatever the predictions behind them were: every clip on
/// which the systems part speaks for the better one. Where even that is not below the level, no prediction could have
/// made the difference significant.
/// </summary>
/// <param name="First">Clips that the first system gets right.</param>
/// <param name="Second">Clips that the second gets right.</param>
/// <param name="Clips">Clips scored.</param>
/// <param name="Subjects">Subjects they are of.</param>
public sealed record BestCase(int First, int Second, int Clips, int Subjects)
{
    /// <summary>
    /// The best case of two accuracies as printed: of the numbers of clips that print as an accuracy, or of the two
    /// around it where none does, the one that takes the two furthest apart.
    /// </summary>
    /// <param name="first">Accuracy in percent.</param>
    /// <param name="second">Accuracy in percent.</param>
    /// <param name="clips">Clips scored.</param>
    /// <param name="subjects">Subjects they are of.</param>
    /// <exception cref="UserErrorException">
    /// An accuracy is outside 0 to 100, or there are no clips or more subjects than clips.
    /// </exception>
    public static BestCase Of(decimal first, decimal second, int clips, int subjects)
    {
        if (clips < 1) throw new UserErrorException($"{clips} clips cannot be scored; give 1 or more.");
        if (subjects < 1 || subjects > clips)
            throw new UserErrorException($"{clips} clips cannot be of {subjects} subjects; give 1 to {clips}.");
        foreach (var accuracy in (decimal[])[first, second])
            if (accuracy is < 0 or > 100)
                throw new UserErrorException($"{accuracy} is no accuracy in percent; give 0 to 100.");
        return (from a in Right(first, clips) from b in Right(second, clips) select new BestCase(a, b, clips, subjects))
            .MaxBy(c => c.Apart)!;
    }

    /// <summary>The lowest and the highest number of clips that an accuracy can mean, rounded if possible.</summary>
    /// <param name="accuracy">Accuracy in percent, as printed.</param>
    /// <param name="clips">Clips scored.</param>
    public static int[] Right(decimal accuracy, int clips) =>
        Grim.Every(accuracy, clips).GroupBy(m => m.Rounding, m => m.Correct).MinBy(m => m.Key) is { } all
            ? [all.First(), all.Last()]
            : accuracy * clips / 100 is var right ? [(int)Math.Floor(right), (int)Math.Ceiling(right)] : [];

    /// <summary>Clips by which the accuracies differ: the fewest on which the systems can part.</summary>
    public int Apart => Math.Abs(First - Second);

    /// <summary>McNemar's exact test with all of them on one side.</summary>
    public double McNemarP => McNemar.P(Apart, 0);

    /// <summary>
    /// The permutation test by subject on accuracy, which allows for clips of one subject being alike: at best every
    /// clip is of a subject of its own.
    /// </summary>
    public double SubjectP => McNemar.P(Math.Min(Apart, Subjects), 0);
}
