namespace CSharpJupyter.Output;

/// <summary>One value in several formats: MIME type to text (base64 for images).</summary>
sealed class MimeBundle : Dictionary<string, string>
{
    public static MimeBundle Html(string html, string plain) => new() { ["text/html"] = html, ["text/plain"] = plain };
}

static class MimeBundleJson
{
    /// <summary>JSON types travel as JSON, everything else as text.</summary>
    public static JsonObject ToJson(this MimeBundle bundle)
    {
        var json = new JsonObject();
        foreach (var (type, text) in bundle)
            json[type] = type == "application/json" || type.EndsWith("+json") ? JsonNode.Parse(text) : text;
        return json;
    }

    /// <summary>
    /// An image's plain text is also its alternative text on the page (nbconvert and front ends read it here).
    /// </summary>
    public static JsonObject Metadata(this MimeBundle bundle) =>
        bundle.ContainsKey("image/png") && bundle.TryGetValue("text/plain", out var words)
            ? new() { ["image/png"] = new JsonObject { ["alt"] = words } } : [];
}
