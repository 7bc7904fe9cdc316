using System.IO.Compression;

namespace CSharpJupyter.Formatters;

/// <summary>
/// A Plotly.NET chart that draws offline, over a static picture of itself that stays where no script runs. plotly.js
/// travels once per notebook, compressed, before the first chart; the others wait for it. It is evaluated with
/// <c>define</c> hidden, because with require.js it would register as a module that nobody asks for.
/// </summary>
static partial class PlotlyChart
{
    /// <summary>
    /// CSS pixels where the layout names none: the picture has this width, the drawn chart fills its cell.
    /// </summary>
    const int Width = 860, Height = 450;

    static string? s_loaderCell, s_loader;

    public static MimeBundle Bundle(Type type, object chart)
    {
        var generic = type;
        while (generic.FullName != "Plotly.NET.GenericChart") generic = generic.BaseType!;
        var json = (string)generic.GetMethod("toFigureJson", BindingFlags.Public | BindingFlags.Static)!
            .Invoke(null, [chart])!;
        var figure = JsonNode.Parse(json)!.AsObject();
        var layout = figure["layout"] as JsonObject ?? [];
        var (width, height) = (Pixels(layout["width"]), Pixels(layout["height"]) ?? Height);
        var plain = Plain(figure);
        var bundle = MimeBundle.Html("", plain);
        var picture = "";
        if (ChartPictures.Draw(json, (width ?? Width, height), () => Source(generic.Assembly)) is { } png)
        {
            bundle["image/png"] = Convert.ToBase64String(png);
            picture =
                $"""<img src="data:image/png;base64,{bundle["image/png"]}" width="{width ?? Width}" style="display:block;max-width:100%" alt="{WellKnown.Encode(plain)}">""";
        }
        var id = $"plot-{Guid.NewGuid():N}";
        // Without a picture to keep, the page says what is missing.
        var missing = picture != ""
            ? ""
            : "div.textContent = \"plotly.js comes with the first chart of the notebook; run that cell again.\"; ";
        // The container has the figure's size: a smaller one cuts the axes off.
        SendLoader(generic.Assembly);
        bundle["text/html"] = $$"""
            <div id="{{id}}" style="width:{{(width is null ? "100%" : $"{width}px")}};min-height:{{height}}px">{{picture}}</div>
            <script>(async () => {
              const div = document.getElementById("{{id}}"), figure = {{json.Replace("<", "\\u003c")}};
              for (let i = 0; i < 200 && !window.csharpJupyterPlotly; i++) await new Promise(r => setTimeout(r, 50));
              if (!window.csharpJupyterPlotly) { {{missing}}return; }
              const plotly = await window.csharpJupyterPlotly;
              div.replaceChildren();
              div.style.height = "{{height}}px";
              plotly.newPlot(div, figure.data, figure.layout, { responsive: true, ...{{Config(generic, chart)}} });
            })();</script>
            """;
        return bundle;
    }

    /// <summary>
    /// The chart's options for plotly.js besides its figure, as JSON; the figure's own JSON leaves them out.
    /// </summary>
    static string Config(Type generic, object chart)
    {
        dynamic config = generic.GetMethod("getConfig", BindingFlags.Public | BindingFlags.Static)!
            .Invoke(null, [chart])!;
        var options = new JsonObject();
        foreach (KeyValuePair<string, object> option in config.GetProperties(false))
            if (option.Value is bool or string or int or double)
                options[option.Key] = JsonSerializer.SerializeToNode(option.Value);
        return options.ToJsonString();
    }

    static int? Pixels(JsonNode? number) =>
        number is JsonValue v && v.TryGetValue<double>(out var pixels) && pixels is >= 10 and <= 10_000
            ? (int)Math.Round(pixels) : null;

    /// <summary>
    /// Shows the script that unpacks plotly.js, in the first chart's cell, and in each of its later runs again. It is a
    /// display of its own, so that charts of that cell can be updated without it, and has a mark, so that who keeps
    /// executed notebooks can take it out.
    /// </summary>
    static void SendLoader(Assembly plotly)
    {
        if (CellOutput.Current is not { HasPlotly: false } cell || (s_loaderCell ??= cell.Id) != cell.Id) return;
        cell.HasPlotly = true;
        cell.Display(MimeBundle.Html(s_loader ??= $$"""
            <script data-loads="plotly.js">window.csharpJupyterPlotly ??= (async () => {
              const bytes = Uint8Array.from(atob("{{Packed(plotly)}}"), c => c.charCodeAt(0));
              const code = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
              new Function("define", "module", "exports", code).call(window);
              return window.Plotly;
            })();</script>
            """, "(plotly.js)"));
    }

    /// <summary>
    /// JupyterLab names the cells that were deleted: with the script's cell the script has left the notebook.
    /// </summary>
    internal static void Deleted(JsonArray cells)
    {
        if (cells.Any(c => c is JsonValue id && id.TryGetValue<string>(out var text) && text == s_loaderCell))
            s_loaderCell = null;
    }

    /// <summary>A run of the script's cell that showed no chart has replaced it by other output.</summary>
    internal static void Ended(CellOutput cell)
    {
        if (cell.Id == s_loaderCell && !cell.HasPlotly) s_loaderCell = null;
    }

    static string Packed(Assembly plotly)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        using (var source = Open(plotly)) source.CopyTo(gzip);
        return Convert.ToBase64String(packed.ToArray());
    }

    static string Source(Assembly plotly)
    {
        using var reader = new StreamReader(Open(plotly));
        return reader.ReadToEnd();
    }

    static Stream Open(Assembly plotly) =>
        plotly.GetManifestResourceStream(plotly.GetManifestResourceNames().First(n => n.EndsWith(".min.js")))!;

    /// <summary>The chart's text on a page without pictures.</summary>
    static string Plain(JsonObject figure)
    {
        var title = figure["layout"]?["title"] is JsonObject t ? t["text"]?.ToString() : null;
        var traces = (figure["data"] as JsonArray ?? []).Select(d => $"{d?["type"]}" +
            $"{(d?["name"] is { } n ? $" \"{n}\"" : "")}{(d?["y"] is JsonArray y ? $", {y.Count} points" : "")}");
        return $"Plotly chart{(title is null ? "" : $" \"{Tag().Replace(title, " ")}\"")}: {string.Join("; ", traces)}";
    }

    /// <summary>plotly.js breaks and styles titles with a few tags.</summary>
    [GeneratedRegex("(<[^>]*>)+")]
    private static partial Regex Tag();
}
