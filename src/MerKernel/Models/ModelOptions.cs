using System.Text.Json.Serialization;

namespace MerKernel.Models;

/// <summary>
/// The options of a network, whichever it is; a stored experiment names the network by the discriminator below. Where the action units come from is
/// the experiment's to say and no option of the network: it is built with or without an input for them.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "network")]
[JsonDerivedType(typeof(MerNetOptions), nameof(MerNet))]
public abstract record ModelOptions
{
    /// <summary>Side of the square input in pixels.</summary>
    public int InputSize { get; init; } = 224;

    /// <summary>Number of classes.</summary>
    public int Classes { get; init; } = 5;

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="actionUnits">Whether the network gets an input for the 21 action units.</param>
    /// <exception cref="UserErrorException">No such network can be built.</exception>
    public abstract Network Create(long seed, bool actionUnits);
}
