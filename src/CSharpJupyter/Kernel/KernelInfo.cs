using System.Text.Json.Nodes;

namespace CSharpJupyter.Kernel;

/// <summary>The answer to kernel_info_request.</summary>
static class KernelInfo
{
    public static JsonObject Reply() => new()
    {
        ["status"] = "ok", ["protocol_version"] = "5.3", ["implementation"] = "csharp-jupyter",
        ["implementation_version"] = typeof(KernelInfo).Assembly.GetName().Version!.ToString(3),
        ["banner"] = $"C# 14 on .NET {Environment.Version}", ["help_links"] = new JsonArray(),
        ["language_info"] = new JsonObject
        {
            ["name"] = "C#", ["version"] = "14.0", ["mimetype"] = "text/x-csharp", ["file_extension"] = ".cs",
            ["pygments_lexer"] = "csharp", ["codemirror_mode"] = "text/x-csharp",
        },
    };
}
