using System.Text.Json;
using System.Text.Json.Nodes;

namespace CSharpJupyter.Wire;

/// <summary>Reads message fields; a missing or mistyped field gives the fallback, because a client's slip must not stop the kernel.</summary>
static class JsonExtensions
{
    public static string Text(this JsonObject json, string name, string fallback = "") =>
        json[name] is JsonValue v && v.TryGetValue<string>(out var text) ? text : fallback;

    public static bool Flag(this JsonObject json, string name, bool fallback) =>
        json[name] is JsonValue v && v.TryGetValue<bool>(out var flag) ? flag : fallback;

    public static int Number(this JsonObject json, string name, int fallback) =>
        json[name] is JsonValue v && v.GetValueKind() == JsonValueKind.Number && v.TryGetValue<int>(out var number) ? number : fallback;
}
