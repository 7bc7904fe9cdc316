using System.IO.Compression;
using System.Reflection;
using System.Text.Json.Nodes;
using CSharpJupyter.Output;

namespace CSharpJupyter.Formatters;

/// <summary>
/// A Plotly.NET chart that draws offline. plotly.js travels once per notebook, compressed, with the first chart; the others wait for it. It is
/// evaluated with <c>define</c> hidden, because beside require.js it would register as a module that nobody asks for.
/// </summary>
static class PlotlyChart
{
    static string? s_loaderCell;

    public static MimeBundle Bundle(Type type, object chart)
    {
        var generic = type;
        while (generic.FullName != "Plotly.NET.GenericChart") generic = generic.BaseType!;
        var json = (string)generic.GetMethod("toFigureJson", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, [chart])!;
        var figure = JsonNode.Parse(json)!.AsObject();
        var layout = figure["layout"] as JsonObject ?? [];
        var size = $"width:{Pixels(layout["width"], "100%")};height:{Pixels(layout["height"], "450px")}";
        var id = $"plot-{Guid.NewGuid():N}";
        // The container has the figure's size: a smaller one cuts the axes off.
        var html = $$"""
            <div id="{{id}}" style="{{size}}"></div>
            <script>{{Loader(generic.Assembly)}}(async () => {
              const div = document.getElementById("{{id}}"), figure = {{json.Replace("</", "<\\/")}};
              for (let i = 0; i < 200 && !window.csharpJupyterPlotly; i++) await new Promise(r => setTimeout(r, 50));
              if (!window.csharpJupyterPlotly) { div.textContent = "plotly.js comes with the first chart of the notebook; run that cell again."; return; }
              (await window.csharpJupyterPlotly).newPlot(div, figure.data, figure.layout, figure.config);
            })();</script>
            """;
        return MimeBundle.Html(html, Plain(figure));
    }

    static string Pixels(JsonNode? number, string fallback) => number is JsonValue v && v.TryGetValue<double>(out var pixels) ? $"{pixels:0}px" : fallback;

    /// <summary>The script that unpacks plotly.js, in the first chart's cell; when that cell runs again, its new output carries the script again.</summary>
    static string Loader(Assembly plotly)
    {
        var cell = CellOutput.Current?.Code ?? "";
        if (s_loaderCell is not null && s_loaderCell != cell) return "";
        s_loaderCell = cell;
        var name = plotly.GetManifestResourceNames().First(n => n.EndsWith(".min.js"));
        using var source = plotly.GetManifestResourceStream(name)!;
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) source.CopyTo(gzip);
        return $$"""
            window.csharpJupyterPlotly ??= (async () => {
              const bytes = Uint8Array.from(atob("{{Convert.ToBase64String(packed.ToArray())}}"), c => c.charCodeAt(0));
              const code = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
              new Function("define", "module", "exports", code).call(window);
              return window.Plotly;
            })();

            """;
    }

    /// <summary>What a page without JavaScript can say of the chart.</summary>
    static string Plain(JsonObject figure)
    {
        var title = figure["layout"]?["title"] is JsonObject t ? t["text"]?.ToString() : null;
        var traces = (figure["data"] as JsonArray ?? []).Select(d => $"{d?["type"]}{(d?["name"] is { } n ? $" \"{n}\"" : "")}{(d?["y"] is JsonArray y ? $", {y.Count} points" : "")}");
        return $"Plotly chart{(title is null ? "" : $" \"{title}\"")}: {string.Join("; ", traces)}";
    }
}
