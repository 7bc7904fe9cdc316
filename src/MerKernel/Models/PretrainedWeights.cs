using System.Text.Json.Serialization;

namespace MerKernel.Models;

/// <summary>Weights from outside that a network starts from. An experiment is known by what is in the file, wherever it lies.</summary>
/// <param name="Sha256">The file's SHA-256 in hexadecimal digits.</param>
public sealed record PretrainedWeights(string Sha256)
{
    /// <summary>Where the file is; not part of a stored experiment.</summary>
    [JsonIgnore]
    public string? Path { get; init; }
}
