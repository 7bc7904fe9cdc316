namespace CSharpJupyter.Output;

/// <summary>One value in several formats: MIME type to text (base64 for images).</summary>
sealed class MimeBundle : Dictionary<string, string>
{
    public static MimeBundle Html(string html, string plain) => new() { ["text/html"] = html, ["text/plain"] = plain };
}
