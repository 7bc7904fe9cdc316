using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using MerKernel.Baselines;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Experiments;

/// <summary>The JSON dialect of stored files: camelCase names, enums by name, numbers that read back exactly.</summary>
internal static class StoreJson
{
    /// <summary>Indented, for files people open.</summary>
    public static JsonSerializerOptions Options { get; } = Create(indented: true);

    /// <summary>Without white space, for hashes and folds.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(indented: false);

    /// <summary>With every option, those that came later too, for comparing.</summary>
    public static JsonSerializerOptions Whole { get; } = Create(indented: false, whole: true);

    static JsonSerializerOptions Create(bool indented, bool whole = false)
    {
        var options = Plain(indented);
        if (whole) options.TypeInfoResolver = new DefaultJsonTypeInfoResolver();
        foreach (var converter in Strangers.Converters) options.Converters.Add(converter);
        return options;
    }

    static JsonSerializerOptions Plain(bool indented) => new()
    {
        WriteIndented = indented,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutDefaults } },
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(), new LogitsJson() },
    };

    // An option that came later is written only where it differs from its default: older records, and their hashes,
    // lack it.
    static void LeaveOutDefaults(JsonTypeInfo type)
    {
        foreach (var property in type.Properties
            .Where(p => p.AttributeProvider?.IsDefined(typeof(AddedOptionAttribute), inherit: true) == true))
        {
            var usual = property.Get!(Activator.CreateInstance(type.Type)!);
            property.ShouldSerialize = (_, value) => !Equals(value, usual);
        }
    }
}

/// <summary>
/// Logits in JSON: by epoch, then clip, then class. The bytes are those of the serializer's own converters, which take
/// four times as long to read nested arrays; and logits are most of a run store.
/// </summary>
sealed class LogitsJson : JsonConverter<ImmutableArray<ImmutableArray<ImmutableArray<float>>>>
{
    public override ImmutableArray<ImmutableArray<ImmutableArray<float>>> Read(ref Utf8JsonReader reader, Type type,
        JsonSerializerOptions options)
    {
        var classes = new List<float>();
        var clips = new List<ImmutableArray<float>>();
        var epochs = new List<ImmutableArray<ImmutableArray<float>>>();
        Begin(ref reader);
        while (Next(ref reader))
        {
            clips.Clear();
            Begin(ref reader);
            while (Next(ref reader))
            {
                classes.Clear();
                Begin(ref reader);
                while (Next(ref reader)) classes.Add(Number(ref reader));
                clips.Add([.. classes]);
            }
            epochs.Add([.. clips]);
        }
        return [.. epochs];
    }

    public override void Write(Utf8JsonWriter writer, ImmutableArray<ImmutableArray<ImmutableArray<float>>> logits,
        JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var epoch in logits)
        {
            writer.WriteStartArray();
            foreach (var clip in epoch) JsonSerializer.Serialize(writer, clip, options);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    static void Begin(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("logits are lists of lists of lists of numbers");
    }

    static bool Next(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    static float Number(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetSingle(),
        JsonTokenType.String when reader.ValueTextEquals("NaN"u8) => float.NaN,
        JsonTokenType.String when reader.ValueTextEquals("Infinity"u8) => float.PositiveInfinity,
        JsonTokenType.String when reader.ValueTextEquals("-Infinity"u8) => float.NegativeInfinity,
        _ => throw new JsonException("a logit is no number"),
    };
}

/// <summary>
/// Options of some class in a stored experiment: the class's name, then its options. A class of a user's is known from
/// the first time it is written; that of another program is read as options that can be shown and compared but not
/// trained.
/// </summary>
/// <param name="discriminator">The name's name.</param>
/// <param name="nameOf">The name of options.</param>
/// <param name="versionOf">The version of options.</param>
/// <param name="stranger">Replaces options of a class that this program lacks.</param>
class NamedJson<T>(string discriminator, Func<T, string> nameOf, Func<T, string?> versionOf,
    Func<string, JsonObject, T> stranger) : JsonConverter<T> where T : class
{
    static readonly ConcurrentDictionary<string, Type> s_known = [];

    /// <summary>Makes options known by name.</summary>
    protected void Know(T options) => s_known.AddOrUpdate(nameOf(options), options.GetType(), (name, known) =>
        // A cell that runs again makes its class anew.
        known == options.GetType() || known.Assembly != typeof(T).Assembly ? options.GetType()
            : throw new UserErrorException(
                $"'{name}' is the name of {known.FullName}; give your {options.GetType().Name} another name."));

    public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var node = JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException("Options are an object.");
        var name = node[discriminator] is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : throw new JsonException($"The options lack their '{discriminator}'.");
        if (!s_known.TryGetValue(name, out var known)) return stranger(name, node);
        var named = node.DeepClone().AsObject();
        node.Remove(discriminator);
        var read = (T)node.Deserialize(known, options)!;
        // Of a version that the class no longer has, it stays as it was.
        return versionOf(read) == node["version"]?.GetValue<string>() ? read : stranger(name, named);
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (value is IStranger { Stored: { } stored })
        {
            JsonNode.Parse(stored)!.WriteTo(writer);
            return;
        }
        Know(value);
        var node = (JsonObject)JsonSerializer.SerializeToNode(value, value.GetType(), options)!;
        // An override of the name does not inherit that it is no option.
        node.Remove(discriminator);
        node.Remove("networkName");
        node.Insert(0, discriminator, nameOf(value));
        node.WriteTo(writer);
    }
}

/// <summary>A network's options in a stored experiment.</summary>
sealed class NetworkJson : NamedJson<ModelOptions>
{
    public NetworkJson() : base("network", o => o.NetworkName, o => o.Version, StrangeNetwork.Of)
    {
        foreach (var options in Baseline.All.Select(b => b.Published).Prepend(new MerNetOptions())) Know(options);
    }
}

/// <summary>Options of a class that this program lacks.</summary>
interface IStranger
{
    /// <summary>The options as they are stored.</summary>
    string Stored { get; }
}

/// <summary>A network of another program.</summary>
sealed record StrangeNetwork(string Name, string Stored) : ModelOptions, IStranger
{
    public override string NetworkName => Name;

    public static ModelOptions Of(string name, JsonObject stored) => new StrangeNetwork(name, stored.ToJsonString())
    {
        InputSize = stored["inputSize"]?.GetValue<int>()
            ?? throw new JsonException($"The network '{name}' lacks its input size."),
        Classes = stored["classes"]?.GetValue<int>()
            ?? throw new JsonException($"The network '{name}' lacks its classes."),
    };

    public override Network Create(long seed, bool actionUnits) => throw Strangers.Absent("network", Name);
}

/// <summary>Parts of the training of another program.</summary>
static class Strangers
{
    public static JsonConverter[] Converters => [
        new NetworkJson(),
        new NamedJson<Loss>("name", p => p.Name, p => p.Version,
            (name, stored) => new StrangeLoss(name, stored.ToJsonString())),
        new NamedJson<OwnAugmentation>("name", p => p.Name, p => p.Version,
            (name, stored) => new StrangeAugmentation(name, stored.ToJsonString())),
        new NamedJson<OwnOptimizer>("name", p => p.Name, p => p.Version,
            (name, stored) => new StrangeOptimizer(name, stored.ToJsonString())),
    ];

    public static UserErrorException Absent(string what, string name) =>
        new($"The {what} '{name}' is of another program or notebook, or of another version of it; its results can be " +
            "shown here; it can be trained only there.");

    sealed record StrangeLoss(string Label, string Stored) : Loss, IStranger
    {
        public override string Name => Label;

        public override Tensor Of(Tensor logits, Tensor labels, int epoch) => throw Absent("loss", Label);
    }

    sealed record StrangeAugmentation(string Label, string Stored) : OwnAugmentation, IStranger
    {
        public override string Name => Label;

        public override (Tensor Onset, Tensor Apex) Of(Tensor onset, Tensor apex, Random random) =>
            throw Absent("augmentation", Label);
    }

    sealed record StrangeOptimizer(string Label, string Stored) : OwnOptimizer, IStranger
    {
        public override string Name => Label;

        public override FlatOptimizer Create(IEnumerable<Parameter> parameters, double weightDecay) =>
            throw Absent("optimiser", Label);
    }
}
