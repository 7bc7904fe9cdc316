namespace MerKernel.Synthetic;

/// <summary>
/// The truth about a synthetic data set, known from its generator: the best that any rule can do from the coded action
/// units, from the movement, and from both; and the movement of each emotion. No real data set can tell.
/// </summary>
/// <remarks>
/// The limits are Bayes rates with the class counts as prior, summed over everything the generator can draw; the few
/// odd cells of the real sheets are left out. Strength, side, timing and person say nothing about the class. A trace,
/// the movement that goes with an emotion and that no coder notes, is taken to be told from a coded unit by its
/// weakness.
/// </remarks>
public sealed record KnownTruth
{
    /// <summary>The data set.</summary>
    public required DatasetId Dataset { get; init; }

    /// <summary>Always the commonest class.</summary>
    public required Limit Majority { get; init; }

    /// <summary>The best rule that sees the 21 action units of the networks and no image.</summary>
    public required Limit ActionUnits { get; init; }

    /// <summary>
    /// The best rule that sees the whole movement and no coding: units that faces perform, and traces.
    /// </summary>
    public required Limit Movement { get; init; }

    /// <summary>The best rule that sees both.</summary>
    public required Limit Both { get; init; }

    /// <summary>
    /// The movement of each class, in the order of the roster: its sets of units with their shares, and its trace.
    /// </summary>
    public required ImmutableArray<Shown> Emotions { get; init; }

    /// <summary>Share of the clips whose set of action units occurs in more than one class.</summary>
    public required double Ambiguous { get; init; }

    /// <summary>The truth about a data set of a size.</summary>
    public static KnownTruth Of(DatasetId dataset, SyntheticSize size)
    {
        var roster = SyntheticRoster.Of(dataset, size);
        double clips = roster.Emotions.Sum(e => e.Clips);
        var draws = roster.Emotions.SelectMany(e => Draws(dataset, e.Emotion, e.Clips / clips)).ToList();
        string[] emotions = [.. roster.Emotions.Select(e => e.Emotion)];
        Limit By(Func<Draw, string> seen) => Limit.Of(emotions, draws.Select(d => (d.Emotion, seen(d), d.Share)));
        return new()
        {
            Dataset = dataset,
            Majority = By(_ => ""),
            ActionUnits = By(Coded),
            Movement = By(Performed),
            Both = By(d => $"{Coded(d)} {Performed(d)}"),
            Emotions = [.. roster.Emotions.Select(e => new Shown(e.Emotion, e.Clips,
                [.. EmotionRules.Sets(dataset, e.Emotion)], EmotionRules.Trace(e.Emotion)))],
            Ambiguous = draws.GroupBy(Coded).Where(g => g.Select(d => d.Emotion).Distinct().Count() > 1)
                .Sum(g => g.Sum(d => d.Share)),
        };
    }

    static string Coded(Draw draw) =>
        string.Join('+', draw.Units.Where(MerKernel.Data.ActionUnits.Used.Contains).Order());

    static string Performed(Draw draw) =>
        $"{string.Join('+', draw.Units.Where(AuKernels.Known.Contains).Order())} trace {draw.Trace}";

    static IEnumerable<Draw> Draws(DatasetId dataset, string emotion, double share)
    {
        foreach (var (units, chance) in EmotionRules.Sets(dataset, emotion))
        {
            var traced = EmotionRules.Trace(emotion) is { } trace && !units.Contains(trace)
                ? EmotionRules.TraceChance : 0;
            if (traced > 0) yield return new(emotion, units, EmotionRules.Trace(emotion), share * chance * traced);
            yield return new(emotion, units, null, share * chance * (1 - traced));
        }
    }

    sealed record Draw(string Emotion, ImmutableArray<int> Units, int? Trace, double Share);
}

/// <summary>The best that a rule can do from its input.</summary>
/// <param name="Accuracy">Share of the clips it gets right, 0 to 1.</param>
/// <param name="Recall">Share of each class's clips, in the roster's order.</param>
public sealed record Limit(double Accuracy, ImmutableArray<(string Emotion, double Recall)> Recall)
{
    /// <summary>
    /// The rule that gives everything it can tell apart the likeliest class; of equally likely ones the first.
    /// </summary>
    /// <param name="emotions">The classes.</param>
    /// <param name="draws">Class, its observation, and how often that comes; shares add up to 1.</param>
    public static Limit Of(IReadOnlyList<string> emotions,
        IEnumerable<(string Emotion, string Seen, double Share)> draws)
    {
        var all = draws.ToList();
        var right = emotions.ToDictionary(e => e, _ => 0.0);
        foreach (var seen in all.GroupBy(d => d.Seen))
        {
            var (likeliest, share) = emotions.Select(e => (e, seen.Where(d => d.Emotion == e).Sum(d => d.Share)))
                .MaxBy(c => c.Item2);
            right[likeliest] += share;
        }
        return new(right.Values.Sum(),
            [.. emotions.Select(e => (e, right[e] / all.Where(d => d.Emotion == e).Sum(d => d.Share)))]);
    }
}

/// <summary>An emotion's movement.</summary>
/// <param name="Emotion">The class, in the sheet's spelling.</param>
/// <param name="Clips">Its clips in the roster.</param>
/// <param name="Sets">Sets of action units with their shares, which add up to 1.</param>
/// <param name="Trace">
/// The unit that goes with it unseen by coders, in <see cref="EmotionRules.TraceChance"/> of the clips that do not show
/// it anyway; null for none.
/// </param>
public sealed record Shown(string Emotion, int Clips, ImmutableArray<(ImmutableArray<int> Units, double Share)> Sets,
    int? Trace);
