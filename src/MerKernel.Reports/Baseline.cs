using MerKernel.Evaluation;

namespace MerKernel.Reports;

/// <summary>A rule without images that stands under every table.</summary>
/// <param name="Label">The row's name.</param>
/// <param name="Run">Its decisions, leave one subject out.</param>
public sealed record Baseline(string Label, Func<DatasetFacts, ImmutableArray<FoldOutcome>> Run)
{
    /// <summary>Label of the look-up of the nearest set of action units.</summary>
    public const string Lookup = "action-unit lookup (no image)";

    /// <summary>Label of the majority class.</summary>
    public const string Majority = "majority class";

    /// <summary>What action units alone give, then what class frequencies alone give.</summary>
    public static ImmutableArray<Baseline> All { get; } =
    [
        new("action-unit network (no image)", d => LosoBaseline.Run(d.Clips, train => AuNetwork.Fit(train, d.Classes.Length))),
        new(Lookup, d => LosoBaseline.Run(d.Clips, AuLookup.Fit)),
        new("guess by class frequency", d => PriorWeightedRandom.Run(d.Clips)),
        new(Majority, d => LosoBaseline.Run(d.Clips, MajorityClass.Fit)),
    ];
}
