using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using MerKernel.Experiments;
using MerKernel.Reports;
using Microsoft.AspNetCore.Html;

namespace MerKernel.Cli.Notebooks;

/// <summary>The front page of a report as a notebook, so that it is made by the same converter and template as the pages it links to.</summary>
static class IndexNotebook
{
    /// <param name="study">Data, profile, seeds and protocols.</param>
    /// <param name="rows">Rows of the tables, scored.</param>
    /// <param name="pages">The pages beside it.</param>
    /// <param name="computing">How long what is shown took to compute.</param>
    public static JsonObject Of(Study study, IReadOnlyList<ResultRow> rows, IReadOnlyList<RenderedPage> pages, string computing)
    {
        var cells = new JsonArray
        {
            Text("# Seven tables: the paper and what was measured"),
            Output(study.Notice),
            Text("Each table of the paper stands here for each data set: what is printed, beside what was measured under both epoch rules. " +
                "The final epoch is the honest figure; the epoch chosen on the test subject is the published code's rule, applied to the same runs. " +
                "Below the paper's rows stand controls and rules without images, without which a table cannot be read."),
            Text("## Pages"),
            Output(Links(pages)),
        };
        foreach (var table in rows.GroupBy(r => r.Table.Number))
        {
            cells.Add((JsonNode)Text($"## Table {table.Key}: {WebUtility.HtmlEncode(table.First().Table.Title)}"));
            cells.Add((JsonNode)Output(HtmlText.All(ResultTable.TextOf([.. table]))));
        }
        cells.Add((JsonNode)Text("## How it ran"));
        cells.Add((JsonNode)Output(Provenance.Of(study, ("computing time", computing))));
        return new() { ["nbformat"] = 4, ["nbformat_minor"] = 4, ["metadata"] = new JsonObject(), ["cells"] = cells };
    }

    static HtmlString Links(IReadOnlyList<RenderedPage> pages) => new(pages.Count == 0
        ? "<p>No notebook was executed yet.</p>"
        : $"<ul>{string.Concat(pages.Select(p => $"<li><a href=\"{Uri.EscapeDataString(Path.GetFileName(p.File))}\">{WebUtility.HtmlEncode(p.Title)}</a></li>"))}</ul>");

    static JsonObject Text(string markdown) => new() { ["cell_type"] = "markdown", ["metadata"] = new JsonObject(), ["source"] = markdown };

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
