using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Tests.Experiments;

public class PaperAuditTests
{
    static AccuracyFinding Finding(DatasetId dataset, decimal accuracy) =>
        PaperAudit.Accuracies(dataset).Single(f => f.Accuracy == accuracy);

    [Fact]
    public void The_two_known_contradictions_are_found_and_no_other()
    {
        var found = PaperAudit.Contradictions();
        Assert.Equal(
            [("full network", DatasetId.CasmeII, "F1", 0.9402m, 0.9112m),
                ("full network", DatasetId.Samm, "accuracy", 86.73m, 86.76m)],
            found.Select(c => (c.Network, c.Dataset, c.Quantity, c.Values[0].Value, c.Values[1].Value)));
        Assert.Equal("Table 7", found[0].Values[1].Where);
        Assert.Equal("abstract", found[1].Values[1].Where);
    }

    [Fact]
    public void Values_that_different_networks_share_are_those_of_the_printed_pages()
    {
        // Read off Tables 2 to 7 of the paper.
        var found = PaperAudit.Shared();
        Assert.Equal([(DatasetId.CasmeII, 84.68m), (DatasetId.CasmeII, 89.52m), (DatasetId.Samm, 81.20m),
            (DatasetId.Samm, 85.71m)],
            found.Where(s => s.Quantity == "accuracy").Select(s => (s.Dataset, s.Value)).Order());
        Assert.Equal([(DatasetId.CasmeII, 0.9014m), (DatasetId.CasmeII, 0.9112m), (DatasetId.Samm, 0.7845m)],
            found.Where(s => s.Quantity == "F1").Select(s => (s.Dataset, s.Value)).Order());
        Assert.Equal([("Onset input", "Table 6"), ("full network", "Table 7")],
            found.Single(s => s.Value == 0.9112m).Networks);
    }

    [Fact]
    public void Accuracies_that_fit_another_size_than_the_rest_are_told_apart()
    {
        Assert.Equal([249],
            Finding(DatasetId.CasmeII, 81.12m).Matches.Select(m => m.Total).Where(n => n is 248 or 249));
        Assert.Contains(new GrimMatch(226, 248, GrimRounding.Cut), Finding(DatasetId.CasmeII, 91.12m).Matches);
        Assert.DoesNotContain(Finding(DatasetId.Samm, 86.73m).Matches, m => m.Total is 133 or 136);
        Assert.Contains(new GrimMatch(118, 136, GrimRounding.Rounded), Finding(DatasetId.Samm, 86.76m).Matches);
    }

    [Fact]
    public void An_F1_has_no_bounds_where_its_accuracy_is_no_share_of_the_size()
    {
        var full = PaperAudit.F1Scores(DatasetId.Samm).Single(f => f.Printed.Accuracy == 86.73m);
        Assert.Equal((null, null), (full.Correct, full.Possible));
    }

    [Fact]
    public void Bounds_widen_over_every_class_balance_that_fits()
    {
        // 109 of 133 at one of the balances that fit: the audit's range must hold its bounds.
        var row = PaperAudit.F1Scores(DatasetId.Samm).Single(f => f.Printed.Accuracy == 81.95m);
        var one = F1Bounds.OfUF1([26, 55, 12, 14, 26], 109);
        Assert.Equal(new GrimMatch(109, 133, GrimRounding.Rounded), row.Correct);
        Assert.True(row.Range!.Low <= one.Low && one.High <= row.Range.High);
        Assert.True(row.Possible);
    }

    [Fact]
    public void The_report_shows_the_published_rule_beside_fixed_epochs()
    {
        var report = AuditReport.Log().ToMarkdown();
        Assert.Contains("| epoch chosen on the test subject | all | 248 | 229 | 92.3 % |", report);
        Assert.Contains("| epoch chosen on the test subject | the 10 folds that ran every epoch | 144 | 125 | 86.8 % |",
            report);
        Assert.Contains("| final epoch (epoch 99) | the 10 folds that ran every epoch | 144 | 85 | 59.0 % |", report);
        Assert.Contains("| epoch chosen on held-out training subjects | – | – | – | not in the log | – |", report);
    }

    [Fact]
    public void No_number_of_clips_fits_Table_1_s_other_systems()
    {
        var found = PaperAudit.ComparedSystems();
        GrimMatch? At(string system, int clips) =>
            found.Single(f => f.Where.Contains(system)).Matches.SingleOrDefault(m => m.Total == clips);
        // By hand: 182 / 246 = .73983, 204 / 247 = .82591, 185 / 246 = .75203, 220 / 249 = .88353.
        Assert.Equal(182, At("Graph-TCN (2020)", 246)!.Correct);
        Assert.Equal(204, At("SMA-STN (2020)", 247)!.Correct);
        Assert.Equal(185, At("GEME (2021)", 246)!.Correct);
        Assert.Equal(220, At("MMNet (2022)", 249)!.Correct);
        foreach (var system in (string[])["AU-GCN (2020)", "MERSiamC3D (2021)"])
            Assert.Empty(found.Single(f => f.Where.Contains(system)).Matches);
        Assert.Contains("No size fits more than 2 of the 12 accuracies, and 6 fit none",
            AuditReport.ComparedSystems().ToMarkdown());
    }

    [Fact]
    public void Printed_numbers_are_computed_again()
    {
        var numbers = RecomputedNumbers.All([]).ToList();
        RecomputedNumbers.Number Of(string what) =>
            numbers.Single(n => n.What.StartsWith(what, StringComparison.Ordinal));
        Assert.Equal("26", Of("CASME II, subjects").Computed);
        Assert.Equal("246 by subject, 246 by class", Of("CASME II, sheet of 2014").Computed);
        Assert.Equal("249 by subject", Of("CASME II, sheet of 2019").Computed);
        Assert.Equal("136 by subject, 136 by class", Of("SAMM, five-class").Computed);
        // Of 248: 94.35 % is 234; nothing of 133 is 86.73 %.
        Assert.Equal("234 of 248", Of("CASME II, full").Computed);
        Assert.Equal("no share of 133", Of("SAMM, full").Computed);
        Assert.Equal("229 of 248, 92.3 %", Of("successor on CASME II, each").Computed);
        Assert.Equal("85 of 144, 59.0 %", Of("successor on CASME II, epoch 99").Computed);
        Assert.Equal("", Of("SAMM, look-up of all").Computed);
        var sizes = numbers.Where(n => n.What.Contains("parameters", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, sizes.Count);
        Assert.All(sizes, n => Assert.Equal(n.Printed, n.Computed));

        // A data set whose classes are told apart by unit 39, which the network does not have: all units give it away,
        // the 21 do not.
        using var tiny = TinyDataset.Create();
        using var told = new MerDataset
        {
            Id = DatasetId.Samm, Synthetic = false, Fingerprint = "told", Classes = tiny.Classes, Labels = tiny.Labels,
            OnsetFrames = tiny.OnsetFrames, ApexFrames = tiny.ApexFrames, Frames = tiny.Frames.clone(),
            Clips = [.. tiny.Clips.Select((c, i) => c with
            {
                ActionUnits = tiny.Labels[i] == 0
                    ? [new ActionUnit(4), new ActionUnit(39)]
                    : tiny.Labels[i] == 1 ? [new ActionUnit(4)]
                    : [new ActionUnit(12)]
            })],
        };
        numbers = [.. RecomputedNumbers.All([told])];
        Assert.Equal("100.0 %", Of("SAMM, look-up of all").Computed);
        Assert.Equal("66.7 %", Of("SAMM, look-up of the 21").Computed);
    }

    [Fact]
    public void The_report_counts_the_accuracies_that_fit_the_likely_size()
    {
        // Counted by hand from the paper's tables: 8 of 10 distinct accuracies on CASME II and 8 of 11 on SAMM.
        Assert.Contains("8 of 10 distinct accuracies are rounded shares of 248 clips",
            AuditReport.Accuracies(DatasetId.CasmeII).ToMarkdown());
        Assert.Contains("8 of 11 distinct accuracies are rounded shares of 133 clips",
            AuditReport.Accuracies(DatasetId.Samm).ToMarkdown());
    }
}
