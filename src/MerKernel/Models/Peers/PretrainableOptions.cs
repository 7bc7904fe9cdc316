using System.Text.Json.Serialization;

namespace MerKernel.Models.Peers;

/// <summary>Options of a network that was published on weights from outside: it starts from a file of them where there is one, else from the substitute that the table names.</summary>
public abstract record PretrainableOptions : ModelOptions
{
    /// <summary>The weights; null starts from the substitute.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public PretrainedWeights? Pretrained { get; init; }
}
