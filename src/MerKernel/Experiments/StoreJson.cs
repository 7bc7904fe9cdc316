using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MerKernel.Models;

namespace MerKernel.Experiments;

/// <summary>The JSON dialect of stored files: camelCase names, enums by name, numbers that read back exactly.</summary>
internal static class StoreJson
{
    /// <summary>Indented, for files people open.</summary>
    public static JsonSerializerOptions Options { get; } = Create(indented: true);

    /// <summary>Without white space, for hashes and folds.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(indented: false);

    static JsonSerializerOptions Create(bool indented)
    {
        var options = Plain(indented);
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

    // An option that came later is written only where it differs from its default: older records, and their hashes, lack it.
    static void LeaveOutDefaults(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(p => p.AttributeProvider?.IsDefined(typeof(AddedOptionAttribute), inherit: true) == true))
        {
            var usual = property.Get!(Activator.CreateInstance(type.Type)!);
            property.ShouldSerialize = (_, value) => !Equals(value, usual);
        }
    }
}
