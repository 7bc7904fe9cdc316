using System.Collections;
using System.IO.Compression;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Analysis;
using OpenCvSharp;
using Plotly.NET;

namespace MerKernel.Reports;

/// <summary>
/// The C# kernel's views of other libraries' values that .NET Interactive lacks: charts, data frames and OpenCV's
/// pictures are registered with its formatters when this library is first used there, so that both kernels show the
/// same. Nothing happens in any other program.
/// </summary>
static partial class NotebookHost
{
    const int FrameRows = 25, ChartHeight = 450;

#pragma warning disable CA2255 // A notebook shows a chart without calling anything of this library first.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Prepare()
    {
        if (AssemblyLoadContext.Default.Assemblies
            .FirstOrDefault(a => a.GetName().Name == "Microsoft.DotNet.Interactive") is not { } host)
            return;
        var formatting = Assembly.Load(host.GetReferencedAssemblies()
            .Single(a => a.Name == "Microsoft.DotNet.Interactive.Formatting"));
        var formatter = formatting.GetType("Microsoft.DotNet.Interactive.Formatting.Formatter", throwOnError: true)!;
        s_displayAs = formatting.GetType("Microsoft.DotNet.Interactive.Formatting.DisplayExtensions")
            ?.GetMethod("DisplayAs", [typeof(string), typeof(string)]);
        foreach (var (type, formats) in Formats)
        {
            foreach (var (mime, write) in formats)
                formatter.GetMethod("Register", [typeof(Type), typeof(Action<object, TextWriter>), typeof(string)])!
                    .Invoke(null,
                        [type, (Action<object, TextWriter>)((value, writer) => writer.Write(write(value))), mime]);
            formatter.GetMethod("SetPreferredMimeTypesFor")!
                .Invoke(null, [type, formats.Select(f => f.Mime).ToArray()]);
        }
    }

    static IEnumerable<(Type Type, (string Mime, Func<object, string> Write)[] Formats)> Formats =>
    [
        (typeof(GenericChart),
            [("text/html", v => Chart((GenericChart)v)), ("text/plain", v => InWords(FigureOf((GenericChart)v)))]),
        (typeof(DataFrame), [("text/html", v => Frame((DataFrame)v)), ("text/plain", v => Size((DataFrame)v))]),
        (typeof(Mat), [("image/png", v =>
            Convert.ToBase64String(((Mat)v).ToBytes(".png", new ImageEncodingParam(ImwriteFlags.PngCompression, 9)))),
            ("text/plain", v => $"Mat {((Mat)v).Rows} x {((Mat)v).Cols}, {((Mat)v).Type()}")]),
    ];

    /// <summary>A chart as the C# kernel writes it, without the static picture that only that kernel draws.</summary>
    static string Chart(GenericChart chart)
    {
        var figure = FigureOf(chart);
        var (width, height) = (Pixels(figure["layout"]?["width"]), Pixels(figure["layout"]?["height"]) ?? ChartHeight);
        var id = $"plot-{Guid.NewGuid():N}";
        SendLoader();
        return $$"""
            <div id="{{id}}" style="width:{{(width is null ? "100%" : $"{width}px")}};min-height:{{height}}px"></div>
            <script>(async () => {
              const div = document.getElementById("{{id}}"), figure = {{figure.ToJsonString().Replace("</", "<\\/")}};
              for (let i = 0; i < 200 && !window.csharpJupyterPlotly; i++) await new Promise(r => setTimeout(r, 50));
              if (!window.csharpJupyterPlotly) { div.textContent = "plotly.js comes with the first chart of the notebook; run that cell again."; return; }
              const plotly = await window.csharpJupyterPlotly;
              div.replaceChildren();
              div.style.height = "{{height}}px";
              plotly.newPlot(div, figure.data, figure.layout, { responsive: true, ...{{Json(GenericChart.getConfig(chart))!.ToJsonString()}} });
            })();</script>
            """;
    }

    /// <summary>
    /// Data and layout in plotly.js's terms. Plotly.NET's own writer cannot be called where .NET Interactive's older
    /// FSharp.Core is loaded.
    /// </summary>
    internal static JsonObject FigureOf(GenericChart chart) =>
        new() { ["data"] = Json(GenericChart.getTraces(chart)), ["layout"] = Json(GenericChart.getLayout(chart)) };

    static JsonNode? Json(object? value) => value switch
    {
        null => null,
        Trace t => new JsonObject(t.GetProperties(false).Select(p => KeyValuePair.Create(p.Key, Json(p.Value)))
            .Prepend(KeyValuePair.Create("type", Json(t.type)))),
        DynamicObj.DynamicObj o =>
            new JsonObject(o.GetProperties(false).Select(p => KeyValuePair.Create(p.Key, Json(p.Value)))),
        IDictionary<string, object> map => new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, Json(p.Value)))),
        string or bool or int or long or decimal => JsonSerializer.SerializeToNode(value),
        double d => double.IsFinite(d) ? JsonValue.Create(d) : null,
        float f => float.IsFinite(f) ? JsonValue.Create(f) : null,
        IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(Json)]),
        _ => JsonSerializer.SerializeToNode(value, value.GetType()),
    };

    static int? Pixels(JsonNode? number) =>
        number is JsonValue v && v.TryGetValue<double>(out var pixels) && pixels is >= 10 and <= 10_000
            ? (int)Math.Round(pixels) : null;

    /// <summary>A chart's text on a page without pictures.</summary>
    static string InWords(JsonObject figure)
    {
        var title = figure["layout"]?["title"] is JsonObject t ? t["text"]?.ToString() : null;
        var traces = figure["data"]!.AsArray().Select(d => $"{d?["type"]}{(d?["name"] is { } n ? $" \"{n}\"" : "")}" +
            $"{(d?["y"] is JsonArray y ? $", {y.Count} points" : "")}");
        return $"Plotly chart{(title is null ? "" : $" \"{Tag().Replace(title, " ")}\"")}: {string.Join("; ", traces)}";
    }

    static MethodInfo? s_displayAs;
    static string? s_loaderCell;
    static object? s_loaderRun;

    /// <summary>Shows plotly.js, compressed, once in each run of the first chart's cell.</summary>
    static void SendLoader()
    {
        var run = Running();
        var cell = run?.GetType().GetProperty("Code")?.GetValue(run) as string ?? "";
        if (run == s_loaderRun || (s_loaderCell ??= cell) != cell) return;
        s_loaderRun = run;
        s_displayAs?.Invoke(null, [$$"""
            <script data-loads="plotly.js">window.csharpJupyterPlotly ??= (async () => {
              const bytes = Uint8Array.from(atob("{{PackedPlotly()}}"), c => c.charCodeAt(0));
              const code = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
              new Function("define", "module", "exports", code).call(window);
              return window.Plotly;
            })();</script>
            """, "text/html"]);
    }

    /// <summary>plotly.js as Plotly.NET carries it, compressed, in base64.</summary>
    internal static string PackedPlotly()
    {
        var assembly = typeof(GenericChart).Assembly;
        using var source = assembly.GetManifestResourceStream(assembly.GetManifestResourceNames()
            .First(n => n.EndsWith(".min.js", StringComparison.Ordinal)))!;
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) source.CopyTo(gzip);
        return Convert.ToBase64String(packed.ToArray());
    }

    /// <summary>The command of the cell that runs; it holds its code.</summary>
    static object? Running()
    {
        var context = AssemblyLoadContext.Default.Assemblies
            .First(a => a.GetName().Name == "Microsoft.DotNet.Interactive")
            .GetType("Microsoft.DotNet.Interactive.KernelInvocationContext");
        return context?.GetProperty("Current")?.GetValue(null) is { } current
            ? context.GetProperty("Command")?.GetValue(current) : null;
    }

    /// <summary>The first rows as the C# kernel writes them.</summary>
    static string Frame(DataFrame frame)
    {
        var shown = Math.Min(frame.Rows.Count, FrameRows);
        var html = new StringBuilder("<table><thead><tr><th></th>");
        foreach (var column in frame.Columns) html.Append($"<th>{HtmlText.Encode(column.Name)}</th>");
        html.Append("</tr></thead><tbody>");
        for (var row = 0L; row < shown; row++)
            html.Append(
                $"<tr><td><i>{row}</i></td>{string.Concat(frame.Columns.Select(c => $"<td>{HtmlText.Encode(Text(c[row]))}</td>"))}</tr>");
        return $"{html}</tbody></table><p>{Size(frame)}" +
            $"{(shown < frame.Rows.Count ? $", first {shown} shown" : "")}</p>";
    }

    static string Size(DataFrame frame) => $"DataFrame, {frame.Rows.Count} rows x {frame.Columns.Count} columns";

    static string Text(object? value) => value switch
    {
        null => "null",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? ""
    };

    /// <summary>plotly.js breaks and styles titles with a few tags.</summary>
    [GeneratedRegex("(<[^>]*>)+")]
    private static partial Regex Tag();
}
