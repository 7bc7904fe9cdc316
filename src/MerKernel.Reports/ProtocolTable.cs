using System.Globalization;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>A protocol over several data sets as a table: all clips together, then each set.</summary>
public static class ProtocolTable
{
    /// <summary>The scores of one network.</summary>
    /// <param name="name">The run's name.</param>
    /// <param name="data">The data set that <see cref="FoldProtocol"/> made.</param>
    /// <param name="outcome">Its folds at the chosen epochs.</param>
    public static TextTable Of(string name, MerDataset data, ProtocolOutcome outcome) => Of(data, [(name, outcome)]);

    /// <summary>The scores of several networks, each with a row for all clips and one for each set.</summary>
    public static TextTable Of(MerDataset data, params IEnumerable<(string Name, ProtocolOutcome Outcome)> runs)
    {
        var rows = runs.Select(r => (r.Name, r.Outcome, Scores: PartScore.Of(data, r.Outcome))).ToList();
        var protocol = FoldProtocol.Of(data.Id)!;
        return TextTable.Of($"{protocol.Name}: {string.Join(", ", data.Classes)}{(data.Synthetic ? " (synthetic)" : "")}",
            ["network, epoch", "data set", ">UF1", ">UAR", ">accuracy (%)", ">clips", ">people", ">onset to apex (ms)"],
            rows.SelectMany(r => r.Scores.Select(s => (string[])[s.Dataset is null ? $"{r.Name}, {r.Outcome.Protocol.Label}" : "", s.Dataset?.Title() ?? "all",
                Figures.Fraction(s.UF1), Figures.Fraction(s.Uar), Figures.Percent(s.Accuracy), $"{s.Clips}", $"{s.People}", s.ApexMilliseconds?.ToString("0", CultureInfo.InvariantCulture) ?? "–"])),
            "UF1 and UAR of the confusion matrix pooled over folds, of all clips and of each set's. The time from onset to apex is the median: sets differ in it and in frames per second.");
    }
}
