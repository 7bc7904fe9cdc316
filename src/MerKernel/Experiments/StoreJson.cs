using System.Text.Json;
using System.Text.Json.Serialization;

namespace MerKernel.Experiments;

/// <summary>The JSON dialect of stored files: camelCase names, enums by name, numbers that read back exactly.</summary>
public static class StoreJson
{
    /// <summary>Indented, for files people open.</summary>
    public static JsonSerializerOptions Options { get; } = Create(indented: true);

    /// <summary>Without white space, for hashes and folds.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(indented: false);

    static JsonSerializerOptions Create(bool indented) => new()
    {
        WriteIndented = indented,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(), new LogitsJson(), new NetworkJson() },
    };
}
