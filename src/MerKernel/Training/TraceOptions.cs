namespace MerKernel.Training;

/// <summary>How long <see cref="ModelTrace"/> trains.</summary>
public sealed record TraceOptions
{
    /// <summary>Optimiser updates.</summary>
    public int Updates { get; init; } = 20;

    /// <summary>Seed of stochastic depth.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Learning rate, decay, weight decay and accumulation; an epoch is one pass over the given mini-batches.</summary>
    public TrainingOptions Training { get; init; } = new();
}
