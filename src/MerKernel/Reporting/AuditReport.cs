using System.Globalization;
using System.Text;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reporting;

/// <summary>The audit of the paper's numbers as Markdown: facts in a neutral voice. Nothing in it was measured by this project.</summary>
public static class AuditReport
{
    /// <summary>The whole report.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("# The paper's numbers, checked against each other\n\n");
        text.Append("Everything here follows from the printed tables, the published sheets' clip counts and the published training log. Nothing was trained for it.\n\n");
        foreach (var dataset in Enum.GetValues<DatasetId>()) text.Append(Accuracies(dataset));
        text.Append(Contradictions());
        foreach (var dataset in Enum.GetValues<DatasetId>()) text.Append(F1Scores(dataset));
        return text.Append(Log()).ToString();
    }

    /// <summary>Which accuracies are shares of which sample size.</summary>
    public static string Accuracies(DatasetId dataset)
    {
        var sizes = PaperAudit.SampleSizes(dataset);
        var findings = PaperAudit.Accuracies(dataset);
        var text = new StringBuilder($"## {dataset.Title()}: which accuracies are shares of which number of clips\n\n| accuracy | printed in |{string.Concat(sizes.Select(n => $" of {n} |"))}\n|---:|---|{string.Concat(sizes.Select(_ => "---|"))}\n");
        foreach (var finding in findings)
            text.Append($"| {Figures.Printed(finding.Accuracy)} | {string.Join(", ", finding.Where.Distinct())} |{string.Concat(sizes.Select(n => $" {Cell(finding, n)} |"))}\n");
        var size = PaperAudit.LikelySize(dataset);
        var chance = Grim.ShareOfPossibleValues(findings[0].Accuracy, size);
        return text.Append(CultureInfo.InvariantCulture, $"\n{findings.Count(f => f.Matches.Any(m => m.Total == size && m.Rounding == GrimRounding.Rounded))} of {findings.Length} distinct accuracies are rounded shares of {size} clips; an arbitrary number with two decimals would be one with probability {chance:0.000}.\n\n").ToString();
    }

    /// <summary>Networks with more than one printed value.</summary>
    public static string Contradictions()
    {
        var text = new StringBuilder("## Values that differ between places\n\n| network | data set | quantity | values |\n|---|---|---|---|\n");
        foreach (var c in PaperAudit.Contradictions())
            text.Append($"| {Variants.Named(c.Variant).Name} | {c.Dataset.Title()} | {c.Quantity} | {string.Join("; ", c.Values.Select(v => $"{Figures.Printed(v.Value)} ({v.Where})"))} |\n");
        return text.Append('\n').ToString();
    }

    /// <summary>Printed F1 beside the F1 its accuracy allows.</summary>
    public static string F1Scores(DatasetId dataset)
    {
        var text = new StringBuilder($"## {dataset.Title()}: the F1 that each accuracy allows\n\nMacro F1 over every confusion matrix with so many clips correct, at any class balance that fits the published sheet.\n\n" +
            "| printed in | accuracy | correct clips | F1 printed | F1 possible | |\n|---|---:|---:|---:|---|---|\n");
        foreach (var f in PaperAudit.F1Scores(dataset))
            text.Append($"| {f.Where} | {Figures.Printed(f.Printed.Accuracy)} | {(f.Correct is { } m ? $"{m.Correct} of {m.Total}" : "none")} | {Figures.Printed(f.Printed.F1)} | " +
                $"{(f.Range is { } r ? $"{Figures.Fraction(r.Low)} to {Figures.Fraction(r.High)}" : "–")} | {f.Possible switch { true => "possible", false => "outside", null => "accuracy is no share of any size in question" }} |\n");
        return text.Append("\nIf F1 and accuracy were taken at different epochs, as the published code does, the upper end still holds and the lower does not.\n\n").ToString();
    }

    /// <summary>What the published log gives under each protocol.</summary>
    public static string Log()
    {
        var folds = PublishedLog.CasmeII;
        var comparable = folds.Where(f => !f.StoppedEarly).ToList();
        var clips = comparable.Sum(f => f.TestClips);
        var text = new StringBuilder("## The published training log under different protocols\n\nThe log is the successor network's on CASME II (26 folds, 248 clips). Folds that reached 100 % on the test subject stopped there, so single epochs can be compared only in the others.\n\n| epoch | clips | correct | accuracy |\n|---|---:|---:|---:|\n");
        Row("each subject's best test epoch, all folds", PublishedLog.Clips, PublishedLog.CorrectAtBestTestEpoch);
        Row($"each subject's best test epoch, the {comparable.Count} folds that ran every epoch", clips, comparable.Sum(f => f.Best.Accuracy.Correct));
        foreach (var epoch in (int[])[25, 50, 75, 99]) Row($"epoch {epoch}, the same {comparable.Count} folds", clips, PublishedLog.AtEpoch(comparable, epoch).Correct);
        return text.Append('\n').ToString();

        void Row(string label, int of, int correct) => text.Append($"| {label} | {of} | {correct} | {Figures.Percent((double)correct / of)} % |\n");
    }

    static string Cell(AccuracyFinding finding, int size) => finding.Matches.FirstOrDefault(m => m.Total == size) is { } match
        ? $"{match.Correct}{(match.Rounding == GrimRounding.Cut ? " (cut, not rounded)" : "")}" : "no";
}
