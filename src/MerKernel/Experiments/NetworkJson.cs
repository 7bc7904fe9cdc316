using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MerKernel.Baselines;
using MerKernel.Models;

namespace MerKernel.Experiments;

/// <summary>
/// A network's options in a stored experiment: the network's name as "network", then its options. The name is the class that the options build; a network of
/// your own is known once it is registered.
/// </summary>
public sealed class NetworkJson : JsonConverter<ModelOptions>
{
    const string Discriminator = "network";

    static readonly Dictionary<string, Type> s_networks = new ModelOptions[] { new MerNetOptions() }
        .Concat(Baseline.All.Select(b => b.Published)).ToDictionary(NameOf, o => o.GetType());

    /// <summary>Makes a network known, so that its experiments can be read back.</summary>
    public static void Register(ModelOptions options)
    {
        lock (s_networks) s_networks[NameOf(options)] = options.GetType();
    }

    /// <inheritdoc/>
    public override ModelOptions Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var node = JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException("A network's options are an object.");
        var name = node[Discriminator] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";
        node.Remove(Discriminator);
        Type? known;
        lock (s_networks) known = s_networks.GetValueOrDefault(name);
        return (ModelOptions)node.Deserialize(known ?? throw new JsonException($"There is no network '{name}' in this version."), options)!;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ModelOptions value, JsonSerializerOptions options)
    {
        var node = (JsonObject)JsonSerializer.SerializeToNode(value, value.GetType(), options)!;
        // An override of the name does not inherit that it is no option.
        node.Remove(Discriminator);
        node.Insert(0, Discriminator, NameOf(value));
        node.WriteTo(writer, options);
    }

    static string NameOf(ModelOptions options) => options.Network;
}
