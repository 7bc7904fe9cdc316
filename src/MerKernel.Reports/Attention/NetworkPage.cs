using MerKernel.Explanation;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Reports.Attention;

/// <summary>The networks as a whole: what they recognise, and what lies together in their features.</summary>
static class NetworkPage
{
    public static IHtmlContent Table(AttentionStudy study)
    {
        var truth = study.TestClips.Select(i => study.Data.Labels[i]).ToArray();
        return TextTable.OfFigures($"The networks that are looked into\n{study.Brief}", ["network", "recognised", "of", "accuracy (%)"],
            study.Labels.Select(label =>
            {
                var right = study.Of(label).Zip(truth).Count(p => p.First.Predicted == p.Second);
                return new[] { label, $"{right}", $"{truth.Length}", Figures.Percent((double)right / truth.Length) };
            }),
            $"Subjects left out: {string.Join(", ", study.Subjects)}. Weights after the last epoch.");
    }

    public static IHtmlContent Neighbours(AttentionStudy study, IReadOnlyList<string> labels) => TextTable.OfFigures(
        $"Is a clip's nearest neighbour of its own kind? (%, in brackets: if the neighbour were any other clip)\n{study.Brief}",
        ["network", "emotion,\nclips trained on", "emotion,\nclips left out", "subject,\nclips left out"],
        labels.Select(label => new[]
        {
            label, Written(study, label, c => study.Data.Clips[c].Emotion, leftOut: false),
            Written(study, label, c => study.Data.Clips[c].Emotion, leftOut: true), Written(study, label, c => study.Data.Clips[c].Subject, leftOut: true),
        }),
        "Features in front of the head's last linear layer; Euclidean distance; all clips of the set are possible neighbours; mean over the folds.");

    /// <summary>Mean agreement over folds of clips trained on, or left out.</summary>
    public static (double Share, double Chance) Agreement(AttentionStudy study, string label, Func<int, string> kind, bool leftOut)
    {
        var kinds = Enumerable.Range(0, study.Data.Clips.Length).Select(kind).ToArray();
        var folds = study.Subjects.Select(subject =>
        {
            var points = study.Everyone(label, subject).Select(c => (IReadOnlyList<float>)c.Embedding).ToArray();
            return NeighbourAgreement.Of(points, kinds, [.. Enumerable.Range(0, points.Length).Where(i => study.Data.Clips[i].Subject == subject == leftOut)]);
        }).ToArray();
        double Mean(Func<NeighbourAgreement, double> of) => folds.Sum(f => of(f) * f.Count) / folds.Sum(f => f.Count);
        return (Mean(f => f.Share), Mean(f => f.Chance));
    }

    static string Written(AttentionStudy study, string label, Func<int, string> kind, bool leftOut)
    {
        var (share, chance) = Agreement(study, label, kind, leftOut);
        return $"{Figures.Percent(share)} ({Figures.Percent(chance)})";
    }
}
