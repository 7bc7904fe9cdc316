namespace MerKernel.Experiments;

/// <summary>A stored experiment at a glance; the scores are of its stored folds, 0 to 1, and null without folds.</summary>
public sealed record RunInfo
{
    /// <summary>Its <see cref="ExperimentHash"/>.</summary>
    public required string Hash { get; init; }

    /// <summary>The experiment.</summary>
    public required Experiment Experiment { get; init; }

    /// <summary>The profile that the fewest options differ from, and the options that do.</summary>
    public required RunWords Words { get; init; }

    /// <summary>Stored folds.</summary>
    public required int Folds { get; init; }

    /// <summary>Subjects of its data; null where the data's manifest is missing.</summary>
    public required int? AllFolds { get; init; }

    /// <summary>Clips of the stored folds.</summary>
    public required int Clips { get; init; }

    /// <summary>Accuracy at the final epoch.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Macro F1 at the final epoch.</summary>
    public double? UF1 { get; init; }

    /// <summary>Accuracy at the epoch chosen on the test subject.</summary>
    public double? BestTestAccuracy { get; init; }

    /// <summary>Macro F1 at the epoch chosen on the test subject.</summary>
    public double? BestTestUF1 { get; init; }

    /// <summary>Computing time of the stored folds, added up.</summary>
    public required double Seconds { get; init; }

    /// <summary>When the last of them was finished (UTC).</summary>
    public DateTime? Finished { get; init; }

    /// <summary>Devices they ran on.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];
}
