using System.Net;
using System.Text.Json;
using System.Text;
using MerKernel.Evaluation;
using MerKernel.Training;

namespace MerKernel.Cli.Notebooks;

/// <summary>
/// The front page of a report as a notebook, so that it is made by the same converter and template as the pages it
/// links to.
/// </summary>
static class IndexNotebook
{
    /// <param name="study">Data, profile, seeds and protocols.</param>
    /// <param name="rows">Rows of the tables, scored.</param>
    /// <param name="pages">The pages next to it.</param>
    /// <param name="computing">How long the shown results took to compute.</param>
    public static JsonObject Of(Study study, IReadOnlyList<ResultRow> rows, IReadOnlyList<RenderedPage> pages,
        string computing)
    {
        var controls = rows.DistinctBy(r => r.Table.Number).Count() > 1;
        var cells = new JsonArray
        {
            Text(
                $"# {(rows.DistinctBy(r => r.Table.Number).Count() == Tables.All.Length ? "Seven tables" : "Tables")}" +
                ": printed and measured"),
            Output(study.Notice),
            Text("## This run"),
            Output(HtmlText.Items(Summary.Of(rows))),
            Text("## The paper's own numbers\n\nThree findings of the audit, which needs no data and no training:"),
            Output(HtmlText.Items(AuditConclusions.Findings())),
            Text("## Pages"),
            Output(Links(pages)),
            Text("Each table of the paper is shown for each data set, measured under both epoch rules: the final " +
                "epoch is the honest figure; the epoch chosen on the test subject is the rule of the published code " +
                "of the paper's successor, applied to the same runs. " +
                (controls ? "The controls and the rules without images, without which no table can be read, follow " +
                    "the tables." : "")),
            Output(HtmlText.Paragraphs([ResultTable.Legend(rows)])),
        };
        foreach (var table in ResultTable.TextOf(rows).GroupBy(t => t.Title.Split('\n')[0]))
        {
            cells.Add((JsonNode)Text($"## {WebUtility.HtmlEncode(table.Key)}"));
            cells.Add((JsonNode)Output(
                HtmlText.All(table.Select(t => t with { Title = string.Join('\n', t.Title.Split('\n').Skip(1)) }))));
        }
        cells.Add((JsonNode)Text("## How it ran"));
        cells.Add((JsonNode)Output(HtmlText.All(new HtmlString(RunMark.Of(study.Bench)),
            Provenance.Of(study, [], ("computing time", computing)))));
        return new() { ["nbformat"] = 4, ["nbformat_minor"] = 4, ["metadata"] = new JsonObject(), ["cells"] = cells };
    }

    static HtmlString Links(IReadOnlyList<RenderedPage> pages) => new(pages.Count == 0
        ? "<p>No notebook was executed yet.</p>"
        : $"<ul>{string.Concat(pages.Select(p => $"<li><a href=\"{Uri.EscapeDataString(Path.GetFileName(p.File))}\">" +
            $"{WebUtility.HtmlEncode(p.Title)}</a></li>"))}</ul>");

    static JsonObject Text(string markdown) =>
        new() { ["cell_type"] = "markdown", ["metadata"] = new JsonObject(), ["source"] = markdown };

    static JsonObject Output(IHtmlContent html)
    {
        return new()
        {
            ["cell_type"] = "code", ["metadata"] = new JsonObject(), ["execution_count"] = null, ["source"] = "",
            ["outputs"] = new JsonArray(new JsonObject
            {
                ["output_type"] = "display_data", ["metadata"] = new JsonObject(),
                ["data"] = new JsonObject { ["text/html"] = HtmlText.Of(html), ["text/plain"] = "(HTML)" },
            }),
        };
    }
}
