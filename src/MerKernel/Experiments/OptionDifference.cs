using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MerKernel.Experiments;

/// <summary>An option that two experiments set differently.</summary>
/// <param name="Name">Path in the stored record: 'training.learningRate'.</param>
/// <param name="First">The first's value.</param>
/// <param name="Second">The second's value.</param>
public sealed partial record OptionDifference(string Name, string First, string Second)
{
    /// <summary>The option's name in words: 'learning rate'.</summary>
    public string Words => InWords(Name);

    /// <summary>What differs, in the order of names; an option that one of them does not have is shown as a dash.</summary>
    public static ImmutableArray<OptionDifference> Between(Experiment first, Experiment second) => Between(Options(first), Options(second));

    /// <summary>What differs between the options of two experiments.</summary>
    public static ImmutableArray<OptionDifference> Between(IReadOnlyDictionary<string, string> first, IReadOnlyDictionary<string, string> second) =>
        [.. first.Keys.Union(second.Keys).Order(StringComparer.Ordinal)
            .Select(name => new OptionDifference(name, first.GetValueOrDefault(name, "–"), second.GetValueOrDefault(name, "–"))).Where(d => d.First != d.Second)];

    /// <summary>Every option of an experiment by its path, as it is stored.</summary>
    public static ImmutableSortedDictionary<string, string> Options(Experiment experiment) =>
        Leaves(JsonSerializer.SerializeToNode(experiment, StoreJson.Options)!, "").ToImmutableSortedDictionary(l => l.Name, l => l.Value, StringComparer.Ordinal);

    /// <summary>A path's last part as words.</summary>
    public static string InWords(string path) => Capital().Replace(path[(path.LastIndexOf('.') + 1)..], m => " " + m.Value.ToLowerInvariant());

    static IEnumerable<(string Name, string Value)> Leaves(JsonNode? node, string path) => node is JsonObject map
        ? map.SelectMany(p => Leaves(p.Value, path.Length == 0 ? p.Key : $"{path}.{p.Key}"))
        : [(path, node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : node?.ToJsonString() ?? "none")];

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex Capital();
}
