using System.Text.Json;
using System.Text.Json.Serialization;

namespace MerKernel.Evaluation;

/// <summary>A confusion matrix in JSON: its rows, one array for each true class.</summary>
sealed class ConfusionMatrixJson : JsonConverter<ConfusionMatrix>
{
    public override ConfusionMatrix Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        try
        {
            return ConfusionMatrix.FromRows(JsonSerializer.Deserialize<int[][]>(ref reader, options) ?? []);
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, ConfusionMatrix matrix, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, Enumerable.Range(0, matrix.Classes).Select(t => Enumerable.Range(0, matrix.Classes).Select(p => matrix[t, p])), options);
}
