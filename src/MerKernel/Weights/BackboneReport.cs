namespace MerKernel.Weights;

/// <summary>What a backbone file did to a network.</summary>
/// <param name="Loaded">Tensors of the network that were set, with the file's name for each.</param>
/// <param name="Ignored">Tensors of the file that were not used, and why.</param>
/// <param name="Untouched">Tensors of the network's backbones that keep their random start.</param>
public sealed record BackboneReport(
    ImmutableArray<(string Name, string Source)> Loaded,
    ImmutableArray<(string Source, string Reason)> Ignored,
    ImmutableArray<string> Untouched);
