using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>Two runs on the same clips: which options differ, which clips changed sides, and by how much the scores differ.</summary>
/// <param name="First">The first run.</param>
/// <param name="Second">The second run.</param>
/// <param name="Options">Options that differ.</param>
/// <param name="Subjects">Subjects that both have; the comparison is of these.</param>
/// <param name="Clips">Clips of these subjects.</param>
/// <param name="Changed">Clips that one of them gets right and the other wrong.</param>
/// <param name="Accuracy">Accuracy, second minus first.</param>
/// <param name="AccuracyInterval">Its 95 % interval by paired bootstrap over subjects.</param>
/// <param name="UF1">UF1, second minus first.</param>
/// <param name="UF1Interval">Its interval.</param>
public sealed record RunComparison(RunInfo First, RunInfo Second, ImmutableArray<OptionDifference> Options, ImmutableArray<string> Subjects, int Clips,
    ImmutableArray<ChangedClip> Changed, double Accuracy, Interval AccuracyInterval, double UF1, Interval UF1Interval)
{
    /// <summary>Compares two runs under the final epoch.</summary>
    /// <exception cref="UserErrorException">They have no clips in common.</exception>
    public static RunComparison Of(RunCatalogue catalogue, RunInfo first, RunInfo second)
    {
        if (first.Experiment.Dataset != second.Experiment.Dataset || first.Experiment.Model.Classes != second.Experiment.Model.Classes)
            throw new UserErrorException($"{first.Hash} and {second.Hash} were run on different data sets or classes and cannot be compared clip by clip.");
        var (all, others) = (Outcomes(catalogue, first), Outcomes(catalogue, second));
        var a = all.Where(f => others.Any(o => Same(o, f))).ToList();
        var b = a.Select(f => others.First(o => Same(o, f))).ToList();
        if (a.Count == 0) throw new UserErrorException($"{first.Hash} and {second.Hash} have no subject with the same clips in common.");
        var classes = first.Experiment.Model.Classes;
        return new(first, second, OptionDifference.Between(first.Experiment, second.Experiment), [.. a.Select(f => f.Subject)], a.Sum(f => f.Clips.Length),
            [.. a.Zip(b).SelectMany(p => ChangedClip.Between(p.First, p.Second))],
            Score(b, classes, Metrics.Accuracy) - Score(a, classes, Metrics.Accuracy), PairedBootstrap.Of(b, a, classes, Metrics.Accuracy),
            Score(b, classes, Metrics.UF1) - Score(a, classes, Metrics.UF1), PairedBootstrap.Of(b, a, classes, Metrics.UF1));
    }

    static bool Same(FoldOutcome a, FoldOutcome b) => a.Subject == b.Subject && a.Clips.SequenceEqual(b.Clips);

    static ImmutableArray<FoldOutcome> Outcomes(RunCatalogue catalogue, RunInfo run) => EpochProtocol.Default.Apply(catalogue.Folds(run.Hash)).Folds;

    static double Score(IEnumerable<FoldOutcome> folds, int classes, Func<ConfusionMatrix, double> score) => score(ConfusionMatrix.Sum(folds.Select(f => f.Matrix(classes))));
}
