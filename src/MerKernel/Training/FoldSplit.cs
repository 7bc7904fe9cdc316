using MerKernel.Data;

namespace MerKernel.Training;

/// <summary>
/// Which clips of a data set a fold trains on, chooses its epoch on, and is tested on: indices into its clips.
/// </summary>
/// <param name="Subject">The subject left out.</param>
/// <param name="Train">Clips trained on.</param>
/// <param name="HeldOut">Clips of the validation subjects; empty unless asked for.</param>
/// <param name="Test">Every clip of the subject left out.</param>
public sealed record FoldSplit(string Subject, ImmutableArray<int> Train, ImmutableArray<int> HeldOut,
    ImmutableArray<int> Test)
{
    /// <summary>Leaves one subject out and trains on all the others (paper section 4.1).</summary>
    /// <param name="data">The data set.</param>
    /// <param name="subject">The subject to test on.</param>
    /// <exception cref="UserErrorException">
    /// The subject has no clip, or no other subject remains to train on.
    /// </exception>
    public static FoldSplit LeaveOut(MerDataset data, string subject) =>
        LeaveOut(data.Clips, data.Subject(subject), 0, new Random(0));

    /// <summary>Leaves one subject out (paper section 4.1).</summary>
    /// <param name="clips">All clips.</param>
    /// <param name="subject">The subject to test on.</param>
    /// <param name="heldOutSubjects">How many of the others validate, drawn with <paramref name="random"/>.</param>
    /// <param name="random">Generator of that draw.</param>
    /// <exception cref="UserErrorException">
    /// The subject has no clip, or too few subjects remain to train on.
    /// </exception>
    public static FoldSplit LeaveOut(IReadOnlyList<Clip> clips, string subject, int heldOutSubjects, Random random)
    {
        var others = clips.Select(c => c.Subject).Distinct().Where(s => s != subject)
            .Order(StringComparer.Ordinal).ToArray();
        if (clips.All(c => c.Subject != subject))
            throw new UserErrorException(
                $"Subject '{subject}' has no clip in this data set; its subjects are {string.Join(", ", others)}.");
        if (others.Length == 0)
            throw new UserErrorException(
                $"All clips are of subject {subject}; leave-one-subject-out needs two subjects.");
        DemandTraining(heldOutSubjects, others.Length);

        random.Shuffle(others);
        var heldOut = others.Take(heldOutSubjects).ToHashSet();
        return new FoldSplit(subject,
            Where(clips, s => s != subject && !heldOut.Contains(s)), Where(clips, heldOut.Contains),
            Where(clips, s => s == subject));
    }

    /// <summary>Refuses validation subjects that leave nobody to train on.</summary>
    internal static void DemandTraining(int heldOutSubjects, int others)
    {
        if (heldOutSubjects < 0)
            throw new UserErrorException($"{heldOutSubjects} validation subjects are not possible; name 0 or more.");
        if (heldOutSubjects > 0 && heldOutSubjects >= others)
            throw new UserErrorException($"{heldOutSubjects} validation subjects of {others} training subjects leave " +
                "none to train on; name fewer.");
    }

    static ImmutableArray<int> Where(IReadOnlyList<Clip> clips, Func<string, bool> subject) =>
        [.. Enumerable.Range(0, clips.Count).Where(i => subject(clips[i].Subject))];
}
