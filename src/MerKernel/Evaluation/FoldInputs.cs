namespace MerKernel.Evaluation;

/// <summary>Everything a fold was computed from, as far as it could carry knowledge of the test subject into training.</summary>
public sealed record FoldInputs
{
    /// <summary>The subject left out.</summary>
    public required string Subject { get; init; }

    /// <summary>Clips trained on.</summary>
    public required ImmutableArray<FoldClip> Train { get; init; }

    /// <summary>Clips of training subjects held out to choose the epoch on.</summary>
    public ImmutableArray<FoldClip> HeldOut { get; init; } = [];

    /// <summary>Clips tested on.</summary>
    public required ImmutableArray<FoldClip> Test { get; init; }

    /// <summary>Ids of the clips that normalisation statistics were computed from; empty for constants fixed beforehand.</summary>
    public ImmutableArray<string> NormalisedFrom { get; init; } = [];

    /// <summary>Ids of the clips that class weights were computed from; empty where classes weigh the same.</summary>
    public ImmutableArray<string> WeightedFrom { get; init; } = [];

    /// <summary>Ids of the clips that were augmented.</summary>
    public ImmutableArray<string> Augmented { get; init; } = [];
}
