using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MerKernel.Experiments;

/// <summary>Names an experiment by its contents.</summary>
public static class ExperimentHash
{
    /// <summary>JSON with sorted keys and no white space: equal experiments give equal text.</summary>
    public static string CanonicalJson(Experiment experiment) =>
        Sorted(JsonSerializer.SerializeToNode(experiment, StoreJson.Options)!).ToJsonString(StoreJson.Compact);

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of the canonical JSON.</summary>
    public static string Of(Experiment experiment) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson(experiment))))[..16];

    static JsonNode Sorted(JsonNode node) => node is not JsonObject map
        ? node.DeepClone()
        : new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, p.Value is null ? null : Sorted(p.Value))));
}
