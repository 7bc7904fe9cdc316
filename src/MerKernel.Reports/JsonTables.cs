using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Reports;

/// <summary>
/// Tables as JSON: an array of rows {table, row, dataset, data, profile, protocol, paper {accuracy, f1}, measured {accuracy, uf1, uar}, clips, folds,
/// seed, experiment}. Accuracy is in percent on both sides and the other scores are fractions, as the paper prints them. A row that was run with several seeds
/// has measured means, then deviation {accuracy, uf1, uar} between seeds, and instead of seed and experiment an array seeds of {seed, experiment, measured}. A row with a footnote has note, and
/// a row of Table 1 that is run has system {sees, parameters, macs, trainingSeconds, assumed}.
/// </summary>
public static class JsonTables
{
    static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The rows as JSON; protocol is "none" where there is no epoch to choose, measured is null where nothing was run.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="allMetrics">Whether measured holds every score, the classes' scores and the pooled confusion matrix (rows are true classes) as well.</param>
    public static string Render(IEnumerable<TableRow> rows, bool allMetrics = false) => new JsonArray(
        [.. from row in rows
            group row by (row.Table, row.Dataset, row.Row, row.Kind, row.Protocol) into line
            let measured = line.Where(r => r.Measured is not null).DistinctBy(r => r.Protocol is null ? 0 : r.Seed).ToList()
            select measured.Count > 1 ? Several(new SeedRow(measured[0], [.. measured]), allMetrics) : Single(measured.FirstOrDefault() ?? line.First(), allMetrics)]).ToJsonString(Options);

    static JsonObject Single(TableRow row, bool allMetrics)
    {
        var json = Head(row, Measured(row, allMetrics));
        json["clips"] = row.Clips;
        json["folds"] = row.Folds;
        json["seed"] = row.Seed;
        json["experiment"] = row.Experiment;
        return json;
    }

    static JsonObject System(SystemFacts facts) => new()
    {
        ["sees"] = facts.Sees,
        ["parameters"] = facts.Parameters,
        ["macs"] = facts.Macs,
        ["trainingSeconds"] = facts.TrainingSeconds,
        ["assumed"] = new JsonArray([.. facts.Assumed.Select(a => JsonValue.Create(a))]),
    };

    static JsonObject Several(SeedRow several, bool allMetrics)
    {
        var json = Head(several.Row, Scores(several, s => s.Mean));
        json["deviation"] = Scores(several, s => s.Deviation!.Value);
        json["clips"] = several.Row.Clips;
        json["folds"] = several.Row.Folds;
        json["seeds"] = new JsonArray([.. several.Seeds.Select(r => new JsonObject { ["seed"] = r.Seed, ["experiment"] = r.Experiment, ["measured"] = Measured(r, allMetrics) })]);
        return json;
    }

    static JsonObject Head(TableRow row, JsonObject? measured)
    {
        var json = new JsonObject
        {
            ["table"] = row.Table,
            ["row"] = row.Row,
            ["dataset"] = row.Dataset.Key(),
            ["data"] = row.Synthetic ? "synthetic" : "real",
            ["profile"] = row.Profile,
            ["protocol"] = row.Protocol?.Name ?? "none",
            ["paper"] = row.Paper is { } p ? new JsonObject { ["accuracy"] = p.Accuracy, ["f1"] = p.F1 } : null,
            ["measured"] = measured,
        };
        if (row.Note is not null) json["note"] = row.Note;
        if (row.System is not null) json["system"] = System(row.System);
        return json;
    }

    static JsonObject Scores(SeedRow row, Func<SeedSummary, double> of) => new()
    {
        ["accuracy"] = 100 * of(row.Accuracy),
        ["uf1"] = of(row.UF1),
        ["uar"] = of(row.Uar),
    };

    static JsonObject? Measured(TableRow row, bool allMetrics)
    {
        if (row.Measured is not { } m) return null;
        var json = new JsonObject { ["accuracy"] = 100 * m.Accuracy, ["uf1"] = m.UF1, ["uar"] = m.Uar };
        if (!allMetrics) return json;
        json["weightedF1"] = m.WeightedF1;
        json["meanFoldF1"] = m.MeanFoldF1;
        json["kappa"] = m.Kappa;
        json["classes"] = new JsonArray([.. row.Classes.Zip(m.PerClass, (name, c) => new JsonObject
        {
            ["class"] = name, ["clips"] = c.Support, ["precision"] = c.Precision, ["recall"] = c.Recall, ["f1"] = c.F1,
        })]);
        json["confusion"] = new JsonArray([.. Enumerable.Range(0, m.Confusion.Classes).Select(t =>
            new JsonArray([.. Enumerable.Range(0, m.Confusion.Classes).Select(p => JsonValue.Create(m.Confusion[t, p]))]))]);
        return json;
    }
}
