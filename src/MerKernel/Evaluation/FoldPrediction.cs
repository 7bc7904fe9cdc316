namespace MerKernel.Evaluation;

/// <summary>
/// The predictions of one LOSO fold: for every epoch the logits of every test clip. Plain numbers, no tensors.
/// </summary>
public sealed record FoldPrediction
{
    /// <summary>The subject left out.</summary>
    public required string Subject { get; init; }

    /// <summary>Ids of the test clips ('01/EP02_01f').</summary>
    public required ImmutableArray<string> Clips { get; init; }

    /// <summary>True label of each test clip.</summary>
    public required ImmutableArray<int> Labels { get; init; }

    /// <summary>Logits by epoch, then test clip, then class.</summary>
    public required ImmutableArray<ImmutableArray<ImmutableArray<float>>> Logits { get; init; }

    /// <summary>Mean training loss of each epoch.</summary>
    public required ImmutableArray<float> TrainingLoss { get; init; }

    /// <summary>Labels of the validation subjects' clips; empty unless the experiment has such subjects.</summary>
    public ImmutableArray<int> HeldOutLabels { get; init; } = [];

    /// <summary>Epochs at the start that trained a first stage without the classes; none can be chosen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int EpochsBeforeClasses { get; init; }

    /// <summary>
    /// Logits of the validation subjects' clips by epoch, then clip, then class; empty unless the experiment has such
    /// subjects.
    /// </summary>
    public ImmutableArray<ImmutableArray<ImmutableArray<float>>> HeldOutLogits { get; init; } = [];

    /// <summary>Attention angles in degrees by epoch, then block, of networks that learn them; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<ImmutableArray<float>>? Angles { get; init; }

    /// <summary>
    /// BatchNorm's running statistics against the batch's at the end of training; null for networks without BatchNorm
    /// and in folds of older versions.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StatisticsCheck? Statistics { get; init; }

    /// <summary>
    /// FACS numbers of the units that a detector found in each test clip, where the experiment asks for one; else null.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<ImmutableArray<int>>? ActionUnits { get; init; }

    /// <summary>
    /// Whether every epoch has logits for every clip and every clip a label; a stored file may say anything.
    /// </summary>
    public bool IsWhole() =>
        Subject is not null && !Clips.IsDefault && !Clips.Contains(null!) && !TrainingLoss.IsDefault
        && Fits(Labels, Logits) && Labels.Length == Clips.Length && Fits(HeldOutLabels, HeldOutLogits)
        && (ActionUnits is not { } units
            || !units.IsDefault && units.Length == Clips.Length && units.All(u => !u.IsDefault))
        && Logits.Length > 0 && TrainingLoss.Length == Logits.Length
        && EpochsBeforeClasses >= 0 && EpochsBeforeClasses < Logits.Length
        && (HeldOutLabels.IsEmpty || HeldOutLogits.Length == Logits.Length);

    static bool Fits(ImmutableArray<int> labels, ImmutableArray<ImmutableArray<ImmutableArray<float>>> logits)
    {
        if (labels.IsDefault || logits.IsDefault) return false;
        var classes = logits is [[{ IsDefault: false } first, ..], ..] ? first.Length : int.MaxValue;
        foreach (var epoch in logits)
        {
            if (epoch.IsDefault || epoch.Length != labels.Length) return false;
            foreach (var clip in epoch)
                if (clip.IsDefault || clip.Length != classes) return false;
        }
        foreach (var label in labels)
            if (label < 0 || label >= classes) return false;
        return true;
    }

    /// <summary>The decisions after an epoch: the class of the largest logit, the first of equal ones.</summary>
    /// <param name="epoch">Epoch, from 0.</param>
    public FoldOutcome At(int epoch) => new()
    {
        Subject = Subject,
        Clips = Clips,
        Labels = Labels,
        Predictions = ImmutableArray.CreateRange(Logits[epoch], Largest),
        Epoch = epoch + 1,
    };

    /// <summary>Index of the largest logit; the first of equal ones.</summary>
    /// <exception cref="ArgumentException">A logit is NaN, which is no decision, or there is none.</exception>
    public static int Largest(ImmutableArray<float> logits)
    {
        if (logits.IsDefaultOrEmpty || logits.Any(float.IsNaN))
            throw new ArgumentException("A clip has no logits, or one that is NaN, and so no decision; give a finite " +
                "number for each class.", nameof(logits));
        var best = 0;
        for (var c = 1; c < logits.Length; c++)
            if (logits[c] > logits[best]) best = c;
        return best;
    }
}

/// <summary>The decisions on one subject's clips that an epoch protocol (or a baseline) scores.</summary>
public sealed record FoldOutcome
{
    /// <summary>The subject left out.</summary>
    public required string Subject { get; init; }

    /// <summary>Ids of the test clips; a protocol that scores several epochs lists them once for each epoch.</summary>
    public required ImmutableArray<string> Clips { get; init; }

    /// <summary>True label of each entry.</summary>
    public required ImmutableArray<int> Labels { get; init; }

    /// <summary>Predicted class of each entry.</summary>
    public required ImmutableArray<int> Predictions { get; init; }

    /// <summary>The scored epoch, from 1; null where no single epoch was scored.</summary>
    public int? Epoch { get; init; }

    /// <summary>Several outcomes of a subject as one.</summary>
    internal static FoldOutcome Joined(string subject, params IReadOnlyCollection<FoldOutcome> outcomes) => new()
    {
        Subject = subject,
        Clips = [.. outcomes.SelectMany(o => o.Clips)],
        Labels = [.. outcomes.SelectMany(o => o.Labels)],
        Predictions = [.. outcomes.SelectMany(o => o.Predictions)],
    };

    /// <summary>
    /// Runs on the same subjects as one system that decides each clip once in every run: for intervals and tests over
    /// subjects and seeds.
    /// </summary>
    /// <param name="runs">A system's outcomes with one seed, subject by subject; then with the next.</param>
    /// <exception cref="ArgumentException">The runs are of different subjects.</exception>
    public static ImmutableArray<FoldOutcome> Together(params IReadOnlyList<ImmutableArray<FoldOutcome>> runs) =>
        runs is [var only] ? only
            : runs.Any(run => !run.Select(f => f.Subject).ToHashSet().SetEquals(runs[0].Select(f => f.Subject)))
                ? throw new ArgumentException("The runs were scored on different subjects.")
                : [.. runs.SelectMany(r => r).GroupBy(f => f.Subject).Select(s => Joined(s.Key, [.. s]))];

    /// <summary>Some of the entries.</summary>
    internal FoldOutcome Only(Func<string, bool> clips) =>
        Enumerable.Range(0, Clips.Length).Where(i => clips(Clips[i])).ToList() is var kept ? this with
        {
            Clips = [.. kept.Select(i => Clips[i])],
            Labels = [.. kept.Select(i => Labels[i])],
            Predictions = [.. kept.Select(i => Predictions[i])],
        } : this;

    /// <summary>The fold's confusion matrix.</summary>
    /// <exception cref="ArgumentException">
    /// Clips, labels and predictions differ in number, or one names a class outside the range.
    /// </exception>
    public ConfusionMatrix Matrix(int classes) => Clips.Length == Labels.Length
        ? ConfusionMatrix.Of(Labels, Predictions, classes)
        : throw new ArgumentException($"Subject {Subject} has {Clips.Length} clips and {Labels.Length} labels; there " +
            "must be one label for each clip.");
}

/// <summary>
/// Training clips that a trained network gets right with BatchNorm's running statistics and with those of the batch.
/// Running statistics start at mean 0 and variance 1, and every batch keeps 9/10 of them: after too few batches
/// a network predicts with statistics that it was never trained with.
/// </summary>
/// <param name="Clips">Training clips asked, at most <see cref="MostClips"/> of a fold.</param>
/// <param name="Running">Right with the running statistics, as in every prediction.</param>
/// <param name="Batch">Right with the batch's statistics, as in training.</param>
public sealed record StatisticsCheck(int Clips, int Running, int Batch)
{
    /// <summary>Clips of a fold that are asked; one batch.</summary>
    public const int MostClips = 64;

    /// <summary>Batches after which the start's share in the running statistics is below 1/10,000: 0.9^88.</summary>
    public const int SettledBatches = 88;

    /// <summary>Points of accuracy between the two from which a table names it.</summary>
    public const double NamedFrom = 5;

    /// <summary>How much more the batch's statistics get right, in points of accuracy.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double Gap => Clips == 0 ? 0 : 100.0 * (Batch - Running) / Clips;

    /// <summary>The check over several folds; null where none has one.</summary>
    public static StatisticsCheck? Over(IEnumerable<StatisticsCheck?> folds) =>
        folds.OfType<StatisticsCheck>().ToList() is { Count: > 0 } all
            ? new(all.Sum(f => f.Clips), all.Sum(f => f.Running), all.Sum(f => f.Batch)) : null;
}
