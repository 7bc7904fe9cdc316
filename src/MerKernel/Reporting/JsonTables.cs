using MerKernel.Data;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MerKernel.Reporting;

/// <summary>
/// Tables as JSON: an array of rows {table, row, dataset, data, profile, protocol, paper {accuracy, f1}, measured {accuracy, uf1, uar}, clips, folds,
/// seed, experiment}. Accuracy is in percent on both sides and the other scores are fractions, as the paper prints them.
/// </summary>
public static class JsonTables
{
    static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The rows as JSON; protocol is "none" where there is no epoch to choose, measured is null where nothing was run.</summary>
    public static string Render(IEnumerable<TableRow> rows) => JsonSerializer.Serialize(rows.Select(r => new
    {
        r.Table,
        r.Row,
        Dataset = r.Dataset.Key(),
        Data = r.Synthetic ? "synthetic" : "real",
        r.Profile,
        Protocol = r.Protocol?.Name ?? "none",
        Paper = r.Paper is { } p ? new { p.Accuracy, p.F1 } : null,
        Measured = r.Measured is { } m ? new { Accuracy = 100 * m.Accuracy, Uf1 = m.UF1, m.Uar } : null,
        r.Clips,
        r.Folds,
        r.Seed,
        r.Experiment,
    }), Options);
}
