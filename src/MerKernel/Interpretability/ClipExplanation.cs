namespace MerKernel.Interpretability;

/// <summary>A network's explanation of one clip, as plain numbers.</summary>
public sealed record ClipExplanation
{
    /// <summary>Logits of the classes.</summary>
    public required ImmutableArray<float> Logits { get; init; }

    /// <summary>Vertical map of each block, [channels, rows]; empty without vertical attention.</summary>
    public required ImmutableArray<float[,]> Vertical { get; init; }

    /// <summary>Horizontal map of each block, [channels, columns]; empty without horizontal attention.</summary>
    public required ImmutableArray<float[,]> Horizontal { get; init; }

    /// <summary>Grad-CAM on F_M for the predicted class, [h, w], at least 0.</summary>
    public required float[,] PredictedClassMap { get; init; }

    /// <summary>Grad-CAM on F_M for the true class, [h, w], at least 0.</summary>
    public required float[,] TrueClassMap { get; init; }

    /// <summary>Attention rollout of the position stream on the onset frame, [g, g], summing to 1; null without a position stream.</summary>
    public float[,]? OnsetRollout { get; init; }

    /// <summary>The same on the apex frame.</summary>
    public float[,]? ApexRollout { get; init; }

    /// <summary>Share of each attention layer that falls on padding, mean over the batch the clip was in; empty without a position stream.</summary>
    public ImmutableArray<double> RolloutPadding { get; init; } = [];

    /// <summary>The head's features in front of its last linear layer.</summary>
    public required ImmutableArray<float> Embedding { get; init; }

    /// <summary>The class with the largest logit.</summary>
    public int Predicted => Logits.IndexOf(Logits.Max());
}
