using System.Globalization;
using System.Text;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reporting.Charts;
using Plotly.NET;

namespace MerKernel.Reporting;

/// <summary>The audit of the paper's numbers, table by table and chart by chart: facts in a neutral voice. Nothing in it was measured by this project.</summary>
public static class AuditReport
{
    /// <summary>Everything as Markdown.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("# The paper's numbers, checked against each other\n\n");
        text.Append("Everything here follows from the printed tables, the published sheets' clip counts and the published training log. Nothing was trained for it.\n\n");
        foreach (var dataset in Enum.GetValues<DatasetId>()) text.Append(Accuracies(dataset).ToMarkdown());
        text.Append(Contradictions().ToMarkdown());
        foreach (var dataset in Enum.GetValues<DatasetId>()) text.Append(F1Scores(dataset).ToMarkdown());
        return text.Append(Log().ToMarkdown()).ToString();
    }

    /// <summary>Which accuracies are shares of which sample size.</summary>
    public static ReportTable Accuracies(DatasetId dataset)
    {
        var sizes = PaperAudit.SampleSizes(dataset);
        var findings = PaperAudit.Accuracies(dataset);
        var size = PaperAudit.LikelySize(dataset);
        var rounded = findings.Count(f => f.Matches.Any(m => m.Total == size && m.Rounding == GrimRounding.Rounded));
        return new($"{dataset.Title()}: which accuracies are shares of which number of clips",
            [">accuracy", "printed in", .. sizes.Select(n => $"of {n}")],
            [.. findings.Select(f => (ImmutableArray<string>)[Figures.Printed(f.Accuracy), string.Join(", ", f.Where.Distinct()), .. sizes.Select(n => Cell(f, n))])],
            string.Create(CultureInfo.InvariantCulture, $"{rounded} of {findings.Length} distinct accuracies are rounded shares of {size} clips; an arbitrary number with two decimals would be one with probability {Grim.ShareOfPossibleValues(findings[0].Accuracy, size):0.000}."));
    }

    /// <summary>Networks with more than one printed value.</summary>
    public static ReportTable Contradictions() => new("Values that differ between places", ["network", "data set", "quantity", "values"],
        [.. PaperAudit.Contradictions().Select(c => (ImmutableArray<string>)
            [Variants.Named(c.Variant).Name, c.Dataset.Title(), c.Quantity, string.Join("; ", c.Values.Select(v => $"{Figures.Printed(v.Value)} ({v.Where})"))])]);

    /// <summary>Printed F1 beside the F1 its accuracy allows.</summary>
    public static ReportTable F1Scores(DatasetId dataset) => new($"{dataset.Title()}: the F1 that each accuracy allows",
        ["printed in", ">accuracy", ">correct clips", ">F1 printed", "F1 possible", "verdict"],
        [.. PaperAudit.F1Scores(dataset).Select(f => (ImmutableArray<string>)
        [
            f.Where, Figures.Printed(f.Printed.Accuracy), f.Correct is { } m ? $"{m.Correct} of {m.Total}" : "none", Figures.Printed(f.Printed.F1),
            f.Range is { } r ? $"{Figures.Fraction(r.Low)} to {Figures.Fraction(r.High)}" : "–",
            f.Possible switch { true => "possible", false => "outside", null => "accuracy is no share of any size in question" },
        ])],
        "Possible is the macro F1 of some confusion matrix with so many clips correct, at any class balance that fits the published sheet. If F1 and accuracy were taken at different epochs, as the published code does, the upper end still holds and the lower does not.");

    /// <summary>The same as a chart.</summary>
    public static GenericChart F1Chart() => F1RangeChart.Of(Enum.GetValues<DatasetId>());

    /// <summary>What the published log gives under each protocol.</summary>
    public static ReportTable Log()
    {
        var (chosen, final) = (new BestTestEpoch().Label, new FinalEpoch().Label);
        var comparable = PublishedLog.RanToTheEnd;
        var same = $"the {comparable.Length} folds that ran every epoch";
        var last = comparable[0].Epochs.Length;
        return new("The published training log under different protocols", ["protocol", "folds", ">clips", ">correct", ">accuracy", ">mean per-fold F1"],
        [
            Row(chosen, "all", PublishedLog.CasmeII, f => f.Best.Accuracy.Correct, f => f.Best.F1.MacroF1),
            Row(chosen, same, comparable, f => f.Best.Accuracy.Correct, f => f.Best.F1.MacroF1),
            Row($"{final} (epoch {last})", same, comparable, f => f.Epochs[^1].Correct, f => f.Epochs[^1].MacroF1),
            Row(new MeanOfLastK().Label, same, comparable, f => f.Epochs.TakeLast(new MeanOfLastK().K).Average(e => e.Correct), f => f.Epochs.TakeLast(new MeanOfLastK().K).Average(e => e.MacroF1)),
            .. new[] { 25, 50, 75 }.Select(epoch => Row($"epoch {epoch}", same, comparable, f => f.Epochs[epoch - 1].Correct, f => f.Epochs[epoch - 1].MacroF1)),
            [new HeldOutSubjects().Label, "–", "–", "–", "not in the log", "–"],
        ],
        $"The log is the successor network's on CASME II ({PublishedLog.CasmeII.Length} folds, {PublishedLog.Clips} clips). Folds that reached 100 % on the test subject stopped there, so a single epoch can be compared only in the other {comparable.Length}. " +
        "It holds no predictions on training subjects, so no epoch can be chosen on them.");

        static ImmutableArray<string> Row(string protocol, string folds, ImmutableArray<PublishedFold> over, Func<PublishedFold, double> correct, Func<PublishedFold, double> f1)
        {
            var (clips, right) = (over.Sum(f => f.TestClips), over.Sum(correct));
            return [protocol, folds, $"{clips}", right.ToString("0.#", CultureInfo.InvariantCulture), $"{Figures.Percent(right / clips)} %", Figures.Fraction(over.Average(f1))];
        }
    }

    /// <summary>Accuracy by epoch in the folds of the log that ran every epoch.</summary>
    public static GenericChart LogChart() => PublishedLogChart.Of();

    /// <summary>What the rules without images reach on a study's data, beside the full network's printed accuracy.</summary>
    public static ReportTable WithoutImages(Study study) => new("What action units alone give, and what class frequencies alone give",
        ["data set", "rule without images", ">clips", ">accuracy", ">95 % interval", ">UF1", ">paper's full network, accuracy"],
        [.. from dataset in study.Datasets
            let facts = DatasetFacts.Of(study.Bench.Dataset(dataset))
            from rule in Baseline.All
            let scored = ScoreSummary.Of(rule.Run(facts), facts.Classes.Length)
            let m = scored.Scores
            select (ImmutableArray<string>)[$"{dataset.Title()} ({(facts.Synthetic ? "synthetic look-alike" : "real data")})", rule.Label, $"{scored.Clips}", Figures.Percent(m.Accuracy),
                Figures.Percent(m.AccuracyInterval), Figures.Fraction(m.UF1), Figures.Printed(Paper(dataset))]],
        "Each clip is classified by clips of other subjects. " + string.Join(" ", study.Datasets.Select(d => DataNotice.For(study.Bench.Dataset(d).Synthetic, study.Bench.Profile.Name)).Distinct()));

    internal static decimal Paper(DatasetId dataset) => PaperTables.Numbered(2).Rows.Single(r => r.Variant == Variants.Full.Key).On(dataset)!.Accuracy;

    static string Cell(AccuracyFinding finding, int size) => finding.Matches.FirstOrDefault(m => m.Total == size) is { } match
        ? $"{match.Correct}{(match.Rounding == GrimRounding.Cut ? " (cut, not rounded)" : "")}" : "no";
}
