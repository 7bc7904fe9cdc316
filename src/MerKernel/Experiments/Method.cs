using MerKernel.Data;
using MerKernel.Models;

namespace MerKernel.Experiments;

/// <summary>A network with its training that a table compares: a change of the paper's own, or another published system.</summary>
/// <param name="Key">Name on the command line and in parity.</param>
/// <param name="Name">Its name, in a few words.</param>
public abstract record Method(string Key, string Name)
{
    /// <summary>Its experiment on the data, and with the seed, of the full network's.</summary>
    /// <param name="full">The full network's experiment.</param>
    /// <param name="profile">The size of everything.</param>
    public abstract Experiment Of(Experiment full, Profile profile);
}

/// <summary>The paper's network with something changed.</summary>
/// <param name="Key">Name on the command line and in parity.</param>
/// <param name="Name">Its name, in a few words.</param>
/// <param name="Apply">Turns the full network's experiment into this one.</param>
public sealed record Change(string Key, string Name, Func<Experiment, Experiment> Apply) : Method(Key, Name)
{
    /// <inheritdoc/>
    public override Experiment Of(Experiment full, Profile profile) => Apply(full);

    /// <summary>The change of a full network of any size, without data: its options and where its action units come from.</summary>
    public Experiment Of(MerNetOptions full) => Apply(new() { Dataset = DatasetId.CasmeII, DatasetFingerprint = "", Model = full });
}
