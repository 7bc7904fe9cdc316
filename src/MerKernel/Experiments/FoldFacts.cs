namespace MerKernel.Experiments;

/// <summary>How a fold came about; kept apart from its numbers, which do not depend on it.</summary>
/// <param name="Seconds">Wall-clock seconds of the fold.</param>
/// <param name="Finished">When it was finished (UTC).</param>
/// <param name="Device">Device it ran on.</param>
public sealed record FoldFacts(double Seconds, DateTime Finished, string Device);
