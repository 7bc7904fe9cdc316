using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MerKernel.Cli.Notebooks;

/// <summary>
/// An executed notebook as it is kept in git: small, and the same text for the same results. Charts keep their static
/// pictures and lose plotly.js (1.5 MB); progress lines keep their last state; paths of this machine become relative;
/// random names of charts become numbers.
/// </summary>
static partial class KeptNotebook
{
    static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    /// <param name="notebook">Is changed.</param>
    /// <param name="root">The checkout; paths below it become relative to it.</param>
    /// <param name="home">The user's folder, which becomes ~.</param>
    public static string Text(JsonObject notebook, string root, string home)
    {
        var charts = new Dictionary<string, string>();
        foreach (var cell in notebook["cells"]!.AsArray())
        {
            (cell!["metadata"] as JsonObject)?.Remove("execution");
            if (cell["outputs"] is not JsonArray outputs) continue;
            outputs.RemoveAll(o => o?["data"]?["text/html"] is { } html && Joined(html) is { Length: > 0 } text
                && PlotlyJs().Replace(text, "") == "");
            MergeStreams(outputs);
            foreach (var output in outputs) Clean(output!.AsObject(), text => WithoutMachine(text, root, home), charts);
        }
        return notebook.ToJsonString(Format) + "\n";
    }

    /// <summary>A stream that came in several messages is one output, as in a front end.</summary>
    static void MergeStreams(JsonArray outputs)
    {
        for (var i = outputs.Count - 1; i > 0; i--)
        {
            if (Stream(outputs[i]) is not { } name || name != Stream(outputs[i - 1])) continue;
            outputs[i - 1]!["text"] = Joined(outputs[i - 1]!["text"]) + Joined(outputs[i]!["text"]);
            outputs.RemoveAt(i);
        }
    }

    static string? Stream(JsonNode? output) =>
        output?["output_type"]?.GetValue<string>() == "stream" ? output["name"]!.GetValue<string>() : null;

    static void Clean(JsonObject output, Func<string, string> withoutMachine, Dictionary<string, string> charts)
    {
        if (Stream(output) is not null) output["text"] = Lines(withoutMachine(LastStates(Joined(output["text"]))));
        if (output["traceback"] is JsonArray traceback)
            output["traceback"] = new JsonArray(
                [.. traceback.Select(l => (JsonNode)withoutMachine(l!.GetValue<string>()))]);
        if (output["evalue"] is { } why) output["evalue"] = withoutMachine(why.GetValue<string>());
        foreach (var (mime, value) in (output["data"] as JsonObject)?.ToList() ?? [])
        {
            if (!mime.StartsWith("text/", StringComparison.Ordinal)) continue;
            var text = withoutMachine(Joined(value));
            if (mime == "text/html")
                text = ChartName().Replace(PlotlyJs().Replace(text, ""), m =>
                    charts.TryGetValue(m.Value, out var name) ? name : charts[m.Value] = $"plot-{charts.Count + 1}");
            output["data"]![mime] = Lines(text);
        }
    }

    /// <summary>A carriage return goes back to the line's beginning; a terminal shows the last text there.</summary>
    static string LastStates(string text) => string.Join('\n', text.Replace("\r\n", "\n").Split('\n')
        .Select(line => line.Split('\r').LastOrDefault(part => part != "") ?? ""));

    static string WithoutMachine(string text, string root, string home)
    {
        text = Below(root).Replace(text, m => m.Value.EndsWith('/') ? "" : ".");
        return home.Length > 1 ? Below(home).Replace(text, m => m.Value.EndsWith('/') ? "~/" : "~") : text;
    }

    /// <summary>
    /// The folder as a whole path or its beginning; not inside another path, a word, or a picture's base64.
    /// </summary>
    static Regex Below(string folder) =>
        new($@"(?:(?<=file://)|(?<![\w/+])){Regex.Escape(folder.TrimEnd('/'))}(?:/|(?![\w.-]))");

    /// <summary>A text that a notebook holds whole or as a list of its lines.</summary>
    internal static string Joined(JsonNode? text) =>
        text is JsonArray lines ? string.Concat(lines.Select(l => l!.GetValue<string>())) : text!.GetValue<string>();

    /// <summary>One string a line, as nbformat writes it, so that a changed line is a changed line in git.</summary>
    static JsonArray Lines(string text) => new([.. Line().Matches(text).Select(m => (JsonNode)m.Value)]);

    [GeneratedRegex(@"[^\n]*\n|[^\n]+")]
    private static partial Regex Line();

    [GeneratedRegex("""<script data-loads="plotly\.js">.*?</script>\s*""", RegexOptions.Singleline)]
    private static partial Regex PlotlyJs();

    [GeneratedRegex("plot-[0-9a-f]{32}")]
    private static partial Regex ChartName();
}
