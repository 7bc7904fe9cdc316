using MerKernel.Data;

namespace MerKernel.Reports;

/// <summary>Every score of a row that was measured; <see cref="MetricGuide"/> explains them. All are fractions.</summary>
/// <param name="Table">Number of the table.</param>
/// <param name="Dataset">Title of the data set.</param>
/// <param name="Row">The row's name.</param>
/// <param name="Protocol">Label of the epoch protocol, or that there is no epoch to choose.</param>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Accuracy">Share of clips predicted as what they are.</param>
/// <param name="UF1">Macro F1 of the pooled confusion matrix.</param>
/// <param name="Uar">Mean recall.</param>
/// <param name="WeightedF1">F1 weighted by class size.</param>
/// <param name="MeanFoldF1">Mean over subjects of their macro F1.</param>
/// <param name="Kappa">Cohen's kappa.</param>
public sealed record MetricRow(
    int Table, string Dataset, string Row, string Protocol, int Seed,
    double Accuracy, double UF1, double Uar, double WeightedF1, double MeanFoldF1, double Kappa)
{
    /// <summary>The scores of the rows that were measured.</summary>
    public static ImmutableArray<MetricRow> Of(IEnumerable<TableRow> rows) =>
        [.. from r in rows.DistinctBy(r => (r.Table, r.Dataset, r.Row, r.Kind, r.Protocol, r.Protocol is null ? 0 : r.Seed))
            where r.Measured is not null
            let m = r.Measured
            select new MetricRow(r.Table, DatasetTitle(r), r.Row, ProtocolLabel(r), r.Seed, m.Accuracy, m.UF1, m.Uar, m.WeightedF1, m.MeanFoldF1, m.Kappa)];

    internal static string DatasetTitle(TableRow row) => row.Dataset.Title();

    internal static string ProtocolLabel(TableRow row) => row.Protocol?.Label ?? "no epoch to choose";
}
