namespace MerKernel.Evaluation;

/// <summary>What one LOSO fold predicted: for every epoch the logits of every test clip. Plain numbers, no tensors.</summary>
public sealed record FoldPrediction
{
    /// <summary>The subject left out.</summary>
    public required string Subject { get; init; }

    /// <summary>Ids of the test clips ('01/EP02_01f').</summary>
    public required ImmutableArray<string> Clips { get; init; }

    /// <summary>True label of each test clip.</summary>
    public required ImmutableArray<int> Labels { get; init; }

    /// <summary>Logits by epoch, then test clip, then class.</summary>
    public required ImmutableArray<ImmutableArray<ImmutableArray<float>>> Logits { get; init; }

    /// <summary>Mean training loss of each epoch.</summary>
    public required ImmutableArray<float> TrainingLoss { get; init; }

    /// <summary>Labels of the clips of training subjects that were held out of training; empty unless the experiment holds some out.</summary>
    public ImmutableArray<int> HeldOutLabels { get; init; } = [];

    /// <summary>Logits of the held-out clips by epoch, then clip, then class; empty unless the experiment holds some out.</summary>
    public ImmutableArray<ImmutableArray<ImmutableArray<float>>> HeldOutLogits { get; init; } = [];
}
