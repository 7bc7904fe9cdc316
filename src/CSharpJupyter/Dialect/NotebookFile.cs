namespace CSharpJupyter.Dialect;

/// <summary>A file that <c>#!import</c> runs: C# source, a .dib file or a notebook.</summary>
static class NotebookFile
{
    /// <summary>Its cells, in order, with their language.</summary>
    /// <exception cref="CellFailedException">No such file, or of a kind that cannot be run.</exception>
    public static IReadOnlyList<(string Language, string Code)> Read(string file)
    {
        if (!File.Exists(file))
            throw new CellFailedException("FileNotFound", $"#!import: there is no file {Path.GetFullPath(file)}; a " +
                "name without a folder is looked for next to the notebook.");
        var text = File.ReadAllText(file);
        switch (Path.GetExtension(file).ToLowerInvariant())
        {
            case ".cs" or ".csx" or ".dib": return [("csharp", text)];
            case ".html" or ".md": return [(Path.GetExtension(file) == ".md" ? "markdown" : "html", text)];
            case ".ipynb":
                try { return Cells(JsonNode.Parse(text)!); }
                catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
                {
                    throw new CellFailedException("Notebook",
                        $"#!import: {Path.GetFullPath(file)} is no notebook: {e.Message}");
                }
            default:
                throw new CellFailedException("NotSupported",
                    $"#!import: {file} is no .cs, .csx, .dib, .ipynb, .md or .html file.");
        }
    }

    static List<(string Language, string Code)> Cells(JsonNode notebook) => [.. notebook["cells"]!.AsArray()
        .Where(c => c!["cell_type"]!.GetValue<string>() is "code" or "markdown")
        .Select(c =>
            (c!["cell_type"]!.GetValue<string>() == "markdown" ? "markdown" : Language(c["metadata"]) ?? "csharp",
                c["source"] is JsonArray lines
                    ? string.Concat(lines.Select(l => l!.GetValue<string>()))
                    : c["source"]!.GetValue<string>()))];

    /// <summary>The language in a cell's, or an execute request's, metadata; null where they name none.</summary>
    public static string? Language(JsonNode? metadata) =>
        Text(metadata?["polyglot_notebook"], "kernelName") ?? Text(metadata?["dotnet_interactive"], "language")
            ?? Text(metadata?["vscode"], "languageId");

    static string? Text(JsonNode? node, string name) =>
        node is JsonObject o && o[name] is JsonValue v && v.TryGetValue<string>(out var text) && text != ""
            ? text : null;
}
