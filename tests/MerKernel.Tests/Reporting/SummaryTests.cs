using System.Collections.Immutable;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Tests.Reporting;

/// <summary>The five sentences of the front page and the audit's three findings.</summary>
public class SummaryTests
{
    static readonly ImmutableArray<ResultRow> Rows = SampleTables.Scoring.Rows(Tables.All);

    [Fact]
    public void Five_sentences_hold_the_figures_worked_by_hand()
    {
        // SampleTables: full gets 3 of 5 right at the last epoch and 5 of 5 at the best ones; without units 0 of 5, at
        // any epoch. The lifts 40 and 0 have the mean 20. Labels 0 0 1 | 0 2: the others' commonest class is 0 or, for
        // the first subject, the first of two: 2 + 1 of 5 right.
        var sentences = Summary.Of(Rows).ToList();
        Assert.Equal(5, sentences.Count);
        Assert.Contains("2 networks were trained leaving one subject out at a time, seed 7: CASME II (synthetic " +
            "data, small profile; 5 clips of 2 subjects)", sentences[0]);
        Assert.Contains("60.0 % of the clips right (95 % interval 50–67) on CASME II; always naming the commonest " +
            "class would give 60.0 %", sentences[1]);
        Assert.Contains("Without the coders' action units it has 0.0 % on CASME II", sentences[2]);
        Assert.Contains("by +40.0 points on CASME II, and those of all networks by +20.0 points on average",
            sentences[3]);
        Assert.Contains("Of 1 differences between a row of a table and the full network the data support none",
            sentences[4]);
        Assert.Contains("with 2 subjects of CASME II the smallest p that is possible at all is 1", sentences[4]);
    }

    [Fact]
    public void Nothing_run_is_said_and_not_summed_up() =>
        Assert.Contains("was not run", Assert.Single(Summary.Of([.. Rows.Select(r => r with { Score = null })])));

    [Fact]
    public void Three_findings_need_no_data_and_name_their_selection()
    {
        var findings = AuditConclusions.Findings().ToList();
        Assert.Equal(3, findings.Count);
        // 229 of 248; 125 and 85 of 144 clips in the ten folds without an early end.
        Assert.Contains("gives 92.3 % in its training log of CASME II (26 folds, 248 clips)", findings[0]);
        Assert.Contains("the 10 folds of 144 clips that never got a subject fully right", findings[0]);
        Assert.Contains("the rule gives 86.8 % and the last epoch of the same runs 59.0 %", findings[0]);
        Assert.Contains("94.35 % for CASME II and 86.73 % for SAMM", findings[1]);
        // 234 of 248 against 230 for X+Y: 2 / 2^4 = 0.125. On SAMM 86.73 % is no share of 133; as
        // 116 it is two, five, three and two clips from 114, 111, 113 and 114, and six from Table 4's 110, where
        // 2 / 2^6 = 0.031 would be significant.
        Assert.Contains("on CASME II 1 of the 11 differences", findings[2]);
        Assert.Contains("Both directions (X+Y) of Table 3 by 4 clips; on SAMM 4 of the 11 differences", findings[2]);
        Assert.EndsWith(
            "Both directions (X+Y) of Table 3 by 2 clips, FPF block based on ViT of Table 5 by 5 clips, Apex input " +
            "of Table 6 by 3 clips, Onset input of Table 6 by 2 clips",
            findings[2].Split(". Each")[0]);
    }
}
