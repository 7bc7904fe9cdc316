using System.Text.Json.Serialization;

namespace MerKernel.Models.Peers;

/// <summary>Options of a network that sees magnified motion: by the learned magnifier where its weights are at hand, else linearly.</summary>
public abstract record MagnifyingOptions : PretrainableOptions
{
    /// <summary>Weights of the learned <see cref="Peers.Magnifier"/>; null magnifies linearly.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public PretrainedWeights? Magnifier { get; init; }
}
