using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MerKernel.Reports;

/// <summary>
/// Tables as JSON: an array of rows {table, row, dataset, data, profile, protocol, paper {accuracy, f1}, measured
/// {accuracy, uf1, uar}, clips, folds, seed, experiment}. Accuracy is in percent on both sides and the other scores are
/// fractions, as the paper prints them. A row that was run with several seeds has measured means, then deviation
/// {accuracy, uf1, uar} between seeds, and instead of seed and experiment an array seeds of {seed, experiment,
/// measured}; the average of their logits has seed null. A row with a footnote has note, and a row of Table 1 that is
/// run has system {sees, parameters, macs, updates, trainingSeconds, assumed}. A row whose network has BatchNorm has
/// statistics {clips, running, batch}: training clips, and how many of them are right with running and with batch
/// statistics. Rows of networks that a profile and its data do not describe (bf16, validation subjects, outside
/// weights) have setting.
/// </summary>
public static class JsonTables
{
    static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// The rows as JSON; protocol is "none" where there is no epoch to choose and "not said" where a file of
    /// predictions does not say it, measured is null where nothing was run.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="allMetrics">
    /// Whether measured holds every score, the classes' scores and the pooled confusion matrix (rows are true classes)
    /// as well.
    /// </param>
    public static string Render(IEnumerable<ResultRow> rows, bool allMetrics = false) => new JsonArray(
        [.. from row in rows
            group row by (row.Table.Number, row.Dataset, row.Label, row.Kind, row.Protocol) into line
            let measured = line.Where(r => r.Score is not null)
                .DistinctBy(r => r.Protocol is null ? 0 : r.Seed).ToList()
            select Json(measured.Count > 0 ? measured : [line.First()], allMetrics)]).ToJsonString(Options);

    static JsonObject Json(List<ResultRow> seeds, bool allMetrics)
    {
        var row = seeds[0];
        var json = new JsonObject
        {
            ["table"] = row.Table.Number,
            ["row"] = row.Label,
            ["dataset"] = row.Dataset.Key(),
            ["data"] = row.Synthetic ? "synthetic" : "real",
            ["profile"] = row.Profile,
            ["protocol"] = row.ProtocolName,
            ["paper"] = row.Paper is { } p ? new JsonObject { ["accuracy"] = p.Accuracy, ["f1"] = p.F1 } : null,
            ["measured"] = seeds.Count == 1 ? Measured(row, allMetrics) : Over(seeds, s => s.Mean),
        };
        if (row.Setting.Length > 0) json["setting"] = row.Setting;
        if (row.Note is not null) json["note"] = row.Note;
        if (row.System is { } system)
            json["system"] = new JsonObject
            {
                ["sees"] = system.Sees, ["parameters"] = system.Parameters, ["macs"] = system.Macs,
                ["updates"] = system.Updates, ["trainingSeconds"] = system.TrainingSeconds,
                ["assumed"] = Array(system.Assumed, a => a),
            };
        if (StatisticsCheck.Over(seeds.Select(s => s.Statistics)) is { } check)
            json["statistics"] = new JsonObject
            {
                ["clips"] = check.Clips, ["running"] = check.Running, ["batch"] = check.Batch
            };
        if (seeds.Count > 1) json["deviation"] = Over(seeds, s => s.Deviation);
        json["clips"] = row.Score?.Clips ?? 0;
        json["folds"] = row.Score?.Folds ?? 0;
        if (seeds.Count == 1)
            (json["seed"], json["experiment"]) = (row.Method is SeedAverage ? null : row.Seed, row.Experiment);
        else
            json["seeds"] = Array(seeds, r => new JsonObject
            {
                ["seed"] = r.Seed, ["experiment"] = r.Experiment, ["measured"] = Measured(r, allMetrics)
            });
        return json;
    }

    static JsonObject Over(List<ResultRow> seeds, Func<(double Mean, double Deviation), double> of)
    {
        double Value(Func<Score, double> score) => of(Figures.Spread([.. seeds.Select(r => score(r.Score!))]));
        return new()
        {
            ["accuracy"] = 100 * Value(s => s.Accuracy), ["uf1"] = Value(s => s.UF1), ["uar"] = Value(s => s.Uar)
        };
    }

    static JsonObject? Measured(ResultRow row, bool allMetrics)
    {
        if (row.Score is not { } s) return null;
        var json = new JsonObject { ["accuracy"] = 100 * s.Accuracy, ["uf1"] = s.UF1, ["uar"] = s.Uar };
        if (!allMetrics) return json;
        (json["weightedF1"], json["meanFoldF1"], json["kappa"]) = (s.WeightedF1, s.MeanFoldF1, s.Kappa);
        json["classes"] = Array(row.Classes.Zip(s.PerClass), c => new JsonObject
        {
            ["class"] = c.First,
            // Of clips that were decided several times, each once.
            ["clips"] = c.Second.Support * s.Clips / s.Confusion.Total, ["precision"] = c.Second.Precision,
            ["recall"] = c.Second.Recall, ["f1"] = c.Second.F1,
        });
        json["confusion"] = Array(Enumerable.Range(0, s.Confusion.Classes),
            t => Array(Enumerable.Range(0, s.Confusion.Classes), p => s.Confusion[t, p]));
        return json;
    }

    static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> of) => new([.. items.Select(of)]);
}
