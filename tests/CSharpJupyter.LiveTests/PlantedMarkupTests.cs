using System.Text.Json.Nodes;
using DevTools;

namespace CSharpJupyter.LiveTests;

/// <summary>
/// Markup that a stranger planted in a subject, a file name and an emotion, in everything that a notebook shows of
/// them: it is read, and nothing of it runs.
/// </summary>
public sealed class PlantedMarkupTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30), Patience = TimeSpan.FromSeconds(120);

    const string Subject = "<script>window.planted='subject'</script>",
        // In a script "<!--<script>" hides the end of it.
        Name = "<!--<script><img src=planted onerror=window.planted='name'>",
        Emotion = "</script><script>window.planted='emotion'</script>";

    /// <summary>
    /// A record table, a DataFrame, texts, the keys of a dictionary, what is printed, a chart with its picture, and an
    /// exception.
    /// </summary>
    static readonly string[] Cells =
    [
        "#r \"nuget: Plotly.NET, 6.0.0\"\n#r \"nuget: Microsoft.Data.Analysis, 0.23.1\"\n" +
        $"var (subject, name, emotion) = (\"{Subject}\", \"{Name}\", \"{Emotion}\");\n" +
        "record Clip(string Subject, string Name, string Emotion);\nvar clip = new Clip(subject, name, emotion);",
        "new[] { clip }",
        "using Microsoft.Data.Analysis;\nnew DataFrame(new StringDataFrameColumn(subject, [subject]), new " +
        "StringDataFrameColumn(\"file\", [name]), new StringDataFrameColumn(\"emotion\", [emotion]))",
        "display(subject);\ndisplay(new Dictionary<string, string> { [name] = emotion });\nclip",
        "Console.WriteLine(subject + name + emotion);\nConsole.Error.WriteLine(subject + name + emotion);",
        "using Plotly.NET;\nvar trace = new Trace(\"bar\");\ntrace.SetProperty(\"x\", new[] { subject, name, emotion " +
            "});\ntrace.SetProperty(\"y\", new[] { 1, 2, 3 });\ntrace.SetProperty(\"text\", new[] { subject, name, " +
            "emotion });\ntrace.SetProperty(\"name\", emotion);\n" +
            "GenericChart.ofTraceObjects(false, Microsoft.FSharp.Collections.ListModule.OfSeq(new[] { trace }))",
        "throw new InvalidOperationException(subject + name + emotion);",
    ];

    readonly JupyterServer _server = new();
    readonly Chromium _page = new(Chromium.Find() ?? throw new InvalidOperationException("no Chromium is installed"),
        (1200, 2400), Limit, resolves: "127.0.0.1");

    [Fact]
    public void Planted_markup_is_text_in_every_display()
    {
        var cells = Cells.Select(c => (JsonNode)new JsonObject
        {
            ["cell_type"] = "code", ["metadata"] = new JsonObject(), ["outputs"] = new JsonArray(),
            ["execution_count"] = null, ["source"] = c
        });
        File.WriteAllText(Path.Combine(_server.Folder, "planted.ipynb"), new JsonObject
        {
            ["nbformat"] = 4, ["nbformat_minor"] = 4, ["cells"] = new JsonArray([.. cells]),
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject
                {
                    ["name"] = JupyterServer.KernelName, ["display_name"] = ".NET (C#)", ["language"] = "C#"
                }
            },
        }.ToJsonString());
        _page.Call("Page.navigate", new() { ["url"] = _server.Page("planted.ipynb") }, Limit);
        Until("window.Jupyter?.notebook?.notebook_path == 'planted.ipynb' && Jupyter.notebook._fully_loaded && " +
            "Jupyter.notebook.kernel?.is_connected()");
        _page.Evaluate("document.querySelector('#run_all_cells a').click()", Limit);
        Until("Jupyter.notebook.get_cell(6).output_area.element.text().includes('InvalidOperationException')");
        Until("document.querySelector('.js-plotly-plot .main-svg .trace')");

        Screenshot();
        Assert.Equal("undefined", Text("typeof window.planted"));
        Assert.Equal("0", Text("String(document.querySelectorAll('.output_area img[src=planted]').length)"));
        foreach (var cell in new[] { 1, 2, 3, 4, 6 })
        {
            var shown = Text($"Jupyter.notebook.get_cell({cell}).output_area.element[0].innerText");
            foreach (var planted in new[] { Subject, Name, Emotion })
                Assert.True(shown.Contains(planted, StringComparison.Ordinal),
                    $"cell {cell} does not show {planted} but {shown}");
        }
    }

    string Text(string script) => _page.Evaluate(script, Limit)?.GetValue<string>() ?? "";

    void Until(string condition)
    {
        for (var until = DateTime.UtcNow + Patience; DateTime.UtcNow < until; Thread.Sleep(100))
            if (_page.Evaluate($"Boolean({condition})", Limit)!.GetValue<bool>()) return;
        Screenshot();
        Assert.Fail($"never came true: {condition}");
    }

    /// <summary>To look at: artifacts/live-notebook.</summary>
    void Screenshot()
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "..", "..", "..",
            "live-notebook")).FullName;
        var png = _page.Call("Page.captureScreenshot", new() { ["format"] = "png", ["captureBeyondViewport"] = true },
            Limit)["data"]!.GetValue<string>();
        File.WriteAllBytes(Path.Combine(folder, "planted.png"), Convert.FromBase64String(png));
    }

    public void Dispose()
    {
        _page.Dispose();
        _server.Dispose();
    }
}
