using MerKernel.Baselines;

namespace MerKernel.Experiments;

/// <summary>The prior systems that run, each as <see cref="Baseline"/> declares it.</summary>
public static class Peers
{
    /// <summary>Every system that runs, in the order of Table 1, those that it lacks behind.</summary>
    public static ImmutableArray<Peer> All { get; } = [.. Baseline.All.Select(b => new Peer(b))];
}
