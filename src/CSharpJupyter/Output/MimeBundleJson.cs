using System.Text.Json.Nodes;

namespace CSharpJupyter.Output;

static class MimeBundleJson
{
    /// <summary>JSON types travel as JSON, everything else as text.</summary>
    public static JsonObject ToJson(this MimeBundle bundle)
    {
        var json = new JsonObject();
        foreach (var (type, text) in bundle) json[type] = type == "application/json" || type.EndsWith("+json") ? JsonNode.Parse(text) : text;
        return json;
    }
}
