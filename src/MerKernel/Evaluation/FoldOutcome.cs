namespace MerKernel.Evaluation;

/// <summary>The decisions on one subject's clips that an epoch protocol (or a baseline) scores.</summary>
public sealed record FoldOutcome
{
    /// <summary>The subject left out.</summary>
    public required string Subject { get; init; }

    /// <summary>Ids of the test clips; a protocol that scores several epochs lists them once for each epoch.</summary>
    public required ImmutableArray<string> Clips { get; init; }

    /// <summary>True label of each entry.</summary>
    public required ImmutableArray<int> Labels { get; init; }

    /// <summary>Predicted class of each entry.</summary>
    public required ImmutableArray<int> Predictions { get; init; }

    /// <summary>The scored epoch, from 1; null where no single epoch was scored.</summary>
    public int? Epoch { get; init; }

    /// <summary>The fold's confusion matrix.</summary>
    public ConfusionMatrix Matrix(int classes) => ConfusionMatrix.Of(Labels, Predictions, classes);
}
