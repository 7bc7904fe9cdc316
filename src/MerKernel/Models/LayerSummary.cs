namespace MerKernel.Models;

/// <summary>One layer of a network.</summary>
/// <param name="Name">Its name in the state.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Output">Shape of its output for one sample; Swin's layers see both frames, so their first dimension is 2.</param>
/// <param name="Parameters">Its own parameters.</param>
/// <param name="Macs">Multiply-accumulates for one sample.</param>
public sealed record LayerSummary(string Name, string Kind, ImmutableArray<long> Output, long Parameters, long Macs);
