using System.Text.Json;
using System.Text.Json.Serialization;

namespace MerKernel.Experiments;

/// <summary>
/// Logits in JSON: by epoch, then clip, then class. The bytes are those of the serializer's own converters, which take four times as long to read nested arrays;
/// and logits are most of a run store.
/// </summary>
sealed class LogitsJson : JsonConverter<ImmutableArray<ImmutableArray<ImmutableArray<float>>>>
{
    public override ImmutableArray<ImmutableArray<ImmutableArray<float>>> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
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

    public override void Write(Utf8JsonWriter writer, ImmutableArray<ImmutableArray<ImmutableArray<float>>> logits, JsonSerializerOptions options)
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
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("logits are lists of lists of lists of numbers");
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
