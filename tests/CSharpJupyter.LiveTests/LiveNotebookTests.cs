using System.Text.Json.Nodes;
using DevTools;

namespace CSharpJupyter.LiveTests;

/// <summary>The classic notebook page in a headless Chromium that reaches nothing but this machine.</summary>
public sealed class LiveNotebookTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30), Patience = TimeSpan.FromSeconds(120);

    static readonly string[] Cells =
    [
        "#r \"nuget: Plotly.NET, 6.0.0\"\n#r \"nuget: Plotly.NET.CSharp, 0.14.0\"\nvar kept = \"kept\";",
        "using Plotly.NET;\nPlotly.NET.CSharp.Chart.Column<double, string, string>(new[] { 62.5, 34.4, 39.1 }, new[] " +
        "{ \"full network\", \"without AUs\", \"AUs exchanged\" })",
        // Without a width of its own.
        "var trace = new Trace(\"scatter\");\ntrace.SetProperty(\"x\", new[] { 1, 2, 3, 4 });\n" +
            "trace.SetProperty(\"y\", new[] { 0.1, 0.4, 0.2, 0.8 });\n" +
            "GenericChart.ofTraceObjects(false, Microsoft.FSharp.Collections.ListModule.OfSeq(new[] { trace }))",
        "var progress = display(\"fold 0\");\nfor (var fold = 1; fold <= 8; fold++)\n{\n    await Task.Delay(400);\n" +
        "    progress.Update($\"fold {fold}\");\n}",
        "kept",
    ];

    readonly JupyterServer _server = new();
    readonly Chromium _page = new(Chromium.Find() ?? throw new InvalidOperationException("no Chromium is installed"),
        (1200, 1800), Limit, resolves: "127.0.0.1");

    [Fact]
    public void A_notebook_is_run_watched_interrupted_completed_and_reopened()
    {
        Write("live.ipynb");
        Open("live.ipynb");
        RunAll();
        AProgressDisplayUpdates();
        TwoChartsAreWhole();
        ALoopIsInterruptedFromTheToolbar();
        TabCompletes();
        AnUntrustedNotebookShowsPictures();
        AKilledServerLeavesNoKernel();
    }

    void Write(string name)
    {
        var cells = Cells.Select(c => (JsonNode)new JsonObject
        {
            ["cell_type"] = "code", ["metadata"] = new JsonObject(), ["outputs"] = new JsonArray(),
            ["execution_count"] = null, ["source"] = c
        });
        File.WriteAllText(Path.Combine(_server.Folder, name), new JsonObject
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
    }

    void Open(string name)
    {
        _page.Call("Page.navigate", new() { ["url"] = _server.Page(name) }, Limit);
        Until($"window.Jupyter?.notebook?.notebook_path == '{name}' && Jupyter.notebook._fully_loaded && " +
            "Jupyter.notebook.kernel?.is_connected()");
    }

    void RunAll() => _page.Evaluate("document.querySelector('#run_all_cells a').click()", Limit);

    void AProgressDisplayUpdates()
    {
        var seen = new HashSet<string>();
        for (var until = DateTime.UtcNow + Patience; DateTime.UtcNow < until && !seen.Contains("fold 8");
            Thread.Sleep(100))
            if (Text("Jupyter.notebook.get_cell(3).output_area.element.text().trim()") is { Length: > 0 } shown)
                seen.Add(shown);
        Assert.Contains("fold 8", seen);
        Assert.True(seen.Count >= 3, $"seen: {string.Join(", ", seen)}");
        Until("Jupyter.notebook.get_cell(4).output_area.element.text().includes('kept')");
    }

    void TwoChartsAreWhole()
    {
        Until("document.querySelectorAll('.js-plotly-plot .ytick').length >= 6");
        _page.Evaluate("document.querySelector('.js-plotly-plot').scrollIntoView()", Limit);
        Screenshot("run-all");
        // Every title, tick and axis of a chart inside its container, the container inside its output, nothing cut off.
        var report = Text("""
            JSON.stringify([...document.querySelectorAll('.js-plotly-plot')].map(plot => {
              const box = plot.getBoundingClientRect(), area = plot.closest('.output_subarea'), marks = [...plot.querySelectorAll('.xtick, .ytick, .xaxislayer-above path, .bg, .trace')];
              const inside = (a, b) => a.left >= b.left - 1 && a.top >= b.top - 1 && a.right <= b.right + 1 && a.bottom <= b.bottom + 1;
              return { marks: marks.length, inside: marks.every(m => inside(m.getBoundingClientRect(), box)), whole: inside(box, area.getBoundingClientRect()),
                       cut: area.scrollHeight > area.clientHeight + 1 || area.scrollWidth > area.clientWidth + 1, width: Math.round(box.width), area: Math.round(area.getBoundingClientRect().width) };
            }))
            """);
        var charts = JsonNode.Parse(report)!.AsArray();
        Assert.True(charts.Count == 2, report);
        foreach (var chart in charts)
            Assert.True(chart!["marks"]!.GetValue<int>() > 6 && chart["inside"]!.GetValue<bool>()
                && chart["whole"]!.GetValue<bool>() && !chart["cut"]!.GetValue<bool>(), report);
        Assert.Equal(600, charts[0]!["width"]!.GetValue<int>());
        Assert.True(charts[1]!["width"]!.GetValue<int>() > 0.9 * charts[1]!["area"]!.GetValue<int>(), report);
    }

    void ALoopIsInterruptedFromTheToolbar()
    {
        _page.Evaluate("Jupyter.notebook.get_cell(4).set_text('while (true) kept = \"still \" + \"kept\";'); " +
            "Jupyter.notebook.select(4); Jupyter.notebook.execute_cell()", Limit);
        Until("Jupyter.notebook.kernel_busy");
        Thread.Sleep(1000);
        _page.Evaluate(
            "document.querySelector('button[data-jupyter-action=\"jupyter-notebook:interrupt-kernel\"]').click()",
            Limit);
        Until("Jupyter.notebook.get_cell(4).output_area.element.text().includes('The cell was interrupted')");
        _page.Evaluate("Jupyter.notebook.get_cell(4).set_text('kept'); Jupyter.notebook.execute_cell()", Limit);
        Until("Jupyter.notebook.get_cell(4).output_area.element.text().includes('still kept')");
    }

    void TabCompletes()
    {
        _page.Evaluate("Jupyter.notebook.get_cell(4).set_text('Console.Wri'); Jupyter.notebook.edit_mode(); " +
            "Jupyter.notebook.get_cell(4).code_mirror.setCursor(0, 11); " +
            "Jupyter.notebook.get_cell(4).code_mirror.focus()", Limit);
        foreach (var kind in new[] { "rawKeyDown", "keyUp" })
            _page.Call("Input.dispatchKeyEvent", new()
            {
                ["type"] = kind, ["key"] = "Tab", ["code"] = "Tab", ["windowsVirtualKeyCode"] = 9,
                ["nativeVirtualKeyCode"] = 9
            }, Limit);
        Until("[...document.querySelectorAll('#complete option')].some(o => o.textContent == 'WriteLine')");
        Screenshot("completion");
    }

    void AnUntrustedNotebookShowsPictures()
    {
        _page.Evaluate("Jupyter.notebook.save_notebook()", Limit);
        // Another text has no signature, as if somebody else had sent it.
        var sent = JsonNode.Parse(File.ReadAllText(Path.Combine(_server.Folder, "live.ipynb")))!;
        sent["metadata"]!["sent"] = true;
        File.WriteAllText(Path.Combine(_server.Folder, "sent.ipynb"), sent.ToJsonString());
        _page.Evaluate("window.onbeforeunload = null; 0", Limit);
        Open("sent.ipynb");
        Assert.Equal("false", Text("String(Jupyter.notebook.trusted)"));
        Until("[...document.querySelectorAll('.output_subarea img')].filter(i => i.src.startsWith('data:image/png') " +
            "&& i.naturalWidth > 800 && i.getBoundingClientRect().width > 500).length == 2");
        Assert.Equal("0", Text("String(document.querySelectorAll('.js-plotly-plot').length)"));
        _page.Evaluate("document.querySelector('.output_subarea img').scrollIntoView()", Limit);
        Screenshot("untrusted");
    }

    void AKilledServerLeavesNoKernel()
    {
        List<int> Kernels() => Processes.With("CSharpJupyter.dll", _server.Folder);
        Assert.NotEmpty(Kernels());
        _server.Process.Kill();
        Assert.True(Processes.AreGone(Kernels, 10));
    }

    string Text(string script) => _page.Evaluate(script, Limit)?.GetValue<string>() ?? "";

    void Until(string condition)
    {
        for (var until = DateTime.UtcNow + Patience; DateTime.UtcNow < until; Thread.Sleep(100))
            if (_page.Evaluate($"Boolean({condition})", Limit)!.GetValue<bool>()) return;
        Screenshot("gave-up");
        Assert.Fail($"never came true: {condition}");
    }

    /// <summary>To look at: artifacts/live-notebook.</summary>
    void Screenshot(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "..", "..", "..",
            "live-notebook")).FullName;
        var png = _page.Call("Page.captureScreenshot", new() { ["format"] = "png" }, Limit)["data"]!.GetValue<string>();
        File.WriteAllBytes(Path.Combine(folder, name + ".png"), Convert.FromBase64String(png));
    }

    public void Dispose()
    {
        _page.Dispose();
        _server.Dispose();
    }
}
