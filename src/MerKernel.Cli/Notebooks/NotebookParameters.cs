using System.Text.Json;
using System.Text.RegularExpressions;

namespace MerKernel.Cli.Notebooks;

/// <summary>
/// papermill's convention for C#: the cell tagged <c>parameters</c> declares variables with defaults, and a cell tagged
/// <c>injected-parameters</c> after it assigns the command line's values, checked against the declared type.
/// </summary>
static partial class NotebookParameters
{
    /// <exception cref="UserErrorException">
    /// The notebook has no such parameter, or the value does not fit its type.
    /// </exception>
    public static void Inject(JsonObject notebook, string name, IReadOnlyList<string> assignments)
    {
        if (assignments.Count == 0) return;
        var cells = notebook["cells"]!.AsArray();
        var at = cells.ToList().FindIndex(Declares);
        if (at < 0) throw new UserErrorException($"{name} has no cell tagged 'parameters', so -p cannot change it.");
        var declared = Declaration().Matches(KeptNotebook.Joined(cells[at]!["source"]))
            .DistinctBy(m => m.Groups["name"].Value).ToDictionary(m => m.Groups["name"].Value,
                m => (Type: m.Groups["type"].Value, Default: m.Groups["value"].Value.Trim()));
        var lines = assignments.Select(a =>
        {
            if (a.Split('=', 2) is not [var key, var value])
                throw new UserErrorException($"-p {a} is not of the form name=value.");
            if (!declared.TryGetValue(key, out var parameter))
                throw new UserErrorException(
                    $"{name} has no parameter {key}; it has {string.Join(", ", declared.Keys)}.");
            return $"{key} = {Literal(key, value, parameter.Type, parameter.Default)};";
        }).ToList();
        var cell = new JsonObject
        {
            ["cell_type"] = "code", ["metadata"] = new JsonObject { ["tags"] = new JsonArray("injected-parameters") },
            ["source"] = string.Join("\n", lines), ["outputs"] = new JsonArray(), ["execution_count"] = null,
        };
        // From format 4.5 on a cell has a name; without one it would get a new one in every run.
        if (cells[at]!["id"] is not null) cell["id"] = "injected-parameters";
        cells.Insert(at + 1, cell);
    }

    static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    /// <summary>
    /// Whether a file's JSON has the shape of a notebook: cells that are objects, each with a text as its source; tags
    /// are texts.
    /// </summary>
    public static bool IsNotebook(JsonNode? json) =>
        json is JsonObject notebook && notebook["cells"] is JsonArray cells && cells.All(cell =>
            cell is JsonObject && IsText(cell["source"]) && cell["metadata"] is (null or JsonObject)
            && (cell["metadata"]?["tags"] is not JsonArray tags
                || tags.All(tag => tag?.GetValueKind() == JsonValueKind.String)));

    static bool IsText(JsonNode? source) =>
        source?.GetValueKind() == JsonValueKind.String
            || (source is JsonArray lines && lines.All(line => line?.GetValueKind() == JsonValueKind.String));

    /// <summary>Whether a cell is the one tagged <c>parameters</c>.</summary>
    internal static bool Declares(JsonNode? cell) =>
        cell?["metadata"]?["tags"] is JsonArray tags && tags.Any(t => t?.GetValue<string>() == "parameters");

    static string Literal(string name, string value, string type, string fallback)
    {
        if (type == "var")
            type = fallback.StartsWith('"')
                ? "string"
                : fallback is "true" or "false" ? "bool"
                : int.TryParse(fallback, out _) ? "int"
                : "double";
        if (type.EndsWith("[]", StringComparison.Ordinal))
            return $"[{string.Join(", ", value.Split(',', StringSplitOptions.TrimEntries)
                .Select(v => Text(v, type[..^2].TrimEnd('?')) ?? throw Refused()))}]";
        if (type.EndsWith('?') && value == "null") return value;
        return Text(value, type.TrimEnd('?')) ?? throw Refused();

        UserErrorException Refused() => new($"-p {name}={value}: " + (InWords(type) is { } words ? $"{name} is {words}."
            : $"only texts, numbers, true or false and lists of these can be given, {name} is a {type}."));
    }

    /// <summary>The C# of a value, which is of no list; null where it is not of the type.</summary>
    static string? Text(string value, string type) => type switch
    {
        "string" => JsonSerializer.Serialize(value, Plain),
        "bool" when bool.TryParse(value, out var b) => b ? "true" : "false",
        "int" when int.TryParse(value, CultureInfo.InvariantCulture, out var n) =>
            n.ToString(CultureInfo.InvariantCulture),
        "long" when long.TryParse(value, CultureInfo.InvariantCulture, out var n) =>
            n.ToString(CultureInfo.InvariantCulture),
        "float" when float.TryParse(value, CultureInfo.InvariantCulture, out var f) && float.IsFinite(f) =>
            f.ToString("R", CultureInfo.InvariantCulture) + "f",
        "double" when double.TryParse(value, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) =>
            d.ToString("R", CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>A type as its reader would say it; null where no value of it can be given.</summary>
    static string? InWords(string type) => type switch
    {
        "bool" => "true or false",
        "int" or "long" => "a whole number",
        "float" or "double" => "a number",
        "int[]" or "long[]" => "a list of whole numbers like 1,2,3",
        "float[]" or "double[]" => "a list of numbers like 0.1,0.2",
        "bool[]" => "a list like true,false",
        _ => type.EndsWith('?') && InWords(type[..^1]) is { } words ? $"{words}, or null" : null,
    };

    [GeneratedRegex(
        @"(?<=^|;)[ \t]*(?<type>var|[A-Za-z][\w.]*\??(\[\])?)[ \t]+(?<name>[A-Za-z_]\w*)[ \t]*=(?!=)(?<value>(""[^""\n]*""|[^;""])+);",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
