using System.Text.Json.Serialization;
using MerKernel.Models.Peers;

namespace MerKernel.Models;

/// <summary>
/// The options of a network, whichever it is; a stored experiment names the network by the discriminator below. Where the action units come from is
/// the experiment's to say and no option of the network: it is built with or without an input for them.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "network")]
[JsonDerivedType(typeof(MerNetOptions), nameof(MerNet))]
[JsonDerivedType(typeof(MmNetOptions), nameof(MmNet))]
[JsonDerivedType(typeof(DssnOptions), nameof(Dssn))]
[JsonDerivedType(typeof(StstNetOptions), nameof(StstNet))]
[JsonDerivedType(typeof(OffApexNetOptions), nameof(OffApexNet))]
[JsonDerivedType(typeof(TscnnOptions), nameof(TscnnAssumed))]
[JsonDerivedType(typeof(AuGcnOptions), nameof(AuGcn))]
[JsonDerivedType(typeof(GraphTcnOptions), nameof(GraphTcn))]
[JsonDerivedType(typeof(AmanOptions), nameof(Aman))]
[JsonDerivedType(typeof(MicronBertOptions), nameof(MicronBert))]
[JsonDerivedType(typeof(MiMaNetOptions), nameof(MiMaNetAssumed))]
public abstract record ModelOptions
{
    /// <summary>Side in pixels of the data set's square frames; a network that works at another size resizes them.</summary>
    public int InputSize { get; init; } = 224;

    /// <summary>Number of classes.</summary>
    public int Classes { get; init; } = 5;

    /// <summary>Whether the network sees onset and apex frames.</summary>
    [JsonIgnore]
    public virtual bool SeesFrames => true;

    /// <summary>What the network sees of a clip beside its frames and action units; null for nothing.</summary>
    [JsonIgnore]
    public virtual ClipInput? Input => null;

    /// <summary>What training on a clip costs in an epoch, in passes forward and back through the network as it predicts: the mean over a training.</summary>
    /// <param name="epochs">Epochs of the training.</param>
    public virtual double PassesAnEpoch(int epochs) => 1;

    /// <summary>Builds the network with weights drawn from a seed.</summary>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="actionUnits">Whether the network gets an input for the 21 action units.</param>
    /// <exception cref="UserErrorException">No such network can be built.</exception>
    public abstract Network Create(long seed, bool actionUnits);
}
