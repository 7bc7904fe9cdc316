using System.Text.Json.Nodes;

namespace CSharpJupyter.Tests;

/// <summary>A received message: its type, the request it answers, its content.</summary>
public sealed record Published(string Type, string? Parent, JsonObject Content);
