using MerKernel.Data;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Reports;

/// <summary>Every system against every other: the difference in UF1 and its corrected p-value, the best system first.</summary>
static class PairTable
{
    public static IHtmlContent Of(StudyTable table)
    {
        var html = new HtmlContentBuilder();
        foreach (var dataset in table.Datasets)
        {
            var pairs = table.Pairs(dataset);
            if (pairs.IsEmpty) continue;
            var known = pairs.ToDictionary(p => (p.First, p.Second));
            // The pairs come in the order of the scores: the first one's first is the best of all, and its partners follow.
            string[] order = [pairs[0].First, .. pairs.TakeWhile(p => p.First == pairs[0].First).Select(p => p.Second)];
            html.AppendHtml(HtmlText.Table(
                $"Each pair of systems, {table.Study.Protocols[0].Label}\n{table.Study.Brief(dataset)}",
                ["UF1 of the row minus that of the column", .. order.Skip(1)],
                order.SkipLast(1).Select(row => (IReadOnlyList<string>)[row, .. order.Skip(1).Select(column => known.TryGetValue((row, column), out var pair)
                    ? $"{Figures.Difference(pair.Difference.UF1, 0)}\n{$"p {Figures.P(pair.HolmP)}{(pair.HolmP < 0.05 ? " *" : "")}".Replace(' ', '\u00a0')}" : "")]),
                $"Permutation test by subject, p after Holm's correction over {pairs.Length} pairs; * marks differences the data support."));
        }
        return html;
    }
}
