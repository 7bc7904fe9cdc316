using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Reporting;

/// <summary>What follows from the audit, in sentences computed from its tables.</summary>
public static class AuditConclusions
{
    /// <summary>The sentences that need no data.</summary>
    public static IEnumerable<string> Sentences()
    {
        foreach (var dataset in Enum.GetValues<DatasetId>()) yield return Accuracies(dataset);
        var contradictions = PaperAudit.Contradictions();
        yield return $"{contradictions.Length} values are printed differently in different places: " +
            $"{string.Join("; ", contradictions.Select(c => $"{Variants.Named(c.Variant).Name}, {c.Quantity} on {c.Dataset.Title()}, {string.Join(" and ", c.Values.Select(v => Figures.Printed(v.Value)))}"))}.";
        foreach (var dataset in Enum.GetValues<DatasetId>()) yield return F1Scores(dataset);
        yield return Log();
    }

    /// <summary>The sentences with those on a study's data.</summary>
    public static IHtmlContent Of(Study study) => HtmlText.Paragraphs(Sentences().Concat(study.Datasets.Select(d => WithoutImages(study, d))));

    static string Accuracies(DatasetId dataset)
    {
        var size = PaperAudit.LikelySize(dataset);
        var findings = PaperAudit.Accuracies(dataset);
        bool Rounded(AccuracyFinding f) => f.Matches.Any(m => m.Total == size && m.Rounding == GrimRounding.Rounded);
        var others = findings.Where(f => !Rounded(f)).Select(f => $"{Figures.Printed(f.Accuracy)} ({Fits(f)})").ToList();
        return $"{dataset.Title()}: {findings.Count(Rounded)} of {findings.Length} distinct accuracies are rounded shares of {size} clips. " +
            (others.Count == 0 ? "There is no other." : $"The others: {string.Join("; ", others)}.");
    }

    static string Fits(AccuracyFinding finding) => finding.Matches.IsEmpty ? "no share of any size in question"
        : string.Join(" or ", finding.Matches.Select(m => $"{m.Correct} of {m.Total}{(m.Rounding == GrimRounding.Cut ? ", cut and not rounded" : "")}"));

    static string F1Scores(DatasetId dataset)
    {
        var findings = PaperAudit.F1Scores(dataset);
        var outside = findings.Where(f => f.Possible == false).ToList();
        return $"{dataset.Title()}: {findings.Count(f => f.Possible == true)} of {findings.Length} distinct pairs of accuracy and F1 are possible with one confusion matrix" +
            (outside.Count == 0 ? "; none is impossible." : $"; outside: {string.Join(", ", outside.Select(f => $"{Figures.Printed(f.Printed.Accuracy)} with {Figures.Printed(f.Printed.F1)} ({f.Where})"))}.") +
            (findings.Count(f => f.Possible is null) is > 0 and var open ? $" {open} cannot be judged, since the accuracy fits no size in question." : "");
    }

    static string Log()
    {
        var comparable = PublishedLog.RanToTheEnd;
        var clips = comparable.Sum(f => f.TestClips);
        string Share(double correct, int of) => $"{Figures.Percent(correct / of)} %";
        return $"The published log gives {PublishedLog.CorrectAtBestTestEpoch} of {PublishedLog.Clips} = {Share(PublishedLog.CorrectAtBestTestEpoch, PublishedLog.Clips)} with the {new BestTestEpoch().Label}. " +
            $"In the {comparable.Length} folds that ran every epoch ({clips} clips) that rule gives {Share(comparable.Sum(f => f.Best.Accuracy.Correct), clips)} and the {new FinalEpoch().Label} of the same runs {Share(comparable.Sum(f => f.Epochs[^1].Correct), clips)}.";
    }

    static string WithoutImages(Study study, DatasetId dataset)
    {
        var facts = DatasetFacts.Of(study.Bench.Dataset(dataset));
        var lookup = ScoreSummary.Of(Baseline.All.Single(b => b.Label == Baseline.Lookup).Run(facts), facts.Classes.Length).Scores;
        return $"{dataset.Title()} ({(facts.Synthetic ? "synthetic look-alike: this says nothing about the published set" : "real data")}): the look-up of the nearest set of action units, which sees no image, has {Figures.Percent(lookup.Accuracy)} % " +
            $"({Figures.Percent(lookup.AccuracyInterval)}); the paper prints {Figures.Printed(AuditReport.Paper(dataset))} % for its full network on the published set.";
    }
}
