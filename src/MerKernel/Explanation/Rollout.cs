using static TorchSharp.torch;

namespace MerKernel.Explanation;

/// <summary>Where the output of a position stream comes from, as far as its attention tells.</summary>
/// <param name="Map">Share of each patch of the image, [N, g, g], summing to 1 over each image; belongs to the caller's DisposeScope.</param>
/// <param name="Padding">For each attention layer, first layer first, the share of its attention that falls on padding; 0 where windows tile the map.</param>
public sealed record Rollout(Tensor Map, ImmutableArray<double> Padding);
