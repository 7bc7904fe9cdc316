using System.Globalization;
using MerKernel.Data;
using MerKernel.Experiments;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Reports;

/// <summary>A comparison of two runs in words and tables, for terminal and notebook.</summary>
public static class RunComparisonText
{
    /// <summary>What is compared and by how much the scores differ.</summary>
    public static IEnumerable<string> Sentences(RunComparison c)
    {
        yield return $"{c.First.Hash[..8]} ({c.First.Words.Text}) and {c.Second.Hash[..8]} ({c.Second.Words.Text}) on {c.First.Experiment.Dataset.Title()}: {c.Clips} clips of {c.Subjects.Length} subjects that both have, final epoch.";
        yield return $"Second minus first: accuracy {Figures.PercentDifference(c.Accuracy, 0)} points (95 % interval {Signed(100 * c.AccuracyInterval.Low, "0.0")} to {Signed(100 * c.AccuracyInterval.High, "0.0")}), " +
            $"UF1 {Figures.Difference(c.UF1, 0)} ({Signed(c.UF1Interval.Low, ".000")} to {Signed(c.UF1Interval.High, ".000")}), by paired bootstrap over subjects" +
            (c.Subjects.Length < 10 ? "; with fewer than ten subjects the intervals are too narrow." : ".");
        yield return c.AccuracyInterval is { Low: <= 0, High: >= 0 } ? "The interval of the accuracy holds zero: these clips do not tell the two apart." : "The interval of the accuracy does not hold zero.";
        yield return $"{c.Changed.Count(x => x.Gained)} clips are right in the second alone, {c.Changed.Count(x => !x.Gained)} in the first alone.";
    }

    /// <summary>Options that differ and clips that changed sides.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="classes">Class names in label order; a label without one shows its number.</param>
    public static IEnumerable<TextTable> Tables(RunComparison comparison, IReadOnlyList<string> classes)
    {
        string Name(int label) => label < classes.Count ? classes[label] : $"{label}";
        yield return TextTable.Of("", ["option", "first", "second"], comparison.Options.Select(o => (string[])[o.Name, o.First, o.Second]));
        yield return TextTable.Of("", ["clip", "true class", "first", "second", "right in"],
            comparison.Changed.Select(x => (string[])[x.Clip, Name(x.Label), Name(x.First), Name(x.Second), x.Gained ? "second" : "first"]));
    }

    /// <summary>The whole comparison as HTML.</summary>
    public static IHtmlContent ToHtml(RunComparison comparison, IReadOnlyList<string> classes) => HtmlText.All([HtmlText.Paragraphs(Sentences(comparison)), .. Tables(comparison, classes)]);

    static string Signed(double value, string digits) => value.ToString($"+{digits};−{digits};0", CultureInfo.InvariantCulture);
}
