using System.Text.Json.Nodes;

namespace CSharpJupyter.Tests;

/// <summary>One executed cell as a client sees it.</summary>
public sealed record CellRun(JsonObject Reply, List<Published> Published)
{
    public string Status => Reply["status"]!.GetValue<string>();
    public IEnumerable<string> Types => Published.Select(p => p.Type);
    public string Stream(string name) =>
        string.Concat(Published.Where(p => p.Type == "stream" && p.Content["name"]!.GetValue<string>() == name)
            .Select(p => p.Content["text"]!.GetValue<string>()));
    public JsonNode? Result => Published.SingleOrDefault(p => p.Type == "execute_result")?.Content["data"];
    public string Plain => Result?["text/plain"]?.GetValue<string>() ?? "";
    public JsonObject Error => Published.Single(p => p.Type == "error").Content;
}
