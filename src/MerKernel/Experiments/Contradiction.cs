using MerKernel.Data;

namespace MerKernel.Experiments;

/// <summary>The same network on the same data with more than one printed value.</summary>
/// <param name="Network">Name of the network.</param>
/// <param name="Dataset">The data set.</param>
/// <param name="Quantity">'accuracy' or 'F1'.</param>
/// <param name="Values">Each value with the places that print it.</param>
public sealed record Contradiction(string Network, DatasetId Dataset, string Quantity, ImmutableArray<(decimal Value, string Where)> Values);
