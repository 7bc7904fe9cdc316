using System.Globalization;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>A run's predictions, a row per clip, for spreadsheets and other programs. Logits read back exactly.</summary>
public static class RunExport
{
    /// <summary>The clips under each protocol; where it scores accuracy and F1 at different epochs, under each of the two.</summary>
    /// <param name="folds">The run.</param>
    /// <param name="classes">Names of the classes, in label order.</param>
    /// <param name="protocols">Protocols that choose one epoch in each fold.</param>
    /// <exception cref="UserErrorException">A protocol chooses no single epoch, or the run cannot be scored by it.</exception>
    public static TextTable Of(IReadOnlyList<FoldPrediction> folds, ImmutableArray<string> classes, ImmutableArray<EpochProtocol> protocols) =>
        TextTable.Of("", ["clip", "subject", "fold", "label", "class", "protocol", "epoch", "predicted", .. classes.Select(c => $">{c}")],
            from protocol in protocols
            let outcome = protocol.Apply(folds)
            from scores in outcome.Folds.SequenceEqual(outcome.F1Folds) ? [(protocol.Name, outcome.Folds)] : new[] { (protocol.Name, outcome.Folds), ($"{protocol.Name} (F1)", outcome.F1Folds) }
            from pair in folds.Zip(scores.Item2)
            from row in Rows(pair.First, (pair.Second.Epoch ?? throw new UserErrorException($"The protocol {protocol.Name} scores several epochs and has no logits of its own; use final, best-test or held-out, or every for every epoch.")) - 1, scores.Item1, classes)
            select row);

    /// <summary>The clips after every epoch: the input of <c>mer score</c>.</summary>
    public static TextTable EveryEpoch(IReadOnlyList<FoldPrediction> folds, ImmutableArray<string> classes, int seed) =>
        TextTable.Of("", ["clip", "fold", "epoch", "seed", .. classes.Select(c => $">{c}")],
            from fold in folds
            from epoch in Enumerable.Range(0, fold.Logits.Length)
            from i in Enumerable.Range(0, fold.Clips.Length)
            select (IEnumerable<string>)[fold.Clips[i], fold.Subject, $"{epoch + 1}", $"{seed}", .. Logits(fold, epoch, i)]);

    /// <summary>The class names of an experiment; numbers where it was run on classes of another set than the paper's five or the challenge's three.</summary>
    public static ImmutableArray<string> ClassesOf(Experiment experiment) =>
        ClassSets(experiment.Dataset).Select(s => s.Classes).FirstOrDefault(c => c.Length == experiment.Model.Classes,
            [.. Enumerable.Range(0, experiment.Model.Classes).Select(c => $"{c}")]);

    static ImmutableArray<ClassSet> ClassSets(DatasetId id) => DatasetDescription.TryOf(id) is { } set ? [set.Classes, set.Three, set.AllEmotions] : id == DatasetId.Own ? [] : [ClassSet.MegcThree];

    static IEnumerable<IEnumerable<string>> Rows(FoldPrediction fold, int epoch, string protocol, ImmutableArray<string> classes) =>
        fold.Clips.Select((clip, i) => (IEnumerable<string>)[clip, fold.Subject, fold.Subject, $"{fold.Labels[i]}", classes[fold.Labels[i]], protocol, $"{epoch + 1}",
            classes[FoldPrediction.Largest(fold.Logits[epoch][i])], .. Logits(fold, epoch, i)]);

    static IEnumerable<string> Logits(FoldPrediction fold, int epoch, int clip) => fold.Logits[epoch][clip].Select(x => x.ToString(CultureInfo.InvariantCulture));
}
