using MerKernel.Data;

namespace MerKernel.Experiments;

/// <summary>One stored experiment at a glance.</summary>
public sealed record RunSummary
{
    /// <summary>Its <see cref="ExperimentHash"/>.</summary>
    public required string Hash { get; init; }

    /// <summary>The experiment.</summary>
    public required Experiment Experiment { get; init; }

    /// <summary>What it was made of and what differs from that, in words.</summary>
    public required RunDescription Description { get; init; }

    /// <summary>What its folds say.</summary>
    public required RunDigest Digest { get; init; }
}
