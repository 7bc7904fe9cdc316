using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>How the clips of one data set fared under a protocol over several, or all of them together.</summary>
/// <param name="Dataset">The set; null for all together.</param>
/// <param name="Clips">Clips scored.</param>
/// <param name="People">People they are of.</param>
/// <param name="UF1">Macro F1 of their pooled confusion matrix.</param>
/// <param name="Uar">Unweighted average recall.</param>
/// <param name="Accuracy">Accuracy.</param>
/// <param name="ApexMilliseconds">Median time from onset to apex; null where a frame rate is not known.</param>
public sealed record PartScore(DatasetId? Dataset, int Clips, int People, double UF1, double Uar, double Accuracy, double? ApexMilliseconds)
{
    /// <summary>All clips first, then each data set in the order of its clips.</summary>
    /// <param name="data">The data set of <see cref="FoldProtocol.Of(IReadOnlyList{MerDataset})"/>.</param>
    /// <param name="outcome">Its folds at the chosen epochs; clips that are not in it are not counted.</param>
    /// <exception cref="ArgumentException">The data set is none that a protocol made.</exception>
    public static ImmutableArray<PartScore> Of(MerDataset data, ProtocolOutcome outcome)
    {
        var protocol = FoldProtocol.Of(data.Id) ?? throw new ArgumentException($"{data.Title} is one data set.", nameof(data));
        var clips = data.Clips.ToDictionary(c => c.Id);
        return [.. data.Clips.Select(c => c.Dataset).Distinct().Select(id => (DatasetId?)id).Prepend(null).Select(part => Score(part)).OfType<PartScore>()];

        PartScore? Score(DatasetId? part)
        {
            ConfusionMatrix Pooled(ImmutableArray<FoldOutcome> folds) => ConfusionMatrix.Sum(folds.Select(f => Of(f, part)).Prepend(new FoldOutcome { Subject = "", Clips = [], Labels = [], Predictions = [] }).Select(f => f.Matrix(data.Classes.Length)));
            var (pooled, forF1) = (Pooled(outcome.Folds), Pooled(outcome.F1Folds));
            if (pooled.Total == 0) return null;
            var scored = outcome.Folds.SelectMany(f => f.Clips).Distinct().Select(id => clips[id]).Where(c => part is null || c.Dataset == part).ToList();
            double[] times = [.. scored.Select(c => c.ApexMilliseconds).OfType<double>().Order()];
            return new PartScore(part, scored.Count, scored.Select(protocol.PersonOf).Distinct().Count(), Metrics.UF1(forF1), Metrics.Uar(pooled), Metrics.Accuracy(pooled),
                times.Length < scored.Count ? null : (times[(times.Length - 1) / 2] + times[times.Length / 2]) / 2);
        }

        FoldOutcome Of(FoldOutcome fold, DatasetId? part)
        {
            if (part is null) return fold;
            int[] kept = [.. Enumerable.Range(0, fold.Clips.Length).Where(i => clips[fold.Clips[i]].Dataset == part)];
            return fold with { Clips = [.. kept.Select(i => fold.Clips[i])], Labels = [.. kept.Select(i => fold.Labels[i])], Predictions = [.. kept.Select(i => fold.Predictions[i])] };
        }
    }
}
