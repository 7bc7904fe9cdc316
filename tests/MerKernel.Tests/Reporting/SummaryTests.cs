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
        // SampleTables: full gets 3 of 5 right at the last epoch and 5 of 5 at the best ones; without units 0 of 5, at any epoch. The lifts 40 and 0 have the mean 20.
        // Labels 0 0 1 | 0 2: the others' commonest class is 0 or, for the first subject, the first of two: 2 + 1 of 5 right.
        var sentences = Summary.Of(Rows).ToList();
        Assert.Equal(5, sentences.Count);
        Assert.Contains("2 networks were trained leaving one subject out at a time, seed 7: CASME II (synthetic look-alike, small profile; 5 clips of 2 subjects)", sentences[0]);
        Assert.Contains("60.0 % of the clips right (95 % interval 50–67) on CASME II; the commonest class alone would give 60.0 %", sentences[1]);
        Assert.Contains("Without the coders' action units it has 0.0 % on CASME II", sentences[2]);
        Assert.Contains("by +40.0 points on CASME II, and those of all networks by +20.0 points on average", sentences[3]);
        Assert.Contains("Of 1 differences between a row of a table and the full network the data support none", sentences[4]);
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
        // 115 of 133 are 86.47 %, 118 of 136 86.76 %, 138 of 159 86.79 %.
        Assert.Contains("86.73 % on SAMM is the share of no number of clips in question (133, 136, 159)", findings[2]);
        // Significant at 0.05 takes six clips apart, all on one side (2 / 2^6): CASME II's 92.74 % is four below 94.35 %; SAMM's 85.71, 82.71, 83.46, 84.96 and again 85.71 % are 1, 5, 4, 2 and 1 below 86.73 %.
        Assert.Contains("1 of the 11 differences from the full network that Tables 2 to 7 print for CASME II and 5 of the 11 differences from the full network that Tables 2 to 7 print for SAMM could not have been significant", findings[2]);
    }
}
