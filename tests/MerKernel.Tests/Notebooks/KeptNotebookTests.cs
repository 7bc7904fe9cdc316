using System.Text.Json.Nodes;
using MerKernel.Cli.Notebooks;

namespace MerKernel.Tests.Notebooks;

/// <summary>What of an executed notebook goes into git.</summary>
public sealed class KeptNotebookTests
{
    static JsonObject Stream(string name, string text) =>
        new() { ["output_type"] = "stream", ["name"] = name, ["text"] = new JsonArray(text) };

    static JsonObject Data(string mime, string text) => new()
    {
        ["output_type"] = "display_data", ["metadata"] = new JsonObject(), ["data"] = new JsonObject { [mime] = text }
    };

    static JsonArray Kept(params JsonObject[] outputs)
    {
        var cell = new JsonObject
        {
            ["cell_type"] = "code", ["metadata"] = new JsonObject
            {
                ["execution"] = new JsonObject { ["iopub.status.busy"] = "2026-01-01" }, ["tags"] = new JsonArray("x")
            },
            ["outputs"] = new JsonArray([.. outputs]),
        };
        var text = KeptNotebook.Text(new() { ["cells"] = new JsonArray(cell) }, "/home/ada/mer", "/home/ada");
        var kept = JsonNode.Parse(text)!["cells"]![0]!;
        Assert.Equal("""{"tags":["x"]}""", kept["metadata"]!.ToJsonString());
        return kept["outputs"]!.AsArray();
    }

    static string Text(JsonNode? lines) => string.Concat(lines!.AsArray().Select(l => l!.GetValue<string>()));

    [Fact]
    public void Pieces_of_a_stream_become_one_output_and_a_progress_line_keeps_its_last_state()
    {
        var outputs = Kept(Stream("stdout", "fold 1\rfo"), Stream("stdout", "ld 2\rfold 3\r\nready\n"),
            Stream("stderr", "careful\n"));
        Assert.Equal(["fold 3\nready\n", "careful\n"], outputs.Select(o => Text(o!["text"])));
        Assert.Equal(2, outputs[0]!["text"]!.AsArray().Count);
    }

    [Fact]
    public void A_progress_line_that_ends_with_a_carriage_return_keeps_what_a_terminal_shows() =>
        Assert.Equal("50 %", Text(Kept(Stream("stdout", "10 %\r50 %\r"))[0]!["text"]));

    [Theory]
    [InlineData("wrote /home/ada/mer/results/tables.md", "wrote results/tables.md")]
    [InlineData("root: /home/ada/mer", "root: .")]
    [InlineData("see file:///home/ada/mer/x", "see file://x")]
    [InlineData("/home/ada/.nuget/x and /home/ada", "~/.nuget/x and ~")]
    [InlineData("/home/ada/mer2/x", "~/mer2/x")]
    [InlineData("/backup/home/ada/mer/x", "/backup/home/ada/mer/x")]
    [InlineData("base64,iVBO/home/ada/mer/", "base64,iVBO/home/ada/mer/")]
    public void Paths_of_the_machine_become_relative(string written, string kept)
    {
        Assert.Equal(kept, Text(Kept(Stream("stdout", written))[0]!["text"]));
        Assert.Equal(kept, Text(Kept(Data("text/html", written))[0]!["data"]!["text/html"]));
    }

    [Fact]
    public void Errors_lose_their_paths_too()
    {
        var error = new JsonObject
        {
            ["output_type"] = "error", ["ename"] = "E", ["evalue"] = "no /home/ada/mer/data",
            ["traceback"] = new JsonArray("at X in /home/ada/mer/src/X.cs:line 3")
        };
        Assert.Equal(("no data", "at X in src/X.cs:line 3"), (Kept(error)[0]!["evalue"]!.GetValue<string>(),
            Kept(error.DeepClone().AsObject())[0]!["traceback"]![0]!.GetValue<string>()));
    }

    [Fact]
    public void A_chart_loses_plotly_js_and_keeps_its_picture_under_a_number()
    {
        var (a, b) = ($"plot-{Guid.NewGuid():N}", $"plot-{Guid.NewGuid():N}");
        var outputs = Kept(
            Data("text/html",
                "<script data-loads=\"plotly.js\">long\nlong</script>\n" +
                $"<div id=\"{a}\"><img src=\"data:image/png;base64,AAAA\"></div>\n<script>draw(\"{a}\")</script>"),
            Data("text/html", $"<div id=\"{b}\"></div>"));
        Assert.Equal(
            "<div id=\"plot-1\"><img src=\"data:image/png;base64,AAAA\"></div>\n<script>draw(\"plot-1\")</script>",
            Text(outputs[0]!["data"]!["text/html"]));
        Assert.Equal("<div id=\"plot-2\"></div>", Text(outputs[1]!["data"]!["text/html"]));
    }

    [Fact]
    public void A_display_that_only_brings_plotly_js_goes_and_an_empty_one_stays()
    {
        var outputs = Kept(Stream("stdout", "a"), Data("text/html", "<script data-loads=\"plotly.js\">long</script>"),
            Stream("stdout", "b"), Data("text/html", ""));
        Assert.Equal(["stream", "display_data"], outputs.Select(o => o!["output_type"]!.GetValue<string>()));
        Assert.Equal("ab", Text(outputs[0]!["text"]));
    }

    [Fact]
    public void Pictures_are_left_as_they_are() => Assert.Equal("/home/ada/mer/",
        Kept(Data("image/png", "/home/ada/mer/"))[0]!["data"]!["image/png"]!.GetValue<string>());
}
