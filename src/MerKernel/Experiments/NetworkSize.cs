using MerKernel.Models;

namespace MerKernel.Experiments;

/// <summary>How large a network is. Counting builds it and runs a clip through it, so the counts are kept.</summary>
/// <param name="Parameters">Parameters.</param>
/// <param name="Macs">Multiply-accumulates of one clip, forward.</param>
public sealed record NetworkSize(long Parameters, long Macs)
{
    /// <summary>The size of an experiment's network.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="derived">Where sizes are kept; null counts anew.</param>
    public static NetworkSize Of(Experiment experiment, DerivedValues? derived = null)
    {
        var units = experiment.ActionUnits != ActionUnitSource.None;
        if (derived is null) return Counted();
        var network = Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(experiment.Model, StoreJson.Compact)))[..16];
        return derived.Get($"network 2/{network}{(units ? "" : "/no action units")}", "", Counted)!;

        NetworkSize Counted()
        {
            var summary = ModelSummary.Of(experiment.Model, units);
            return new(summary.Parameters, summary.Macs);
        }
    }
}
