namespace MerKernel.Evaluation;

/// <summary>
/// Scores of a run or a rule, pooled over folds, 0 to 1, with 95 % intervals by bootstrap over subjects.
/// </summary>
public sealed record Score
{
    /// <summary>Clips scored.</summary>
    public required int Clips { get; init; }

    /// <summary>
    /// Subjects scored: as many as folds, but people where a fold leaves out a whole data set.
    /// </summary>
    public required int Folds { get; init; }

    /// <summary>Accuracy.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Macro F1 of the pooled confusion matrix.</summary>
    public required double UF1 { get; init; }

    /// <summary>Unweighted average recall.</summary>
    public required double Uar { get; init; }

    /// <summary>Interval of <see cref="Accuracy"/>.</summary>
    public required Interval AccuracyInterval { get; init; }

    /// <summary>Interval of <see cref="UF1"/>.</summary>
    public required Interval UF1Interval { get; init; }

    /// <summary>Interval of <see cref="Uar"/>.</summary>
    public required Interval UarInterval { get; init; }

    /// <summary>The pooled confusion matrix behind all scores but the F1s.</summary>
    public required ConfusionMatrix Confusion { get; init; }

    /// <summary>F1 averaged by class size.</summary>
    public required double WeightedF1 { get; init; }

    /// <summary>Mean over folds of the fold's macro F1.</summary>
    public required double MeanFoldF1 { get; init; }

    /// <summary>Cohen's kappa.</summary>
    [JsonIgnore]
    public double Kappa => Metrics.Kappa(Confusion);

    /// <summary>Precision, recall and F1 of each class, in label order.</summary>
    [JsonIgnore]
    public ImmutableArray<ClassScore> PerClass => Metrics.PerClass(Confusion);

    /// <summary>Scores a protocol's choice.</summary>
    /// <param name="outcome">The folds at the chosen epochs.</param>
    /// <param name="classes">Number of classes.</param>
    public static Score Of(ProtocolOutcome outcome, int classes) => Of(outcome.Folds, outcome.F1Folds, classes);

    /// <summary>Scores a rule that knows no epochs.</summary>
    /// <param name="folds">One outcome for each subject; the clips of several seeds are one after the other.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="ArgumentException">There is no fold, or a subject has two.</exception>
    public static Score Of(ImmutableArray<FoldOutcome> folds, int classes) => Of(folds, folds, classes);

    /// <param name="folds">The source of accuracy, UAR, kappa and the classes' scores.</param>
    /// <param name="f1Folds">
    /// The source of UF1, weighted F1 and the mean per-fold F1; the same folds but for the published epoch rule.
    /// </param>
    /// <param name="classes">Number of classes.</param>
    static Score Of(ImmutableArray<FoldOutcome> folds, ImmutableArray<FoldOutcome> f1Folds, int classes)
    {
        if (folds.IsDefaultOrEmpty)
            throw new ArgumentException("There is no fold to score; give one outcome for each subject.", nameof(folds));
        // Twice the same person would count as two, and make the intervals narrower than they are.
        if (folds.GroupBy(f => f.Subject).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Subject {twice.Key} has {twice.Count()} folds, and intervals are over " +
                "subjects; put all its clips into one outcome.", nameof(folds));
        var subjects = folds.Select(f => f.Matrix(classes)).ToList();
        var f1Subjects = f1Folds.Select(f => f.Matrix(classes)).ToList();
        var (pooled, f1Pooled) = (ConfusionMatrix.Sum(subjects), ConfusionMatrix.Sum(f1Subjects));
        var sameFolds = folds.SequenceEqual(f1Folds);
        var intervals = SubjectBootstrap.Of(subjects,
            sameFolds ? [Metrics.Accuracy, Metrics.Uar, Metrics.UF1] : [Metrics.Accuracy, Metrics.Uar]);
        return new Score
        {
            Clips = folds.Sum(f => f.Clips.Distinct().Count()),
            Folds = folds.Length,
            Accuracy = Metrics.Accuracy(pooled),
            UF1 = Metrics.UF1(f1Pooled),
            Uar = Metrics.Uar(pooled),
            AccuracyInterval = intervals[0],
            UF1Interval = sameFolds ? intervals[2] : SubjectBootstrap.Of(f1Subjects, [Metrics.UF1])[0],
            UarInterval = intervals[1],
            Confusion = pooled,
            WeightedF1 = Metrics.WeightedF1(f1Pooled),
            MeanFoldF1 = Metrics.MeanFoldF1(f1Subjects),
        };
    }
}
