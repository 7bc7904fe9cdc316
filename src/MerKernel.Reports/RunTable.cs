using System.Globalization;
using System.Text;
using MerKernel.Data;
using MerKernel.Experiments;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Reports;

/// <summary>Runs as a table that sorts by any column: plain HTML and a few lines of script, so it works in a notebook and in a saved page.</summary>
public static class RunTable
{
    const string Words = "network and options";

    /// <summary>Columns of a list of runs: heading, text, and what it sorts by.</summary>
    public static ImmutableArray<(string Heading, Func<RunSummary, string> Text, Func<RunSummary, IComparable> Key)> Columns { get; } =
    [
        ("run", r => r.Hash[..8], r => r.Hash),
        ("data set", r => r.Experiment.Dataset.Title(), r => r.Experiment.Dataset),
        ("profile", r => r.Description.Profile, r => r.Description.Profile),
        (Words, r => r.Description.Words, r => r.Description.Words),
        ("seed", r => Number(r.Experiment.Seed), r => r.Experiment.Seed),
        ("folds", r => r.Digest.AllFolds is { } all ? $"{r.Digest.Folds} of {all}" : Number(r.Digest.Folds), r => r.Digest.Folds),
        ("clips", r => Number(r.Digest.Clips), r => r.Digest.Clips),
        ("accuracy", r => Percent(r.Digest.Final?.Accuracy), r => r.Digest.Final?.Accuracy ?? -1),
        ("UF1", r => Fraction(r.Digest.Final?.UF1), r => r.Digest.Final?.UF1 ?? -1),
        ("best-test accuracy", r => Percent(r.Digest.BestTest?.Accuracy), r => r.Digest.BestTest?.Accuracy ?? -1),
        ("best-test UF1", r => Fraction(r.Digest.BestTest?.UF1), r => r.Digest.BestTest?.UF1 ?? -1),
        ("time", r => $"{r.Digest.Seconds.ToString("0", CultureInfo.InvariantCulture)} s", r => r.Digest.Seconds),
        ("date", r => r.Digest.Finished?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "–", r => r.Digest.Finished ?? DateTime.MinValue),
    ];

    /// <summary>What the columns mean, for below the table.</summary>
    public const string Legend = "Accuracy in percent and UF1 of the confusion matrix pooled over the stored folds: at the final epoch, and (best-test) at the epoch chosen on the test subject. Times are added up over folds; dates are UTC.";

    /// <summary>The list as HTML; a click on a heading sorts.</summary>
    public static IHtmlContent ToHtml(IEnumerable<RunSummary> runs)
    {
        var text = new StringBuilder($"<div style=\"overflow-x:auto\"><table class=\"mer-runs\" style=\"font-variant-numeric:tabular-nums\"><thead><tr>");
        foreach (var (heading, _, _) in Columns) text.Append($"<th aria-sort=\"none\" style=\"text-align:left;vertical-align:bottom\"><button type=\"button\" style=\"all:unset;cursor:pointer\" onclick=\"{Sort}\">{HtmlText.Encode(heading)}</button></th>");
        text.Append("</tr></thead><tbody>");
        foreach (var run in runs)
        {
            text.Append($"<tr title=\"{run.Hash}\">");
            foreach (var (heading, cell, key) in Columns)
                text.Append($"<td style=\"text-align:left;{(heading == Words ? "min-width:14em" : "white-space:nowrap")}\" data-key=\"{HtmlText.Encode(Key(key(run)))}\">{HtmlText.Encode(cell(run))}</td>");
            text.Append("</tr>");
        }
        return new HtmlString(text.Append($"</tbody></table></div><p><small>{Legend} A click on a heading sorts.</small></p>").ToString());
    }

    // Without double quotes: it stands in an attribute. Numbers sort as numbers, everything else as text.
    const string Sort = "const h=this.parentNode,t=h.closest('table'),i=h.cellIndex,d=h.ariaSort==='descending'?1:-1,k=r=>r.cells[i].dataset.key;" +
        "for(const o of h.parentNode.cells)o.ariaSort='none';h.ariaSort=d<0?'descending':'ascending';" +
        "t.tBodies[0].append(...[...t.tBodies[0].rows].sort((a,b)=>d*(isNaN(k(a))||isNaN(k(b))?k(a).localeCompare(k(b)):k(a)-k(b))))";

    static string Key(IComparable key) => key is DateTime date ? date.ToString("s", CultureInfo.InvariantCulture) : Convert.ToString(key, CultureInfo.InvariantCulture)!;

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    static string Percent(double? value) => value is { } v ? Figures.Percent(v) : "–";

    static string Fraction(double? value) => value is { } v ? Figures.Fraction(v) : "–";
}
