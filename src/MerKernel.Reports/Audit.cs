using MerKernel.Reports.Charts;
using Plotly.NET;

namespace MerKernel.Reports;

/// <summary>
/// The audit of the paper's numbers, table by table and chart by chart: facts in a neutral voice. Nothing in it was
/// measured by this project.
/// </summary>
public static class AuditReport
{
    /// <summary>Everything as Markdown.</summary>
    public static string ToMarkdown()
    {
        var text = new StringBuilder("# The paper's numbers, checked against each other\n\n");
        text.Append("Everything here follows from the printed tables, the published sheets' clip counts and the " +
            "published training log. Nothing was trained for it.\n\n");
        foreach (var dataset in DatasetNames.Paper) text.Append(Accuracies(dataset).ToMarkdown());
        text.Append(ComparedSystems().ToMarkdown());
        text.Append(Contradictions().ToMarkdown()).Append(Shared().ToMarkdown());
        foreach (var dataset in DatasetNames.Paper) text.Append(F1Scores(dataset).ToMarkdown());
        foreach (var dataset in DatasetNames.Paper) text.Append(BestCases(dataset).ToMarkdown());
        return text.Append(Log().ToMarkdown()).ToString();
    }

    /// <summary>Which accuracies are shares of which sample size.</summary>
    public static TextTable Accuracies(DatasetId dataset)
    {
        var sizes = PaperAudit.SampleSizes(dataset);
        var findings = PaperAudit.Accuracies(dataset);
        var size = PaperAudit.LikelySize(dataset);
        var rounded = findings.Count(f => f.Matches.Any(m => m.Total == size && m.Rounding == GrimRounding.Rounded));
        return TextTable.Of($"{dataset.Title()}: which accuracies are shares of which number of clips",
            [">accuracy", "printed in", .. sizes.Select(n => $"of {n}")],
            findings.Select(f => (IEnumerable<string>)[Figures.Printed(f.Accuracy),
                string.Join(", ", f.Where.Distinct()), .. sizes.Select(n => Cell(f, n))]),
            string.Create(CultureInfo.InvariantCulture,
                $"{rounded} of {findings.Length} distinct accuracies are rounded shares of {size} clips; an arbitrary number with two decimals would be one with probability {Grim.ShareOfPossibleValues(findings[0].Accuracy, GrimRounding.Rounded, size):0.000}."));
    }

    /// <summary>Which of CASME II's sizes the accuracies of Table 1's other systems can come from.</summary>
    public static TextTable ComparedSystems()
    {
        var findings = PaperAudit.ComparedSystems();
        int[] sizes = [.. Enumerable.Range(PaperAudit.SmallestSheet,
            PaperAudit.LargestSheet - PaperAudit.SmallestSheet + 1)];
        var none = findings.Where(f => f.Matches.IsEmpty).SelectMany(f => f.Where).ToList();
        var most = sizes.Max(n => findings.Count(f => f.Matches.Any(m => m.Total == n)));
        return TextTable.Of("Table 1, CASME II: which numbers of clips the other systems' accuracies can come from",
            ["system", ">accuracy", .. sizes.Select(n => $"of {n}")],
            findings.Select(f => (IEnumerable<string>)[string.Join(", ", f.Where), Figures.Printed(f.Accuracy),
                .. sizes.Select(n => Cell(f, n))]),
            string.Create(CultureInfo.InvariantCulture,
                $"CASME II's sheets have {PaperAudit.SmallestSheet} and {PaperAudit.LargestSheet} five-class clips. No size fits more than {most} of the {findings.Length} accuracies, and {none.Count} fit none ({string.Join(", ", none)}): the systems were scored on different clips or classes, or their figures are means over folds. ")
                +
            string.Create(CultureInfo.InvariantCulture,
                $"An arbitrary number with two decimals fits one of the sizes with probability {Grim.ShareOfPossibleValues(70.00m, GrimRounding.Cut, sizes):0.00}, so a single fit proves nothing."));
    }

    /// <summary>Networks with more than one printed value.</summary>
    public static TextTable Contradictions() =>
        TextTable.Of("Values that differ between places", ["network", "data set", "quantity", "values"],
            PaperAudit.Contradictions().Select(c => (IEnumerable<string>)
                [c.Network, c.Dataset.Title(), c.Quantity,
                    string.Join("; ", c.Values.Select(v => $"{Figures.Printed(v.Value)} ({v.Where})"))]));

    /// <summary>Values that different networks share.</summary>
    public static TextTable Shared() =>
        TextTable.Of("Values that different networks share", ["data set", "quantity", ">value", "networks"],
            PaperAudit.Shared().Select(s => (IEnumerable<string>)[s.Dataset.Title(), s.Quantity,
                Figures.Printed(s.Value), string.Join("; ", s.Networks.Select(n => $"{n.Network} ({n.Where})"))]),
            "An accuracy is one of a few hundred shares and recurs by chance; an F1 with four digits hardly does, " +
            "between networks of different accuracies least of all. What it means the digits do not say.");

    /// <summary>Printed F1 next to the F1 its accuracy allows.</summary>
    public static TextTable F1Scores(DatasetId dataset) =>
        TextTable.Of($"{dataset.Title()}: the F1 that each accuracy allows",
            ["printed in", ">accuracy", ">correct clips", ">F1 printed", "F1 possible", "verdict"],
            PaperAudit.F1Scores(dataset).Select(f => (IEnumerable<string>)
            [
                f.Where, Figures.Printed(f.Printed.Accuracy), f.Correct is { } m ? $"{m.Correct} of {m.Total}" : "none",
                Figures.Printed(f.Printed.F1),
                f.Range is { } r ? $"{Figures.Fraction(r.Low)} to {Figures.Fraction(r.High)}" : "–",
                f.Possible switch
                {
                    true => "possible",
                    false => "outside",
                    null => "accuracy is no share of any size in question"
                },
            ]),
            "Possible is the macro F1 of some confusion matrix with so many clips correct, at any class balance that " +
            "fits the published sheet. If F1 and accuracy were taken at different epochs, as the published code " +
            "does, the upper end still holds and the lower does not.");

    /// <summary>Which of the ablations could have been significant, whatever the predictions were.</summary>
    public static TextTable BestCases(DatasetId dataset) => TextTable.Of(
        $"{dataset.Title()}: the smallest p that any predictions could have given, row against full network",
        ["table", "row", ">accuracy", ">full network", ">clips apart", ">McNemar p", ">after Holm",
            ">permutation test by subject, p", "significant"],
        PaperAudit.Ablations(dataset).Select(f => (IEnumerable<string>)
        [
            $"{f.Table}", f.Row, Figures.Printed(f.Accuracy), Figures.Printed(f.Full),
            $"{f.Case.Apart} of {f.Case.Clips}", Short(f.Case.McNemarP), Short(f.HolmP), Short(f.Case.SubjectP),
            f.Possible ? "could be" : "could not be",
        ]),
        $"Accuracies as a number of {PaperAudit.LikelySize(dataset)} clips of {PaperAudit.Subjects(dataset)} " +
        "subjects; one that is no share of so many as the number above or below it that takes the row further from " +
        "the full network. At best all clips on which two networks part speak for one of " +
        "them, each clip of another subject; " +
        "Holm's correction is over the table's rows.");

    internal static string Short(double p) =>
        p < 0.001 ? "below .001" : p.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>The same as a chart.</summary>
    public static GenericChart F1Chart() => F1RangeChart.Of(DatasetNames.Paper);

    /// <summary>The published log's figures under each protocol.</summary>
    public static TextTable Log()
    {
        var (chosen, final) = (new BestTestEpoch().Label, new FinalEpoch().Label);
        var comparable = PublishedLog.RanToTheEnd;
        var same = $"the {comparable.Length} folds that ran every epoch";
        var last = comparable[0].Epochs.Length;
        return TextTable.Of("The published training log under different protocols",
        ["protocol", "folds", ">clips", ">correct", ">accuracy", ">mean per-fold F1"],
        [
            Row(chosen, "all", PublishedLog.CasmeII, f => f.Best.Accuracy.Correct, f => f.Best.F1.MacroF1),
            Row(chosen, same, comparable, f => f.Best.Accuracy.Correct, f => f.Best.F1.MacroF1),
            Row($"{final} (epoch {last})", same, comparable, f => f.Epochs[^1].Correct, f => f.Epochs[^1].MacroF1),
            Row(new MeanOfLastK().Label, same, comparable,
                f => f.Epochs.TakeLast(new MeanOfLastK().K).Average(e => e.Correct),
                f => f.Epochs.TakeLast(new MeanOfLastK().K).Average(e => e.MacroF1)),
            .. new[] { 25, 50, 75 }.Select(epoch => Row($"epoch {epoch}", same, comparable,
                f => f.Epochs[epoch - 1].Correct, f => f.Epochs[epoch - 1].MacroF1)),
            [new HeldOutSubjects().Label, "–", "–", "–", "not in the log", "–"],
        ],
        $"The log is the successor network's on CASME II ({PublishedLog.CasmeII.Length} folds, {PublishedLog.Clips} " +
        "clips). Folds that reached 100 % on the test subject stopped there, so a single epoch can be compared only " +
        $"in the other {comparable.Length}, a selection of the harder subjects. " +
        "It holds no predictions on training subjects, so no epoch can be chosen on them.");

        static ImmutableArray<string> Row(string protocol, string folds, ImmutableArray<PublishedFold> over,
            Func<PublishedFold, double> correct, Func<PublishedFold, double> f1)
        {
            var (clips, right) = (over.Sum(f => f.TestClips), over.Sum(correct));
            return [protocol, folds, $"{clips}", right.ToString("0.#", CultureInfo.InvariantCulture),
                $"{Figures.Percent(right / clips)} %", Figures.Fraction(over.Average(f1))];
        }
    }

    /// <summary>Accuracy by epoch in the folds of the log that ran every epoch.</summary>
    public static GenericChart LogChart() => PublishedLogChart.Of();

    /// <summary>
    /// Scores of the rules without images on a study's data; next to real data the full network's printed accuracy.
    /// </summary>
    public static TextTable WithoutImages(Study study)
    {
        var printed = study.Datasets.Any(d => !study.Bench.Dataset(d).Synthetic);
        return TextTable.Of("Scores without images: from action units, from class frequencies",
            ["data set", "rule without images", ">clips", ">accuracy", ">95 % interval", ">UF1",
                .. printed ? (string[])[">paper's full network, accuracy"] : []],
            from dataset in study.Datasets
            let facts = DatasetFacts.Of(study.Bench.Dataset(dataset))
            from rule in Rule.All
            let m = Score.Of(rule.Run(facts), facts.Classes.Length)
            select (IEnumerable<string>)[$"{dataset.Title()} ({(facts.Synthetic ? "synthetic data" : "real data")})",
                    rule.Label, $"{m.Clips}", Figures.Percent(m.Accuracy),
                    Figures.Percent(m.AccuracyInterval), Figures.Fraction(m.UF1),
                    .. printed ? (string[])[facts.Synthetic ? "–" : Figures.Printed(Paper(dataset))] : []],
            "Each clip is classified by clips of other subjects. " + string.Join(" ", study.Datasets
                .Select(d => DataNotice.For(study.Bench.Dataset(d).Synthetic, study.Bench.Profile.Name)).Distinct()));
    }

    internal static decimal Paper(DatasetId dataset) =>
        Tables.Numbered(2).Rows.Single(r => r.Method == Tables.Full).On(dataset)!.Accuracy;

    static string Cell(AccuracyFinding finding, int size) =>
        finding.Matches.FirstOrDefault(m => m.Total == size) is { } match
            ? $"{match.Correct}{(match.Rounding == GrimRounding.Cut ? " (cut, not rounded)" : "")}" : "no";
}

/// <summary>The audit's main findings, computed from the printed numbers, and best cases in words.</summary>
public static class AuditConclusions
{
    /// <summary>A best case in words.</summary>
    public static string Of(BestCase best) =>
        $"{best.First} and {best.Second} of {best.Clips} clips, {best.Apart} apart. At best, all of them on one " +
        $"side: McNemar's exact test p = {AuditReport.Short(best.McNemarP).Replace("below ", "< ")}, " +
            $"permutation test over {best.Subjects} subjects p = " +
            $"{AuditReport.Short(best.SubjectP).Replace("below ", "< ")}. " +
            (best is { McNemarP: < 0.05, SubjectP: < 0.05 }
                ? "Some predictions with these accuracies would be significant at 0.05."
                : "No predictions with these accuracies are significant at 0.05.");

    /// <summary>The three main conclusions, for those who read no further.</summary>
    public static IEnumerable<string> Findings()
    {
        var (log, comparable) = (PublishedLog.CasmeII, PublishedLog.RanToTheEnd);
        var clips = comparable.Sum(f => f.TestClips);
        var (best, last) = (comparable.Sum(f => f.Best.Accuracy.Correct), comparable.Sum(f => f.Epochs[^1].Correct));
        yield return "The gain of the epoch rule: the published code of the paper's successor scores each subject " +
            "at the epoch that is best on that subject, which gives " +
            $"{Figures.Percent((double)PublishedLog.CorrectAtBestTestEpoch / PublishedLog.Clips)} % in its training " +
            $"log of CASME II ({log.Length} folds, {PublishedLog.Clips} clips). " +
            $"Epochs can be compared only in the {comparable.Length} folds of {clips} clips that never got a subject " +
            "fully right and so ran to the end, a selection of the harder subjects: there the rule gives " +
            $"{Figures.Percent((double)best / clips)} % and the last epoch of the same runs " +
            $"{Figures.Percent((double)last / clips)} %.";
        yield return "The score of the action units: looking up the nearest set of the coders' action units among " +
            $"other subjects, with no image at all, gave {LookupOnPublishedSheets} (measured once on the published " +
            "sheets, which are under licence and not part of this project); " +
            "the paper prints " +
            $"{string.Join(" and ",
                DatasetNames.Paper.Select(d => $"{Figures.Printed(AuditReport.Paper(d))} % for {d.Title()}"))}, " +
            "from images and those action units together.";
        yield return "Differences in accuracy that no prediction could have supported: " +
            $"{string.Join("; ", DatasetNames.Paper.Select(NotPossible))}. Each time even predictions that part on " +
            "no other clips than the accuracies demand give p above 0.05 after Holm's correction over the table.";
    }

    static string NotPossible(DatasetId dataset)
    {
        var (all, not) = (PaperAudit.Ablations(dataset),
            PaperAudit.Ablations(dataset).Where(f => !f.Possible).ToList());
        return $"on {dataset.Title()} {not.Count} of the {all.Length} differences from the full network in Tables 2 " +
            "to 7 (printed there as gains) cannot be significant" +
            (not.Count == 0 ? "" : $": {string.Join(", ", not.Select(f =>
                $"{f.Row} of Table {f.Table} by {f.Case.Apart} {(f.Case.Apart == 1 ? "clip" : "clips")}"))}");
    }

    const string LookupOnPublishedSheets = "81.9 to 82.3 %, depending on ties, on CASME II's 249 clips, and on " +
        "SAMM's 136 five-class clips 96.3 % with the network's 21 units (94.9 % with all that were coded)";

    /// <summary>The same as paragraphs of a notebook.</summary>
    public static IHtmlContent Show() => HtmlText.Paragraphs(Findings());
}
