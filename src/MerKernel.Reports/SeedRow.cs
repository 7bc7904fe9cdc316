using MerKernel.Evaluation;

namespace MerKernel.Reports;

/// <summary>A row of a table over several seeds: the spread that comes from training alone, on the same data.</summary>
/// <param name="Row">The row, as the first seed has it.</param>
/// <param name="Seeds">The row under each seed that was run.</param>
public sealed record SeedRow(TableRow Row, ImmutableArray<TableRow> Seeds)
{
    /// <summary>Accuracy over seeds, 0 to 1.</summary>
    public SeedSummary Accuracy => Summary(m => m.Accuracy);

    /// <summary>UF1 over seeds.</summary>
    public SeedSummary UF1 => Summary(m => m.UF1);

    /// <summary>UAR over seeds.</summary>
    public SeedSummary Uar => Summary(m => m.Uar);

    /// <summary>Gathers rows of several seeds; rows that were not measured, and rows without epochs (which know no seed), are left out.</summary>
    public static ImmutableArray<SeedRow> Of(IEnumerable<TableRow> rows) =>
        [.. rows.Where(r => r is { Measured: not null, Protocol: not null })
            .GroupBy(r => (r.Table, r.Dataset, r.Row, r.Kind, r.Protocol))
            .Select(g => new SeedRow(g.First(), [.. g.DistinctBy(r => r.Seed)]))];

    /// <summary>From the lowest to the highest end of the seeds' intervals.</summary>
    /// <param name="interval">The interval of a score, for example <see cref="MeasuredScores.UF1Interval"/>.</param>
    public Interval Hull(Func<MeasuredScores, Interval> interval) =>
        new(Seeds.Min(r => interval(r.Measured!).Low), Seeds.Max(r => interval(r.Measured!).High));

    /// <summary>A score over seeds: '62.5 ± 3.1'.</summary>
    internal static string Written(SeedSummary summary, Func<double, string> write) => write(summary.Mean) + (summary.Deviation is { } deviation ? $" ± {write(deviation)}" : "");

    SeedSummary Summary(Func<MeasuredScores, double> score) => SeedSummary.Of([.. Seeds.Select(r => score(r.Measured!))]);
}
